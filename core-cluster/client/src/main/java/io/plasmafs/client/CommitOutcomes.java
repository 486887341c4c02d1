package io.plasmafs.client;

import io.plasmafs.client.wire.CommitState;
import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.OptionalLong;

/// Finds out by its token what became of a commit, whatever happens to connections meanwhile.
final class CommitOutcomes {
  /// For so long a commit of which nothing is known may still turn up.
  private static final Duration STRAGGLER = Duration.ofSeconds(1);

  private static final Duration PAUSE = Duration.ofMillis(50);

  private final CoordinatorLink coordinator;
  private final Duration timeout;

  CommitOutcomes(CoordinatorLink coordinator, Duration timeout) {
    this.coordinator = coordinator;
    this.timeout = timeout;
  }

  /// What is known at this moment.
  CommitState now(CommitToken token) {
    return Waiting.on(coordinator.session().thenCompose(session -> session.commitOutcome(token)));
  }

  /// What became of a commit that was sent and whose answer was lost.
  ///
  /// @return its number; nothing if it did not happen
  /// @throws FsException EUNKNOWN if that could not be learnt in time
  OptionalLong ofLost(CommitToken token, FsException cause) {
    return settle(token, STRAGGLER, cause);
  }

  /// What became of a commit that somebody may have made before.
  ///
  /// @return its number; nothing if it was not made and is not being made
  /// @throws FsException EUNKNOWN if that could not be learnt in time
  OptionalLong before(CommitToken token) {
    return settle(
        token, Duration.ZERO, new FsException(FsStatus.EUNAVAIL, "the commit is still being made"));
  }

  private OptionalLong settle(CommitToken token, Duration straggler, FsException cause) {
    long start = System.nanoTime();
    long unknownSince = -1;
    FsException last = cause;
    while (System.nanoTime() - start < timeout.toNanos()) {
      try {
        CommitState state = now(token);
        switch (state.kind()) {
          case DONE -> {
            return OptionalLong.of(state.sequence());
          }
          case ABORTED -> {
            return OptionalLong.empty();
          }
          case UNKNOWN -> {
            // The call itself may still be in a queue of the server.
            long now = System.nanoTime();
            if (unknownSince < 0) {
              unknownSince = now;
            }
            if (now - unknownSince >= straggler.toNanos()) {
              return OptionalLong.empty();
            }
          }
          case IN_PROGRESS -> unknownSince = -1;
        }
      } catch (FsException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        last = e;
        unknownSince = -1;
      }
      Autocommit.sleep(PAUSE);
    }
    throw new FsException(
        FsStatus.EUNKNOWN,
        "the outcome of commit "
            + token
            + " could not be learnt within "
            + timeout.toSeconds()
            + " s: "
            + last.getMessage(),
        last);
  }
}
