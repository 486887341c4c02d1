package io.plasmafs.oncrpc;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Deadlines of one connection's calls in a hashed timing wheel (Varghese and Lauck, 1987): adding
/// and removing take constant time and no memory. Late by one tick at most. The wheel turns only
/// while there are calls. Used by one event loop.
final class CallTimer {
  private static final int BUCKETS = 256;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final EventLoop loop;
  private final Consumer<PendingCall<?>> expired;
  private final @Nullable PendingCall<?>[] heads = new PendingCall<?>[BUCKETS];
  private final long origin = System.nanoTime();
  private int size;
  private long tick;
  private boolean turning;

  /// @param expired gets each call whose deadline has passed, already removed
  CallTimer(EventLoop loop, Consumer<PendingCall<?>> expired) {
    this.loop = loop;
    this.expired = expired;
  }

  void add(PendingCall<?> call) {
    long now = ticks(System.nanoTime());
    if (!turning) {
      tick = now;
      turn();
    }
    long due = Math.max(ticks(call.deadlineNanos) + 1, tick + 1);
    int bucket = (int) (due & (BUCKETS - 1));
    PendingCall<?> head = heads[bucket];
    call.bucket = bucket;
    call.after = head;
    if (head != null) {
      head.before = call;
    }
    heads[bucket] = call;
    size++;
  }

  void remove(PendingCall<?> call) {
    if (call.bucket < 0) {
      return;
    }
    if (call.before == null) {
      heads[call.bucket] = call.after;
    } else {
      call.before.after = call.after;
    }
    if (call.after != null) {
      call.after.before = call.before;
    }
    call.before = null;
    call.after = null;
    call.bucket = -1;
    size--;
  }

  private long ticks(long nanos) {
    return (nanos - origin) / TICK_NANOS;
  }

  private void turn() {
    turning = true;
    loop.schedule(this::advance, TICK_NANOS, TimeUnit.NANOSECONDS);
  }

  private void advance() {
    long now = System.nanoTime();
    long until = ticks(now);
    // After a long pause one round sees every bucket.
    long from = Math.max(tick + 1, until - BUCKETS + 1);
    for (long t = from; t <= until; t++) {
      PendingCall<?> call = heads[(int) (t & (BUCKETS - 1))];
      while (call != null) {
        PendingCall<?> next = call.after;
        if (call.deadlineNanos - now <= 0) {
          remove(call);
          expired.accept(call);
        }
        call = next;
      }
    }
    tick = until;
    if (size > 0) {
      turn();
    } else {
      turning = false;
    }
  }
}
