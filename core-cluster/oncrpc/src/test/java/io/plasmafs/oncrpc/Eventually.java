package io.plasmafs.oncrpc;

import java.util.function.BooleanSupplier;

/// Waits for what happens on other threads.
final class Eventually {
  private Eventually() {}

  static void isTrue(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + SampleServer.SOON.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("Expected soon: " + what);
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }
  }
}
