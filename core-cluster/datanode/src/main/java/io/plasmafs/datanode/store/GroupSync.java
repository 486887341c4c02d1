package io.plasmafs.datanode.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Lets one sync of the disk serve all who wait for one: a request that comes while a sync runs is
/// served by the next, together with all others that came meanwhile. At most one runs at a time.
final class GroupSync {
  private final Sync sync;
  private final Executor executor;
  private @Nullable CompletableFuture<Void> waiting; // guarded by this
  private boolean running; // guarded by this

  /// What is done for each group.
  @FunctionalInterface
  interface Sync {
    void run() throws Exception;
  }

  /// @param executor where syncs run: must have a thread free for them always
  GroupSync(Sync sync, Executor executor) {
    this.sync = sync;
    this.executor = executor;
  }

  /// Completes when a sync that began after this call has ended, with its failure if it failed.
  CompletableFuture<Void> request() {
    CompletableFuture<Void> mine;
    boolean start;
    synchronized (this) {
      if (waiting == null) {
        waiting = new CompletableFuture<>();
      }
      mine = waiting;
      start = !running;
      running = true;
    }
    if (start) {
      try {
        executor.execute(this::run);
      } catch (RuntimeException e) {
        next();
        synchronized (this) {
          running = false;
        }
        mine.completeExceptionally(e);
      }
    }
    return mine;
  }

  private void run() {
    for (CompletableFuture<Void> group = next(); group != null; group = next()) {
      try {
        sync.run();
        group.complete(null);
      } catch (Exception e) {
        group.completeExceptionally(e);
      }
    }
  }

  private synchronized @Nullable CompletableFuture<Void> next() {
    CompletableFuture<Void> group = waiting;
    waiting = null;
    if (group == null) {
      running = false;
    }
    return group;
  }
}
