package io.plasmafs.oncrpc;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Brings messages of any thread to one event loop, many at a time: only the first of a burst wakes
/// the loop, and all that have gathered by then are written with one flush. Its length is bounded
/// by the limit on calls in flight.
final class Outbox<T> {
  private final EventLoop loop;
  private final Consumer<T> write;
  private final FlushGate flush;
  private final Consumer<T> discard;
  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /// @param write gets each message, on the event loop
  /// @param flush is asked after each message or burst
  /// @param discard gets messages that come after the event loop has ended, on any thread
  Outbox(EventLoop loop, Consumer<T> write, FlushGate flush, Consumer<T> discard) {
    this.loop = loop;
    this.write = write;
    this.flush = flush;
    this.discard = discard;
  }

  void send(T message) {
    if (loop.inEventLoop()) {
      write.accept(message);
      flush.request();
      return;
    }
    queue.add(message);
    if (scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(this::drain);
      } catch (RejectedExecutionException e) {
        scheduled.set(false);
        for (T left = queue.poll(); left != null; left = queue.poll()) {
          discard.accept(left);
        }
      }
    }
  }

  private void drain() {
    scheduled.set(false);
    for (T message = queue.poll(); message != null; message = queue.poll()) {
      write.accept(message);
    }
    flush.now();
  }
}
