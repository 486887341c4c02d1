package io.plasmafs.client;

import io.plasmafs.client.wire.CommitState;
import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.client.wire.NamenodeSession;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/// Compounds that are transactions of their own. The way without trouble is one asynchronous call.
/// With trouble a virtual thread takes over: after a lost connection it finds out by the token
/// whether the commit happened, and repeats the compound, with the same token, if it did not; after
/// a conflict it repeats as the policy says.
final class Autocommit {
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final CoordinatorLink coordinator;
  private final Duration timeout;
  private final RetryPolicy retry;
  private final Optional<Principal> actor;
  private final LongSupplier transactionIds;

  /// @param actor who acts; the principal of the connection if absent
  Autocommit(
      CoordinatorLink coordinator,
      Duration timeout,
      RetryPolicy retry,
      Optional<Principal> actor,
      LongSupplier transactionIds) {
    this.coordinator = coordinator;
    this.timeout = timeout;
    this.retry = retry;
    this.actor = actor;
    this.transactionIds = transactionIds;
  }

  /// One call. For another principal than the connection's it frames the operations by a begin and
  /// a commit.
  private CompletableFuture<Answer> send(NamenodeSession session, Compound compound) {
    if (actor.isEmpty()) {
      return session.compound(compound);
    }
    long id = transactionIds.getAsLong();
    List<Operation> framed = new ArrayList<>(compound.operations().size() + 2);
    framed.add(new Operation.Begin(Duration.ZERO, actor));
    for (Operation operation : compound.operations()) {
      framed.add(Shifted.by(operation, 1));
    }
    framed.add(new Operation.Commit(compound.token()));
    return session
        .compound(new Compound(id, Optional.empty(), framed))
        .thenApply(answer -> {
          if (answer.failure().isPresent()) {
            // Within a transaction what succeeded stays, until this ends it.
            var unused =
                session.compound(
                    new Compound(id, Optional.empty(), List.of(new Operation.Abort())));
            Answer.Failure failure = answer.failure().get();
            return new Answer(
                answer.outcomes().isEmpty()
                    ? List.of()
                    : answer.outcomes().subList(1, answer.outcomes().size()),
                Optional.of(
                    new Answer.Failure(
                        failure.operation() > compound.operations().size()
                            ? -1
                            : Math.max(-1, failure.operation() - 1),
                        failure.cause())),
                0);
          }
          int last = answer.outcomes().size() - 1;
          long sequence =
              Outcomes.expect(Outcome.Committed.class, answer.outcomes().get(last)).sequence();
          return new Answer(answer.outcomes().subList(1, last), Optional.empty(), sequence);
        });
  }

  CompletableFuture<Answer> submit(List<Operation> operations) {
    boolean changes = operations.stream().anyMatch(Autocommit::changes);
    Compound compound = compound(operations, changes);
    Optional<NamenodeSession> standing = coordinator.standing();
    if (standing.isEmpty()) {
      return takeOver(compound, changes, Optional.empty());
    }
    NamenodeSession session = standing.get();
    CompletableFuture<Answer> result = new CompletableFuture<>();
    var unused =
        send(session, compound)
            .whenComplete((answer, error) -> {
              if (error == null && !isTrouble(answer)) {
                result.complete(answer);
              } else if (error != null && !isTrouble(Waiting.failure(error).status())) {
                result.completeExceptionally(error);
              } else {
                var unused2 =
                    takeOver(compound, changes, Optional.of(new Trouble(session, answer)))
                        .whenComplete((later, failure) -> {
                          if (failure != null) {
                            result.completeExceptionally(failure);
                          } else {
                            result.complete(later);
                          }
                        });
              }
            });
    return result;
  }

  /// What the first attempt came to.
  private record Trouble(
      NamenodeSession session, @org.jspecify.annotations.Nullable Answer answer) {}

  private static Compound compound(List<Operation> operations, boolean changes) {
    return new Compound(
        0, changes ? Optional.of(CommitToken.random()) : Optional.empty(), operations);
  }

  private static boolean isTrouble(Answer answer) {
    return answer.failure().isPresent() && isTrouble(answer.failure().get().cause().status());
  }

  private static boolean isTrouble(FsStatus status) {
    return switch (status) {
      case ECOORD, EUNAVAIL, EUNKNOWN, ECONFLICT -> true;
      default -> false;
    };
  }

  private CompletableFuture<Answer> takeOver(
      Compound compound, boolean changes, Optional<Trouble> trouble) {
    CompletableFuture<Answer> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("repeat a call")
        .start(() -> {
          try {
            result.complete(repeat(compound, changes, trouble));
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private Answer repeat(Compound first, boolean changes, Optional<Trouble> trouble) {
    long start = System.nanoTime();
    long pause = FIRST_PAUSE_MILLIS;
    int attempts = trouble.isPresent() ? 1 : 0;
    Compound compound = first;
    boolean perhapsDone = false;
    FsException last = new FsException(FsStatus.EUNAVAIL, "the coordinator was not asked yet");
    if (trouble.isPresent()) {
      Answer answer = trouble.get().answer();
      if (answer == null || answer.failure().isEmpty()) {
        perhapsDone = changes;
      } else {
        last = answer.failure().get().cause();
        perhapsDone = changes && last.status() == FsStatus.EUNKNOWN;
        if (last.status() == FsStatus.ECONFLICT) {
          Optional<Compound> next = pauseAfterConflict(answer, attempts, start, compound, changes);
          if (next.isEmpty()) {
            return answer;
          }
          compound = next.get();
        } else if (last.status() == FsStatus.ECOORD) {
          coordinator.giveUp(trouble.get().session());
        }
      }
    }
    for (; ; ) {
      NamenodeSession session = Waiting.on(coordinator.session());
      try {
        if (perhapsDone) {
          CommitState state = Waiting.on(session.commitOutcome(compound.token().orElseThrow()));
          switch (state.kind()) {
            case DONE -> {
              return afterTheFact(session, compound, state.sequence());
            }
            case IN_PROGRESS -> {
              pause = sleep(pause, start, last);
              continue;
            }
            case UNKNOWN, ABORTED -> perhapsDone = false;
          }
        }
        attempts++;
        Answer answer = Waiting.on(send(session, compound));
        if (answer.failure().isEmpty()) {
          return answer.outcomes().size() == compound.operations().size()
              ? answer
              : afterTheFact(session, compound, answer.sequence());
        }
        if (!isTrouble(answer)) {
          return answer;
        }
        last = answer.failure().get().cause();
        switch (last.status()) {
          case ECONFLICT -> {
            Optional<Compound> next =
                pauseAfterConflict(answer, attempts, start, compound, changes);
            if (next.isEmpty()) {
              return answer;
            }
            compound = next.get();
            continue;
          }
          case EUNKNOWN -> perhapsDone = changes;
          default -> {}
        }
        coordinator.giveUp(session);
      } catch (FsException e) {
        if (!isTrouble(e.status())) {
          throw e;
        }
        last = e;
        perhapsDone = changes;
      }
      pause = sleep(pause, start, last);
    }
  }

  /// Pauses, and gives the compound a new token, as the one that lost is done with; nothing if
  /// there is to be no further attempt.
  private Optional<Compound> pauseAfterConflict(
      Answer answer, int attempts, long start, Compound compound, boolean changes) {
    Optional<Duration> pause =
        retry.pause(
            attempts, Duration.ofNanos(System.nanoTime() - start), ThreadLocalRandom.current());
    if (pause.isEmpty() || answer.failure().isEmpty()) {
      return Optional.empty();
    }
    sleep(pause.get());
    return Optional.of(compound(compound.operations(), changes));
  }

  private long sleep(long pauseMillis, long start, FsException last) {
    if (System.nanoTime() - start + pauseMillis * 1_000_000 > timeout.toNanos()) {
      throw new FsException(
          last.status() == FsStatus.EUNKNOWN ? FsStatus.EUNKNOWN : FsStatus.EUNAVAIL,
          "gave up after "
              + (System.nanoTime() - start) / 1_000_000
              + " ms; last: "
              + last.getMessage(),
          last);
    }
    sleep(Duration.ofMillis(pauseMillis));
    return Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
  }

  static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FsException(FsStatus.EIO, "the thread was interrupted while it waited", e);
    }
  }

  /// The commit happened, and its answer was lost: what it would have said is asked for again.
  private Answer afterTheFact(NamenodeSession session, Compound compound, long sequence) {
    List<Operation> questions = new ArrayList<>();
    for (Operation operation : compound.operations()) {
      questions.add(
          switch (operation) {
            case Operation.Create o -> new Operation.Stat(o.where(), false);
            case Operation.MakeDirectory o -> new Operation.Stat(o.where(), false);
            case Operation.MakeSymlink o -> new Operation.Stat(o.where(), false);
            case Operation.Link o -> new Operation.Stat(o.where(), false);
            case Operation.SetAttributes o -> new Operation.Stat(o.where(), o.follow());
            case Operation.CopyTree o -> new Operation.Stat(o.to(), false);
            default -> changes(operation) ? new Operation.Versions(List.of()) : operation;
          });
    }
    Answer answer = Waiting.on(send(session, new Compound(0, Optional.empty(), questions)));
    if (answer.failure().isPresent()) {
      throw new FsException(
          FsStatus.EUNKNOWN,
          "commit "
              + sequence
              + " is done, but the connection was lost before its answer came, and what it did"
              + " cannot be seen any more: "
              + answer.failure().get().cause().getMessage());
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Operation operation = compound.operations().get(i);
      Outcome seen = answer.outcomes().get(i);
      outcomes.add(
          switch (operation) {
            case Operation.RemoveTree o -> new Outcome.Removed(0);
            case Operation.CopyTree o ->
                new Outcome.Copied(
                    Outcomes.expect(Outcome.Inode.class, seen).attributes().inode(), 0, List.of());
            case Operation.Create o -> created(seen);
            case Operation.MakeDirectory o -> created(seen);
            case Operation.MakeSymlink o -> created(seen);
            case Operation.Link o -> seen;
            case Operation.SetAttributes o -> seen;
            default -> changes(operation) ? new Outcome.Done() : seen;
          });
    }
    return new Answer(outcomes, Optional.empty(), sequence);
  }

  private static Outcome created(Outcome seen) {
    return new Outcome.Inode(Outcomes.expect(Outcome.Inode.class, seen).attributes(), true);
  }

  /// Whether an operation can change anything.
  static boolean changes(Operation operation) {
    return switch (operation) {
      case Operation.Require o -> false;
      case Operation.Stat o -> false;
      case Operation.StatMany o -> false;
      case Operation.Versions o -> false;
      case Operation.ListDirectory o -> false;
      case Operation.ReadLink o -> false;
      case Operation.StatFilesystem o -> false;
      case Operation.GetXattr o -> false;
      case Operation.ListXattrs o -> false;
      case Operation.Read o -> false;
      case Operation.Begin o -> true;
      case Operation.Commit o -> true;
      case Operation.Abort o -> true;
      case Operation.Create o -> true;
      case Operation.MakeDirectory o -> true;
      case Operation.MakeSymlink o -> true;
      case Operation.Link o -> true;
      case Operation.Unlink o -> true;
      case Operation.RemoveDirectory o -> true;
      case Operation.RemoveTree o -> true;
      case Operation.CopyTree o -> true;
      case Operation.Rename o -> true;
      case Operation.SetAttributes o -> true;
      case Operation.SetXattr o -> true;
      case Operation.RemoveXattr o -> true;
      case Operation.Allocate o -> true;
      case Operation.Attach o -> true;
      case Operation.WriteInline o -> true;
      case Operation.Punch o -> true;
      case Operation.GiveBack o -> true;
    };
  }
}
