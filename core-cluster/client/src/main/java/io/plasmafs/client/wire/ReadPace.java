package io.plasmafs.client.wire;

import java.time.Duration;
import java.util.Arrays;

/// How long reads have taken of late, and from that, when a read counts as slow: then the same
/// bytes are asked for at another copy too, and the first answer is taken. Such second questions
/// are at most a tenth of all, so that a cluster that is slow as a whole is not asked for twice the
/// work. Safe for use by several threads.
public final class ReadPace {
  private static final int SAMPLES = 512;
  private static final int EVERY = 64;
  private static final int PERCENT = 99;
  private static final int MOST_IN_STORE = 10;
  private static final double HEDGES_PER_READ = 0.1;
  private static final long LEAST_NANOS = Duration.ofMillis(20).toNanos();
  private static final long UNKNOWN_NANOS = Duration.ofSeconds(1).toNanos();

  // Guarded by this.
  private final long[] samples = new long[SAMPLES];
  private long count;
  private double hedges = MOST_IN_STORE;

  private volatile long patienceNanos = UNKNOWN_NANOS;

  /// Notes how long a read has taken.
  public synchronized void answered(long nanos) {
    samples[(int) (count++ % SAMPLES)] = nanos;
    hedges = Math.min(MOST_IN_STORE, hedges + HEDGES_PER_READ);
    if (count % EVERY == 0) {
      long[] sorted = Arrays.copyOf(samples, (int) Math.min(count, SAMPLES));
      Arrays.sort(sorted);
      patienceNanos = Math.max(LEAST_NANOS, 2 * sorted[sorted.length * PERCENT / 100]);
    }
  }

  /// How long to wait for an answer before another copy is asked: twice the 99th percentile.
  public long patienceNanos() {
    return patienceNanos;
  }

  /// Whether another copy may be asked; counts as done if so.
  public synchronized boolean mayHedge() {
    if (hedges < 1) {
      return false;
    }
    hedges--;
    return true;
  }
}
