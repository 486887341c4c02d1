package io.plasmafs.datanode.server;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs tasks on a few threads; those of one lane one after the other, in the order they came.
/// Pieces of one run of blocks share a lane, because they have to reach the disk in order.
///
/// Queues are bounded by who feeds them: a task stands for a call that is not answered yet, and the
/// server stops reading when too many bytes of those are there.
final class Lanes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  private final Lane[] lanes;
  private final ExecutorService threads;

  /// @param lanes a power of two
  Lanes(String name, int lanes, int threads) {
    this.lanes = new Lane[lanes];
    for (int i = 0; i < lanes; i++) {
      this.lanes[i] = new Lane();
    }
    this.threads =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name(name + "-", 0).daemon().factory());
  }

  /// @param key tasks with the same key share a lane
  /// @throws java.util.concurrent.RejectedExecutionException after [#close]
  void execute(long key, Runnable task) {
    int hash = Long.hashCode(key * 0x9E3779B97F4A7C15L);
    lanes[(hash ^ hash >>> 16) & (lanes.length - 1)].add(task);
  }

  /// Lets the tasks end that are there; returns when they have. Threads are never interrupted: that
  /// would close the files they work on.
  @Override
  public void close() {
    threads.close();
  }

  private final class Lane implements Runnable {
    private final Queue<Runnable> tasks = new ArrayDeque<>(); // guarded by this
    private boolean running; // guarded by this

    void add(Runnable task) {
      synchronized (this) {
        tasks.add(task);
        if (running) {
          return;
        }
        running = true;
      }
      try {
        threads.execute(this);
      } catch (RuntimeException e) {
        synchronized (this) {
          running = false;
          tasks.clear();
        }
        throw e;
      }
    }

    @Override
    public void run() {
      while (true) {
        Runnable task;
        synchronized (this) {
          task = tasks.poll();
          if (task == null) {
            running = false;
            return;
          }
        }
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.error("A task of the disk failed", e);
        }
      }
    }
  }
}
