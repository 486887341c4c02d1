package io.plasmafs.client;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;

/// Runs a body in one transaction after the other until one is committed, the body fails for good,
/// or the [RetryPolicy] has had enough. All attempts have the same commit token: should a commit
/// that was given up for lost turn up after all, the next one finds it and changes nothing.
final class TransactionLoop {
  private final PlasmaClient client;
  private final RetryPolicy retry;
  private final CommitOutcomes outcomes;

  TransactionLoop(PlasmaClient client, RetryPolicy retry, CommitOutcomes outcomes) {
    this.client = client;
    this.retry = retry;
    this.outcomes = outcomes;
  }

  /// Under a token of its own.
  <T, E extends Exception> T run(TransactionBody<T, E> body) throws E {
    return run(new Attempts<>(CommitToken.random(), Optional.empty(), body, false))
        .result()
        .orElseThrow();
  }

  /// Under a token that may have been used before.
  <T, E extends Exception> Committed<T> runOnce(
      CommitToken token, Optional<Principal> actor, TransactionBody<T, E> body) throws E {
    return run(new Attempts<>(token, actor, body, true));
  }

  private <T, E extends Exception> Committed<T> run(Attempts<T, E> attempts) throws E {
    for (; ; ) {
      Optional<Committed<T>> done = attempts.next();
      if (done.isPresent()) {
        return done.get();
      }
    }
  }

  private final class Attempts<T, E extends Exception> {
    private final CommitToken token;
    private final Optional<Principal> actor;
    private final TransactionBody<T, E> body;

    /// Whether somebody else may commit under the same token.
    private final boolean shared;

    private final long start = System.nanoTime();
    private int made;

    Attempts(
        CommitToken token, Optional<Principal> actor, TransactionBody<T, E> body, boolean shared) {
      this.token = token;
      this.actor = actor;
      this.body = body;
      this.shared = shared;
    }

    /// One attempt; nothing if there is to be another one.
    Optional<Committed<T>> next() throws E {
      Optional<Committed<T>> before = doneBefore();
      if (before.isPresent()) {
        return before;
      }
      made++;
      try (Transaction transaction = client.begin(token, actor, Duration.ZERO)) {
        try {
          T result = body.run(transaction);
          if (transaction.isOpen()) {
            long unused = transaction.commit();
          }
          return Optional.of(new Committed<>(transaction.sequence(), Optional.of(result)));
        } catch (Exception e) {
          Optional<FsException> known = known(e);
          boolean again =
              known.isPresent()
                  && (known.get().status() == FsStatus.ECONFLICT || transaction.isLost());
          if (!again) {
            transaction.abortAsync();
            // What it met may be the work of the one that was first under this token.
            Optional<Committed<T>> meanwhile = known.isPresent() ? doneBefore() : Optional.empty();
            if (meanwhile.isPresent()) {
              return meanwhile;
            }
            throw e;
          }
          Optional<Duration> pause =
              retry.pause(
                  made, Duration.ofNanos(System.nanoTime() - start), ThreadLocalRandom.current());
          if (pause.isEmpty()) {
            if (made == 1) {
              throw e;
            }
            FsException failure = known.get();
            throw new FsException(
                failure.status(),
                failure.getMessage() + " (" + made + " attempts)",
                failure.conflicts());
          }
          transaction.abortAsync();
          Autocommit.sleep(pause.get());
          return Optional.empty();
        }
      }
    }

    private Optional<Committed<T>> doneBefore() {
      if (!shared) {
        return Optional.empty();
      }
      OptionalLong sequence = outcomes.before(token);
      return sequence.isPresent()
          ? Optional.of(new Committed<>(sequence.getAsLong(), Optional.empty()))
          : Optional.empty();
    }
  }

  private static Optional<FsException> known(Exception e) {
    return switch (e) {
      case FsException fs -> Optional.of(fs);
      case PlasmaIOException io -> Optional.of(io.failure());
      default -> Optional.empty();
    };
  }
}
