package io.plasmafs.namenode.repair;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for answers, but not for ever.
final class Patience {
  private static final long SECONDS = 120;

  private Patience() {}

  /// The answer.
  ///
  /// @throws FsException what it failed with; EUNAVAIL for any other failure, or if none came
  static <T> T await(CompletableFuture<T> answer) throws InterruptedException {
    try {
      return answer.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (cause instanceof FsException known) {
        throw known;
      }
      throw new FsException(FsStatus.EUNAVAIL, String.valueOf(cause.getMessage()), cause);
    } catch (TimeoutException e) {
      throw new FsException(FsStatus.EUNAVAIL, "no answer came within " + SECONDS + " seconds", e);
    }
  }
}
