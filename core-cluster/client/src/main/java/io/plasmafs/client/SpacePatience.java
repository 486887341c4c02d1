package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.function.Supplier;

/// Asks for blocks again for a while where there are none. What was freed a moment ago is given out
/// again only when the datanodes know that its tickets are dead, and a datanode that was started
/// again takes blocks only when it has the keys of tickets: so "no space" and "no datanode" may be
/// true for a second only.
final class SpacePatience {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration PAUSE = Duration.ofMillis(100);

  private SpacePatience() {}

  /// Whether a failure says that there are no blocks, which may pass.
  static boolean mayPass(FsException failure) {
    return failure.status() == FsStatus.ENOSPC || failure.status() == FsStatus.ENONODE;
  }

  /// The answer to `request`, which is made again as long as there are no blocks.
  ///
  /// @throws FsException ENOSPC or ENONODE if there are none after some seconds; any other failure
  ///   at once
  static <T> T ask(Supplier<T> request) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return request.get();
      } catch (FsException e) {
        if (!mayPass(e) || System.nanoTime() - end > 0) {
          throw e;
        }
        Autocommit.sleep(PAUSE);
      }
    }
  }
}
