package io.plasmafs.namenode.repair;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Keeps copies from using more than their share of disks and network. Safe for use by several
/// threads.
final class Pace {
  private final LongSupplier nanoTime;
  private final long bytesPerSecond;
  private long freeAtNanos;

  Pace(long bytesPerSecond, LongSupplier nanoTime) {
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
    this.freeAtNanos = nanoTime.getAsLong();
  }

  /// Takes a place for so many bytes; answers for how many nanoseconds the caller is to wait first.
  synchronized long take(long bytes) {
    long now = nanoTime.getAsLong();
    long start = freeAtNanos - now > 0 ? freeAtNanos : now;
    freeAtNanos = start + (long) (bytes * 1e9 / bytesPerSecond);
    return start - now;
  }

  /// Waits until so many bytes more may be moved.
  void pass(long bytes) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(take(bytes));
  }
}
