package io.plasmafs.namenode.store;

import java.time.Duration;

/// How far the tables are, for a test that waits for it.
final class Progress {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private long sequence;

  synchronized void reached(long newSequence) {
    if (newSequence <= sequence) {
      throw new AssertionError("progress went from " + sequence + " to " + newSequence);
    }
    sequence = newSequence;
    notifyAll();
  }

  synchronized void await(long wanted) {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (sequence < wanted) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError("the tables are at " + sequence + ", waited for " + wanted);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
