package io.plasmafs.namenode.job;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The long work that is under way: at most one of each kind. Thread-safe.
///
/// ```
///  begin ----> running ------> ended ------> forgotten
///                 |  stop, or nobody asks      ^  fetched to the end, stopped,
///                 +----------------------------+  or the next of its kind begins
/// ```
public final class Jobs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Jobs.class);
  private static final long PATIENCE_MILLIS = 500;

  private final Duration abandonedAfter;
  private final Map<String, Running> byKind = new HashMap<>();
  private long numbers = System.nanoTime() >>> 1;
  private boolean closed;

  /// @param abandonedAfter work that nobody has asked about for so long is stopped
  public Jobs(Duration abandonedAfter) {
    this.abandonedAfter = abandonedAfter;
  }

  private static final class Running {
    private final long number;
    private final String kind;
    private final JobReport report = new JobReport();
    private final Thread thread;
    private volatile long askedNanos = System.nanoTime();
    private final AtomicBoolean stopped = new AtomicBoolean();

    private Running(long number, String kind, Optional<Running> before, Job job) {
      this.number = number;
      this.kind = kind;
      this.thread =
          Thread.ofPlatform().name("job-" + kind).daemon().unstarted(() -> run(before, job));
    }

    /// Once only: what it does when it is stopped must not be interrupted too.
    private void stop() {
      if (stopped.compareAndSet(false, true)) {
        thread.interrupt();
      }
    }

    private void run(Optional<Running> before, Job job) {
      Optional<FsException> failure = Optional.empty();
      try {
        if (before.isPresent()) {
          // it was told to stop, and may take a moment to do so
          before.get().thread.join();
        }
        job.run(report);
      } catch (InterruptedException e) {
        failure = Optional.of(new FsException(FsStatus.EUNAVAIL, kind + " was stopped"));
      } catch (FsException e) {
        failure = Optional.of(e);
      } catch (RuntimeException | Error e) {
        log.error("{} failed", kind, e);
        failure = Optional.of(new FsException(FsStatus.EFAILED, kind + " failed: " + e, e));
      }
      report.ended(failure);
    }
  }

  /// Begins work; answers its number.
  ///
  /// @throws FsException ELIMIT if work of this kind is under way
  public synchronized long begin(String kind, Job job) {
    if (closed) {
      throw new FsException(FsStatus.EUNAVAIL, "the server is stopping");
    }
    Optional<Running> before =
        Optional.ofNullable(byKind.get(kind)).filter(each -> each.thread.isAlive());
    if (before.isPresent()) {
      if (!before.get().stopped.get() && !isAbandoned(before.get())) {
        throw new FsException(
            FsStatus.ELIMIT, "a " + kind + " is under way already: one can be at a time");
      }
      before.get().stop();
    }
    Running running = new Running(++numbers, kind, before, job);
    byKind.put(kind, running);
    running.thread.start();
    return running.number;
  }

  /// What the work has told since; waits for half a second if that is nothing.
  ///
  /// @throws FsException ENOENT if there is no such work, or all of it was fetched
  public JobPage next(long number) throws InterruptedException {
    Running running = find(number);
    running.askedNanos = System.nanoTime();
    JobPage page = running.report.next(PATIENCE_MILLIS);
    running.askedNanos = System.nanoTime();
    if (page.finished()) {
      forget(running);
    }
    return page;
  }

  /// Stops work; it ends soon after, and what it told and nobody fetched is dropped.
  ///
  /// @throws FsException ENOENT if there is no such work
  public void stop(long number) {
    find(number).stop();
  }

  private synchronized Running find(long number) {
    return byKind.values().stream()
        .filter(running -> running.number == number)
        .findFirst()
        .orElseThrow(() ->
            new FsException(
                FsStatus.ENOENT,
                "there is no such work: it has ended, or this server was started since"));
  }

  private synchronized void forget(Running running) {
    byKind.remove(running.kind, running);
  }

  /// Stops what nobody asks about any more: to be called from time to time.
  public synchronized void sweep() {
    for (Running running : byKind.values()) {
      if (running.thread.isAlive() && !running.stopped.get() && isAbandoned(running)) {
        log.info("nobody asks about the {} any more: it is stopped", running.kind);
        running.stop();
      }
    }
  }

  private boolean isAbandoned(Running running) {
    return System.nanoTime() - running.askedNanos >= abandonedAfter.toNanos();
  }

  @Override
  public void close() throws InterruptedException {
    Map<String, Running> left;
    synchronized (this) {
      closed = true;
      left = Map.copyOf(byKind);
    }
    for (Running running : left.values()) {
      running.stop();
      running.thread.join(10_000);
    }
  }
}
