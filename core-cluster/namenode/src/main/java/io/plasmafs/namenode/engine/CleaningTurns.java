package io.plasmafs.namenode.engine;

import io.plasmafs.model.FsException;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Needs;
import io.plasmafs.namenode.transaction.Transaction;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// When the [Cleaner] has its turn: one slice at a time, in a commit of its own, and callers first.
/// Confined to the engine's thread.
final class CleaningTurns {
  /// While others commit, one batch of so many carries a slice of cleaning up ...
  private static final int BATCHES_PER_SLICE = 32;

  /// ... unless this many inodes wait for it.
  private static final int LONG_BACKLOG = 100_000;

  private static final long NOBODY_COMMITS_NANOS = 2_000_000;

  private final Cleaner cleaner;
  private final OwnTransactions transactions;
  private final Needs needs;
  private final StoreQuestions questions;
  private final CommitPipeline pipeline;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private boolean underWay;
  private long lastBatch;
  private long callerCommittedNanos;

  CleaningTurns(
      Cleaner cleaner,
      OwnTransactions transactions,
      Needs needs,
      StoreQuestions questions,
      CommitPipeline pipeline,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.cleaner = cleaner;
    this.transactions = transactions;
    this.needs = needs;
    this.questions = questions;
    this.pipeline = pipeline;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.callerCommittedNanos = nanoTime.getAsLong() - NOBODY_COMMITS_NANOS;
  }

  /// A caller has begun to wait for a commit.
  void callerCommits() {
    callerCommittedNanos = nanoTime.getAsLong();
  }

  /// Hands a slice to the pipeline, if there is one to be done and now is the time.
  void take() {
    if (underWay
        || !cleaner.hasWork()
        || pipeline.state() == CommitPipeline.State.IN_DOUBT
        || othersGoFirst()) {
      return;
    }
    underWay = true;
    lastBatch = pipeline.batches();
    Transaction transaction = transactions.begin();
    try {
      cleaner.slice(transaction, transactions.view(transaction), clock.instant());
    } catch (Missing e) {
      transactions.end(transaction);
      questions.ask(() -> underWay = false, () -> underWay = false);
      return;
    }
    needs.clear();
    if (!transaction.hasChanges()) {
      transactions.end(transaction);
      underWay = false;
      return;
    }
    pipeline.submit(
        transaction,
        Optional.empty(),
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            underWay = false;
          }

          @Override
          public void failed(FsException cause) {
            cleaner.undone(transaction);
            underWay = false;
          }
        });
  }

  /// A slice makes the batch that carries it several times longer, so few do while anybody waits.
  private boolean othersGoFirst() {
    return nanoTime.getAsLong() - callerCommittedNanos < NOBODY_COMMITS_NANOS
        && pipeline.batches() - lastBatch < BATCHES_PER_SLICE
        && cleaner.backlog() < LONG_BACKLOG;
  }
}
