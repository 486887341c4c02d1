package io.plasmafs.oncrpc;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lets the short questions of many callers travel together, as Nagle's algorithm (RFC 896) does
/// with bytes: while questions are on their way, those that come are held, and go out with one
/// write when an answer has come. So callers who ask at the same time share what a round trip costs
/// both ends in waking and in system calls.
///
/// * A question is sent after it was asked, as a call of its own: nobody gets an answer that is
///   older than the question, and none fails for another.
/// * Who asks alone waits for nobody.
/// * A question is held until something else is sent, or until the next answer to a question, and
///   never longer than [#HELD_NANOS]: one that takes long does not stop the others.
/// * Calls leave in the order in which they came.
///
/// How many are held is bounded by the limit on calls in flight.
final class QuestionGate {
  private static final long HELD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final EventLoop loop;
  private final Outbox<PendingCall<?>> outbox;
  private final AtomicBoolean sweeping = new AtomicBoolean();

  /// Questions that were written and not answered. Changed by the event loop only.
  private volatile int onTheWay;

  private boolean answered;

  QuestionGate(EventLoop loop, Outbox<PendingCall<?>> outbox) {
    this.loop = loop;
    this.outbox = outbox;
  }

  /// Sends a question, now or soon. On any thread.
  void send(PendingCall<?> question) {
    if (onTheWay == 0) {
      outbox.send(question);
      return;
    }
    outbox.hold(question);
    if (onTheWay == 0) {
      // The last answer came before the question was there to be released.
      outbox.wake();
    } else {
      sweepLater();
    }
  }

  private void sweepLater() {
    if (!sweeping.compareAndSet(false, true)) {
      return;
    }
    try {
      var unused = loop.schedule(this::sweep, HELD_NANOS, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      sweeping.set(false);
      outbox.wake();
    }
  }

  // --- on the event loop

  private void sweep() {
    sweeping.set(false);
    outbox.release();
  }

  /// A question was written.
  @SuppressWarnings("NonAtomicVolatileUpdate") // the event loop is the only one that writes
  void left() {
    onTheWay++;
  }

  /// A question was answered, or given up.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void settled() {
    onTheWay--;
    answered = true;
  }

  /// All has been read that had arrived.
  void readEnds() {
    if (answered) {
      answered = false;
      outbox.release();
    }
  }
}
