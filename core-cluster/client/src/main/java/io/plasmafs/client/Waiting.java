package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits for futures in the way of blocking calls: a virtual thread gives up its carrier, an
/// interrupt ends the wait.
final class Waiting {
  private Waiting() {}

  /// The value of the future, or its failure thrown.
  static <T> T on(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the thread was interrupted while it waited", e);
    } catch (ExecutionException e) {
      throw failure(e);
    }
  }

  /// Whether the future is done, one way or the other, after at most so long.
  static boolean isDone(CompletableFuture<?> future, long nanos) {
    if (nanos <= 0 || future.isDone()) {
      return future.isDone();
    }
    try {
      Object unused = future.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the thread was interrupted while it waited", e);
    }
  }

  /// The failure within what futures wrap around it.
  static FsException failure(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case FsException known -> known;
      case PlasmaIOException io -> io.failure();
      case Error error -> throw error;
      default -> new FsException(FsStatus.EIO, String.valueOf(cause.getMessage()), cause);
    };
  }
}
