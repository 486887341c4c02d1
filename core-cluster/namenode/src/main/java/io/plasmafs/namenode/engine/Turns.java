package io.plasmafs.namenode.engine;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Events, and who takes them: one thread at a time, whoever has the turn, one event after the
/// other.
///
/// The turn is a lock that is only ever tried, except by the thread in [#run]. A thread that brings
/// events can lend itself for a few rounds ([#lend]), which spares waking another one and being
/// woken by it, twice for each call. When somebody else has the turn it need not wait: whoever
/// gives the turn back looks at the queue once more. The thread in [#run] does what nobody else
/// does: timers, and long operations.
///
/// A lender works for others, who are no business of his: whatever is thrown ends here. A fault in
/// one event is logged, and the next event comes. An [Error], or a fault between events, is the
/// end: memory or stack may have run out anywhere.
final class Turns {
  private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

  private static final int EVENTS_PER_ROUND = 1024;
  private static final int LENT_ROUNDS = 4;

  /// What is done after the events of each round, by whoever has the turn.
  interface Work {
    /// Does it; whether there was anything to do.
    boolean round();

    /// Whether there is more that does not come as an event: the thread in [Turns#run] goes on.
    boolean isUnfinished();

    /// Something failed in a way after which nothing can be relied on. No more rounds are begun.
    void broken(Throwable cause);
  }

  private final Work work;
  private final LongSupplier idleNanos;
  private final ReentrantLock turn = new ReentrantLock();
  private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Thread sleeping;
  private volatile boolean running;
  private volatile boolean closed;
  private volatile boolean ended;

  /// @param idleNanos how long nothing need be done if no event comes
  Turns(Work work, LongSupplier idleNanos) {
    this.work = work;
    this.idleNanos = idleNanos;
  }

  /// Brings an event, by any thread.
  void post(Runnable event) {
    add(event);
    wake();
  }

  /// Brings an event that may lie there until the caller lends its thread.
  void add(Runnable event) {
    events.add(event);
    if (ended) {
      takeTheLast();
    }
  }

  void wake() {
    Thread thread = sleeping;
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /// Works for a few rounds if there is so much to do and nobody else is at it. Does nothing before
  /// [#run]: whoever calls [#step] wants to decide when work is done.
  void lend() {
    if (!running || turn.isHeldByCurrentThread()) {
      return;
    }
    for (int rounds = 0; rounds < LENT_ROUNDS && !events.isEmpty(); rounds++) {
      if (ended || !turn.tryLock()) {
        return;
      }
      boolean unfinished;
      try {
        round();
        unfinished = work.isUnfinished() || closed;
      } finally {
        turn.unlock();
      }
      if (unfinished) {
        post(() -> {});
        return;
      }
    }
    if (!events.isEmpty()) {
      wake();
    }
  }

  /// Takes events until [#close].
  void run() {
    running = true;
    while (!closed) {
      if (!step()) {
        sleeping = Thread.currentThread();
        if (events.isEmpty() && !closed) {
          LockSupport.parkNanos(this, Math.max(1, idleNanos.getAsLong()));
        }
        sleeping = null;
      }
    }
    ended = true;
    takeTheLast();
  }

  /// One round; false if there was nothing to do.
  boolean step() {
    turn.lock();
    try {
      return round();
    } finally {
      turn.unlock();
    }
  }

  private boolean round() {
    try {
      int done = 0;
      Runnable event;
      while (done < EVENTS_PER_ROUND && (event = events.poll()) != null) {
        run(event);
        done++;
      }
      return work.round() || done > 0;
    } catch (RuntimeException | Error e) {
      closed = true;
      work.broken(e);
      return false;
    }
  }

  /// Runs an event; a fault in it is logged.
  static void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      LOG.error("an event failed: this is a fault of the server", e);
    }
  }

  /// Lets [#run] return. Whoever brings an event from then on runs it, which is nothing but being
  /// refused.
  void close() {
    closed = true;
    wake();
  }

  private void takeTheLast() {
    turn.lock();
    try {
      Runnable event;
      while ((event = events.poll()) != null) {
        run(event);
      }
    } finally {
      turn.unlock();
    }
  }
}
