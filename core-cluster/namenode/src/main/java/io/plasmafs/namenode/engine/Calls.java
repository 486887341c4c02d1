package io.plasmafs.namenode.engine;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.namespace.Operations;
import io.plasmafs.namenode.namespace.Step;
import io.plasmafs.namenode.transaction.CommitFirst;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Needs;
import io.plasmafs.namenode.transaction.Pause;
import io.plasmafs.namenode.transaction.Transaction;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the compounds that callers bring, each on its way from question to answer: [Call] has the
/// states. Whatever happens, a compound is answered once. Confined to the engine's thread.
final class Calls {
  private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

  private static final int MOST_RUNS = 20_000;

  /// What compounds ask of the engine.
  interface Owner {
    /// Why nothing is run now; null if it is.
    @Nullable FsException refusal();

    /// Number of the last commit that is published.
    long sequence();

    /// What the operations of a transaction are run with.
    Step step(Transaction transaction, boolean explicit);

    /// Ends a transaction without effect, if it has not ended.
    void end(Transaction transaction);

    /// A caller has begun to wait for a commit.
    void callerCommits();
  }

  private final Owner owner;
  private final OpenTransactions transactions;
  private final CommitTokens commits;
  private final CommitPipeline pipeline;
  private final StoreQuestions questions;
  private final Needs needs;
  private final BlockSpace blocks;
  private final EngineLimits limits;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final ArrayDeque<Call> ready = new ArrayDeque<>();

  /// @param needs what the operations that run lack
  /// @param clock for times that are stored
  /// @param nanoTime for intervals, monotonic
  Calls(
      Owner owner,
      OpenTransactions transactions,
      CommitTokens commits,
      CommitPipeline pipeline,
      StoreQuestions questions,
      Needs needs,
      BlockSpace blocks,
      EngineLimits limits,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.owner = owner;
    this.transactions = transactions;
    this.commits = commits;
    this.pipeline = pipeline;
    this.questions = questions;
    this.needs = needs;
    this.blocks = blocks;
    this.limits = limits;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  /// Long operations that have paused have one turn each, so that events come between. Whether
  /// there was one.
  boolean proceedPaused() {
    boolean worked = false;
    for (int left = ready.size(); left > 0; left--) {
      Call call = ready.poll();
      if (call != null && !call.answered) {
        Turns.run(() -> proceed(call));
        worked = true;
      }
    }
    return worked;
  }

  /// Whether a long operation waits for its turn.
  boolean arePaused() {
    return !ready.isEmpty();
  }

  /// Answers the long operations that have paused: there will be no further turn.
  void abandonPaused() {
    for (Call call = ready.poll(); call != null; call = ready.poll()) {
      unanswered(call);
    }
  }

  /// Runs a compound; see [Engine#submit].
  void accept(Session session, Compound compound, Consumer<Answer> reply) {
    FsException refusal = refusal(session);
    if (refusal != null) {
      reply.accept(failure(List.of(), -1, refusal, owner.sequence()));
      return;
    }
    if (compound.transaction() == 0) {
      acceptAutocommit(session, compound, reply);
      return;
    }
    OpenTransaction open = session.open().get(compound.transaction());
    boolean begins =
        !compound.operations().isEmpty() && compound.operations().get(0) instanceof Operation.Begin;
    try {
      if (open != null && open.busy) {
        throw new FsException(
            FsStatus.ETBUSY,
            "transaction " + open.id + ": the answer to its last request is still to come");
      }
      if (begins) {
        if (open != null) {
          throw new FsException(FsStatus.EINVAL, "transaction " + open.id + " has begun already");
        }
        open = transactions.begin(session, compound);
      } else if (open == null) {
        throw session.takeTimedOut(compound.transaction())
            ? new FsException(
                FsStatus.ELONGTRANS,
                "transaction " + compound.transaction() + " was idle for too long and aborted")
            : new FsException(
                FsStatus.ENOTRANS,
                "there is no transaction " + compound.transaction() + " on this connection");
      }
    } catch (FsException e) {
      reply.accept(failure(List.of(), begins ? 0 : -1, e, owner.sequence()));
      return;
    }
    open.busy = true;
    Call call =
        new Call(
            session, compound, reply, open.transaction, open, owner.step(open.transaction, true));
    if (begins) {
      call.outcomes.add(new Outcome.Done());
      call.step.skip();
      call.next = 1;
      call.floor = 1;
    }
    proceed(call);
  }

  private @Nullable FsException refusal(Session session) {
    FsException refusal = owner.refusal();
    if (refusal == null && session.isClosed()) {
      return new FsException(FsStatus.ENOTRANS, "the connection is closed");
    }
    return refusal;
  }

  private void acceptAutocommit(Session session, Compound compound, Consumer<Answer> reply) {
    CommitToken token = compound.token().orElse(null);
    if (token == null) {
      proceedAutocommit(session, compound, reply);
    } else {
      commits.settle(
          token,
          done -> reply.accept(new Answer(List.of(), Optional.empty(), done)),
          failed -> reply.accept(failure(List.of(), -1, failed, 0)),
          () -> proceedAutocommit(session, compound, reply));
    }
  }

  private void proceedAutocommit(Session session, Compound compound, Consumer<Answer> reply) {
    FsException refusal = refusal(session);
    if (refusal != null) {
      reply.accept(failure(List.of(), -1, refusal, owner.sequence()));
      return;
    }
    Transaction transaction = transactions.make(session, session.principal());
    proceed(new Call(session, compound, reply, transaction, null, owner.step(transaction, false)));
  }

  /// Runs a compound until it is done, or something must be waited for.
  private void proceed(Call call) {
    if (call.answered) {
      return;
    }
    FsException refusal = refusal(call.session);
    if (refusal != null) {
      owner.end(call.transaction);
      closeTransaction(call);
      finish(call, refusal, -1);
      return;
    }
    List<Operation> operations = call.compound.operations();
    call.step.setNow(clock.instant());
    while (call.next < operations.size()) {
      Operation operation = operations.get(call.next);
      boolean underWay = call.step.isUnderWay();
      if (!underWay) {
        call.operationMark = call.transaction.mark();
      }
      int mark = call.operationMark;
      try {
        if (call.open != null
            && (operation instanceof Operation.Commit || operation instanceof Operation.Abort)) {
          if (call.next != operations.size() - 1) {
            throw new FsException(
                FsStatus.EINVAL, "the end of a transaction must be the last operation");
          }
          if (operation instanceof Operation.Commit commit) {
            commit(call, commit.token());
          } else {
            owner.end(call.transaction);
            call.outcomes.add(new Outcome.Done());
            closeTransaction(call);
            succeed(call, owner.sequence());
          }
          return;
        }
        if (!underWay
            && call.transaction.beginOperation(nanoTime.getAsLong())
                > limits.operationsPerTransaction()) {
          throw new FsException(
              FsStatus.ELIMIT,
              "a transaction can have at most "
                  + limits.operationsPerTransaction()
                  + " operations");
        }
        call.outcomes.add(Operations.run(call.step, operation));
        call.next++;
        if (underWay) {
          call.floor = call.next;
          call.floorMark = call.transaction.mark();
        }
      } catch (Missing e) {
        waitFor(call);
        return;
      } catch (Pause e) {
        ready.add(call);
        return;
      } catch (CommitFirst e) {
        commitFirst(call, e.transaction());
        return;
      } catch (FsException e) {
        needs.clear();
        call.transaction.rollback(mark);
        fail(call, e);
        return;
      } catch (RuntimeException e) {
        LOG.error("operation {} failed: this is a fault of the server", operation, e);
        needs.clear();
        call.transaction.rollback(mark);
        fail(call, new FsException(FsStatus.EFAILED, "the server failed; its log says why", e));
        return;
      }
    }
    if (call.open == null) {
      commit(call, call.compound.token());
    } else {
      call.transaction.keep(blocks);
      succeed(call, owner.sequence());
    }
  }

  /// Commits what a long operation has prepared, then goes on with the operation.
  private void commitFirst(Call call, Transaction aside) {
    aside.keep(blocks);
    pipeline.submit(
        aside,
        Optional.empty(),
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            ready.add(call);
          }

          @Override
          public void failed(FsException cause) {
            call.transaction.rollback(call.operationMark);
            fail(call, cause);
          }
        });
  }

  private void waitFor(Call call) {
    if (!call.step.isUnderWay() && ++call.runs > MOST_RUNS) {
      needs.clear();
      call.transaction.rollback(call.floorMark);
      fail(
          call,
          new FsException(
              FsStatus.ELIMIT,
              "the request needs more metadata at a time than the cache can hold"));
      return;
    }
    if (!call.step.isUnderWay()) {
      lookAhead(call);
      call.transaction.rollback(call.floorMark);
      call.next = call.floor;
      call.outcomes.subList(call.floor, call.outcomes.size()).clear();
      call.step.restart(call.floor);
    }
    questions.ask(() -> proceed(call), () -> unanswered(call));
  }

  private void unanswered(Call call) {
    if (call.answered) {
      return;
    }
    call.transaction.rollback(call.floorMark);
    call.next = call.floor;
    call.outcomes.subList(call.floor, call.outcomes.size()).clear();
    fail(
        call,
        new FsException(
            FsStatus.EUNAVAIL,
            owner.refusal() == null
                ? "the database cannot be reached; try again later"
                : Engine.SHUTTING_DOWN));
  }

  /// What the rest of a compound lacks is found out at once, not one operation after the other.
  /// Only questions come of this: whatever the operations do or answer is undone.
  private void lookAhead(Call call) {
    List<Operation> operations = call.compound.operations();
    for (int i = call.next; i < operations.size() && needs.questions().size() < 1024; i++) {
      switch (operations.get(i)) {
        case Operation.RemoveTree op -> {
          return;
        }
        case Operation.CopyTree op -> {
          return;
        }
        case Operation.Allocate op -> call.step.skip();
        case Operation.GiveBack op -> call.step.skip();
        case Operation.Commit op -> call.step.skip();
        case Operation.Abort op -> call.step.skip();
        default -> {
          try {
            Operations.run(call.step, operations.get(i));
          } catch (Missing | FsException e) {
            call.step.skip();
          }
        }
      }
    }
  }

  // ---- commit

  /// The token is looked at again, although that of a compound of its own was before it ran: the
  /// same commit can have come by another connection while this one waited for metadata.
  private void commit(Call call, Optional<CommitToken> token) {
    if (token.isEmpty()) {
      submitCommit(call, token);
      return;
    }
    commits.settle(
        token.get(),
        done -> doneBefore(call, done),
        failed -> {
          owner.end(call.transaction);
          closeTransaction(call);
          finish(call, failed, call.open == null ? -1 : call.next);
        },
        () -> submitCommit(call, token));
  }

  private void doneBefore(Call call, long sequence) {
    owner.end(call.transaction);
    if (call.open == null) {
      call.outcomes.clear();
    }
    committed(call, sequence);
  }

  private void submitCommit(Call call, Optional<CommitToken> token) {
    if (call.answered) {
      return;
    }
    call.transaction.keep(blocks);
    if (!call.transaction.hasChanges() && call.transaction.preconditions().isEmpty()) {
      owner.end(call.transaction);
      committed(call, 0);
      return;
    }
    owner.callerCommits();
    pipeline.submit(
        call.transaction,
        token,
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            Calls.this.committed(call, sequence);
          }

          @Override
          public void failed(FsException cause) {
            closeTransaction(call);
            finish(call, cause, call.open == null ? -1 : call.next);
          }
        });
  }

  private void committed(Call call, long sequence) {
    if (call.open != null) {
      call.outcomes.add(new Outcome.Committed(sequence));
      closeTransaction(call);
    }
    succeed(call, call.open == null ? sequence : owner.sequence());
  }

  // ---- answers

  private void closeTransaction(Call call) {
    if (call.open != null) {
      transactions.close(call.open);
    }
  }

  private void fail(Call call, FsException cause) {
    if (call.open == null) {
      owner.end(call.transaction);
      CommitToken token = call.compound.token().orElse(null);
      if (token != null && commits.isKnown(token)) {
        // it failed because the same commit came by another connection while this one waited
        commits.settle(
            token,
            done -> doneBefore(call, done),
            failed -> finish(call, failed, -1),
            () -> finish(call, cause, call.next));
        return;
      }
    } else {
      call.transaction.keep(blocks);
    }
    finish(call, cause, call.next);
  }

  private void succeed(Call call, long sequence) {
    if (call.answered) {
      return;
    }
    call.answered = true;
    settle(call);
    answer(call, new Answer(call.outcomes, Optional.empty(), sequence));
  }

  private void finish(Call call, FsException cause, int operation) {
    if (call.answered) {
      return;
    }
    call.answered = true;
    settle(call);
    answer(
        call, failure(call.outcomes, operation, cause, call.open == null ? 0 : owner.sequence()));
  }

  /// A caller's fault must not keep others of the same batch from their answers.
  private static void answer(Call call, Answer answer) {
    try {
      call.reply.accept(answer);
    } catch (RuntimeException | Error e) {
      LOG.error("the answer to session {} could not be given", call.session.number(), e);
    }
  }

  private void settle(Call call) {
    if (call.open != null) {
      transactions.rest(call.open);
    }
  }

  static Answer failure(List<Outcome> outcomes, int operation, FsException cause, long sequence) {
    return new Answer(outcomes, Optional.of(new Answer.Failure(operation, cause)), sequence);
  }
}
