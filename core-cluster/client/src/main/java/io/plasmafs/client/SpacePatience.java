package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.function.Supplier;

/// Asks for blocks again for a while where space is short. What was freed a moment ago is given out
/// again only when the datanodes know that its tickets are dead, so "no space" may be true for a
/// second only.
final class SpacePatience {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private SpacePatience() {}

  /// The answer to `request`, which is made again as long as it fails with ENOSPC.
  ///
  /// @throws FsException ENOSPC if there is no space after some seconds; any other failure at once
  static <T> T ask(Supplier<T> request) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return request.get();
      } catch (FsException e) {
        if (e.status() != FsStatus.ENOSPC || System.nanoTime() - end > 0) {
          throw e;
        }
        Autocommit.sleep(PAUSE);
      }
    }
  }
}
