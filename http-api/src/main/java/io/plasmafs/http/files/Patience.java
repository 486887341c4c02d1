package io.plasmafs.http.files;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/// Tries a step of a transaction again that met another one's lock: for a moment only, as whoever
/// holds it may hold it for long.
public final class Patience {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long LONGEST_PAUSE_MILLIS = 100;

  private Patience() {}

  /// What the step results in, once no conflict stands in its way.
  ///
  /// @throws FsException ECONFLICT if one still does after two seconds
  public static <T> T with(Supplier<T> step) throws InterruptedException {
    long start = System.nanoTime();
    for (long pause = 2; ; pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause)) {
      try {
        return step.get();
      } catch (FsException e) {
        if (e.status() != FsStatus.ECONFLICT || System.nanoTime() - start > LIMIT.toNanos()) {
          throw e;
        }
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
      }
    }
  }
}
