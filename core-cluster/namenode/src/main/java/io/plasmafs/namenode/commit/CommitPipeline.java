package io.plasmafs.namenode.commit;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.namenode.transaction.CommitBuilder;
import io.plasmafs.namenode.transaction.CommittedRows;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.PreparedCommit;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Group commit. Transactions that commit while a batch is being written form the next one.
///
/// ```
///           form                durable -> publish
///  IDLE ------------> WRITING ---------------------> IDLE
///                      |  ^  \
///          UNAVAILABLE |  |   \ UNKNOWN
///                      v  |    v     not in the log
///                 PAUSING-+   IN_DOUBT ------------> WRITING, under the new epoch
///                   |             |
///          patience |             | in the log -> publish -> IDLE
///                   v             | FENCED, BROKEN
///          undone -> IDLE         +----------------> STOPPED
/// ```
///
/// * A change set is made when its batch is formed, from the committed state below it: commits that
///   wait have no sequence number yet, and nothing has to be taken back if an earlier batch fails.
///   Preconditions are checked at the same moment.
/// * One batch is written at a time. Nothing of it is visible before it is durable, and then all of
///   it in one step ([Owner#publish]).
/// * If it is not known whether a batch became durable the store is opened again, which keeps out
///   what may still be under way, and tells. Nothing is published meanwhile. Who waited too long is
///   answered EUNKNOWN; the commit itself is still carried to its end.
public final class CommitPipeline {
  private static final long FIRST_PAUSE_NANOS = 20_000_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;

  /// What the pipeline needs of the engine.
  public interface Owner {
    /// Checks the preconditions of a transaction.
    ///
    /// @throws FsException if they do not hold
    /// @throws Missing if something is not in memory
    void check(Transaction transaction);

    /// Fetches what was found missing, then calls one of the two.
    void fetchMissing(Runnable there, Runnable failed);

    /// A commit is part of the batch that is going to be written.
    void prepared(PreparedCommit commit);

    /// A commit is durable: its changes become visible, its blocks used, its locks free.
    void publish(PreparedCommit commit);

    /// A transaction did not commit: it is undone.
    void undo(Transaction transaction);

    /// A batch was given up: what was prepared for it counts no more.
    void forget(PreparedCommit commit);

    /// Runs something on the engine's thread.
    void post(Runnable event);

    /// As [#post]; the caller's thread may become the engine's for that.
    void postAndWork(Runnable event);

    /// Runs something that blocks, elsewhere.
    void background(Runnable task);

    /// The store was opened again.
    void epochChanged(long epoch);

    /// Nothing can ever be committed again.
    void stop(String reason);

    /// Monotonic time.
    long nanos();

    /// Milliseconds since 1970.
    long millis();
  }

  /// Who is told how a commit ended: exactly one of the two is called, once.
  public interface Listener {
    /// It is durable and visible.
    ///
    /// @param sequence 0 if there was nothing to commit
    void committed(long sequence);

    /// It is not, or it is not known: the status tells.
    void failed(FsException cause);
  }

  /// States of the pipeline.
  public enum State {
    IDLE,
    WRITING,
    PAUSING,
    IN_DOUBT,
    STOPPED
  }

  /// Bounds.
  ///
  /// @param batchCommits commits in one batch
  /// @param batchBytes about the size of a batch
  /// @param unappliedBytes of commits that the tables do not have yet; beyond it commits wait
  /// @param patienceNanos how long a commit waits for the store
  public record Bounds(
      int batchCommits, long batchBytes, long unappliedBytes, long patienceNanos) {}

  private static final class Waiting {
    final Transaction transaction;
    final Optional<CommitToken> token;
    final List<Listener> listeners = new ArrayList<>(1);
    final long deadlineNanos;

    Waiting(
        Transaction transaction,
        Optional<CommitToken> token,
        Listener listener,
        long deadlineNanos) {
      this.transaction = transaction;
      this.token = token;
      this.listeners.add(listener);
      this.deadlineNanos = deadlineNanos;
    }
  }

  private record Written(Waiting waiting, PreparedCommit commit) {}

  private record Unapplied(long sequence, long bytes) {}

  private final MetadataStore store;
  private final CommittedRows committed;
  private final CommitBuilder builder;
  private final Bounds bounds;
  private final Owner owner;
  private final TokenMemory tokens;
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();
  private final Map<CommitToken, Waiting> inProgress = new HashMap<>();
  private final ArrayDeque<Unapplied> unapplied = new ArrayDeque<>();
  private final List<Written> batch = new ArrayList<>();

  /// The inodes that the batch changes something of.
  private final Set<InodeId> touched = new HashSet<>();

  private State state = State.IDLE;
  private long epoch;
  private long batches;
  private long sequence;
  private long unappliedBytes;

  /// May be ahead of what is published: the store can apply a commit before it answers.
  private long lastApplied;

  private long batchDeadlineNanos;
  private long pauseNanos;
  private long resumeAtNanos;
  private boolean reopening;

  /// What is told to whoever still waits, once [#close] was called.
  private @Nullable FsException closing;

  /// A pipeline into an open store.
  public CommitPipeline(
      MetadataStore store,
      CommittedRows committed,
      CommitBuilder builder,
      Bounds bounds,
      Owner owner,
      TokenMemory tokens) {
    this.store = store;
    this.committed = committed;
    this.builder = builder;
    this.bounds = bounds;
    this.owner = owner;
    this.tokens = tokens;
  }

  /// The store is open.
  public void opened(long newEpoch, long lastSequence) {
    epoch = newEpoch;
    sequence = lastSequence;
    // opening a store applies all that is in its log
    tokens.applied(lastSequence);
  }

  /// Where it stands.
  public State state() {
    return state;
  }

  /// Of the coordinator.
  public long epoch() {
    return epoch;
  }

  /// Number of the last commit that is published.
  public long sequence() {
    return sequence;
  }

  /// How many batches there were, the one that is being written included.
  public long batches() {
    return batches;
  }

  /// Whether nothing waits or is being written.
  public boolean isQuiet() {
    return queue.isEmpty() && batch.isEmpty();
  }

  /// Whether the batch that is being written changes something of the inode. The tables may have it
  /// before it is published.
  public boolean isTouching(InodeId inode) {
    return touched.contains(inode);
  }

  /// Whether nothing is being written.
  public boolean isBetweenBatches() {
    return batch.isEmpty();
  }

  /// Whether a commit with this token waits or is being written.
  public boolean isInProgress(CommitToken token) {
    return inProgress.containsKey(token);
  }

  /// One more who wants to know how the commit with this token ends.
  public void join(CommitToken token, Listener listener) {
    Waiting waiting = inProgress.get(token);
    if (waiting == null) {
      throw new IllegalStateException("no commit with the token " + token + " is in progress");
    }
    waiting.listeners.add(listener);
  }

  /// Commits a transaction, with which nobody does anything any more.
  public void submit(Transaction transaction, Optional<CommitToken> token, Listener listener) {
    Waiting waiting =
        new Waiting(transaction, token, listener, owner.nanos() + bounds.patienceNanos());
    transaction.committing();
    token.ifPresent(t -> inProgress.put(t, waiting));
    queue.add(waiting);
  }

  /// Forms and writes the next batch, if there is something to write and nothing being written.
  /// Called after each round of events.
  public void pump() {
    if (state == State.PAUSING && owner.nanos() >= resumeAtNanos) {
      write();
    }
    if (state == State.IN_DOUBT && !reopening && owner.nanos() >= resumeAtNanos) {
      reopen();
    }
    if (state == State.IDLE && !queue.isEmpty() && unappliedBytes < bounds.unappliedBytes()) {
      form();
      if (!batch.isEmpty()) {
        batches++;
        batchDeadlineNanos = owner.nanos() + bounds.patienceNanos();
        pauseNanos = FIRST_PAUSE_NANOS;
        write();
      }
    }
  }

  /// Looks after who waited too long. Called at intervals.
  public void tick() {
    long now = owner.nanos();
    while (!queue.isEmpty() && queue.peek().deadlineNanos <= now) {
      // a commit that fetches is out of the queue for that time
      fail(
          queue.remove(),
          new FsException(
              FsStatus.EUNAVAIL,
              "the commit waited for the database as long as is allowed; nothing was changed"));
    }
    if (state == State.IN_DOUBT && now >= batchDeadlineNanos) {
      for (Written written : batch) {
        answer(
            written.waiting(),
            new FsException(
                FsStatus.EUNKNOWN,
                "the database did not say whether the commit is durable; ask for it by its token"));
      }
    }
  }

  /// The tables have all commits up to this one.
  public void applied(long appliedSequence) {
    lastApplied = appliedSequence;
    tokens.applied(appliedSequence);
    while (!unapplied.isEmpty() && unapplied.peek().sequence() <= appliedSequence) {
      unappliedBytes -= unapplied.remove().bytes();
    }
  }

  /// Fails what waits, and takes no more; a batch that is being written may still end well, one
  /// whose outcome is unknown is not waited for.
  public void close(FsException cause) {
    closing = cause;
    while (!queue.isEmpty()) {
      fail(queue.remove(), cause);
    }
    switch (state) {
      case PAUSING -> giveUp(cause);
      case IN_DOUBT -> shutDown(cause);
      case IDLE, WRITING, STOPPED -> {}
    }
  }

  /// Fails everything that waits: the engine ends.
  public void shutDown(FsException cause) {
    state = State.STOPPED;
    for (Written written : batch) {
      answer(
          written.waiting(),
          new FsException(
              FsStatus.EUNKNOWN, "the server stopped while the commit was being written"));
    }
    batch.clear();
    while (!queue.isEmpty()) {
      fail(queue.remove(), cause);
    }
  }

  private void form() {
    long bytes = 0;
    while (!queue.isEmpty()
        && batch.size() < bounds.batchCommits()
        && bytes < bounds.batchBytes()) {
      Waiting waiting = queue.remove();
      try {
        owner.check(waiting.transaction);
        if (!waiting.transaction.hasChanges()) {
          succeed(waiting, 0);
          continue;
        }
        PreparedCommit commit =
            builder.build(
                waiting.transaction, sequence + batch.size() + 1, waiting.token, owner.millis());
        if (commit.changes().changes().isEmpty()) {
          succeed(waiting, 0);
          continue;
        }
        for (Change change : commit.changes().changes()) {
          committed.stage(change);
          touched.add(change.of());
        }
        batch.add(new Written(waiting, commit));
        owner.prepared(commit);
        bytes += commit.bytes();
      } catch (Missing e) {
        owner.fetchMissing(
            () -> again(waiting),
            () ->
                fail(
                    waiting,
                    new FsException(
                        FsStatus.EUNAVAIL,
                        "metadata could not be fetched from the database; nothing was changed")));
      } catch (FsException e) {
        fail(waiting, e);
      }
    }
  }

  private void again(Waiting waiting) {
    if (state == State.STOPPED) {
      fail(waiting, new FsException(FsStatus.ECOORD, "the server has stopped"));
    } else {
      queue.addFirst(waiting);
    }
  }

  private void write() {
    state = State.WRITING;
    List<ChangeSet> sets = new ArrayList<>(batch.size());
    for (Written written : batch) {
      sets.add(written.commit().changes());
    }
    store
        .append(new CommitBatch(epoch, sets))
        .whenComplete((nothing, failure) -> owner.postAndWork(() -> written(failure)));
  }

  private void written(@Nullable Throwable failure) {
    if (state == State.STOPPED) {
      return;
    }
    if (failure == null) {
      publish();
      return;
    }
    notWritten(failure);
    if (closing != null) {
      close(closing);
    }
  }

  private void notWritten(Throwable failure) {
    StoreException.Kind kind = kindOf(failure);
    switch (kind) {
      case UNAVAILABLE -> {
        if (owner.nanos() >= batchDeadlineNanos) {
          giveUp(
              new FsException(
                  FsStatus.EFAILEDCOMMIT, "the database cannot be reached; the commit was undone"));
        } else {
          state = State.PAUSING;
          resumeAtNanos = owner.nanos() + pauseNanos;
          pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
        }
      }
      case UNKNOWN -> {
        state = State.IN_DOUBT;
        reopen();
      }
      case FENCED -> owner.stop("another coordinator has taken over");
      case BROKEN ->
          giveUp(
              new FsException(
                  FsStatus.EFAILED, "the database refused the commit; it was undone", failure));
    }
  }

  private static StoreException.Kind kindOf(Throwable failure) {
    Throwable cause =
        failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    // what is not one of the store's failures tells nothing about the batch
    return cause instanceof StoreException e ? e.kind() : StoreException.Kind.UNKNOWN;
  }

  private void reopen() {
    reopening = true;
    owner.background(() -> {
      try {
        MetadataStore.State found = store.open();
        owner.post(() -> reopened(found));
      } catch (StoreException e) {
        owner.post(() -> reopenFailed(e));
      } catch (RuntimeException e) {
        StoreException fault = new StoreException(StoreException.Kind.BROKEN, e.toString(), e);
        owner.post(() -> reopenFailed(fault));
      }
    });
  }

  private void reopened(MetadataStore.State found) {
    if (state != State.IN_DOUBT) {
      return;
    }
    boolean isOurs = found.lastEpoch() == epoch;
    epoch = found.epoch();
    owner.epochChanged(epoch);
    if (found.sequence() == sequence + batch.size() && isOurs) {
      publish();
    } else if (found.sequence() == sequence) {
      write();
    } else {
      owner.stop(
          "the log ends with commit "
              + found.sequence()
              + " of epoch "
              + found.lastEpoch()
              + ", but commits "
              + (sequence + 1)
              + " to "
              + (sequence + batch.size())
              + " were being written: another coordinator was here");
    }
  }

  private void reopenFailed(StoreException e) {
    if (state != State.IN_DOUBT) {
      return;
    }
    switch (e.kind()) {
      case UNAVAILABLE, UNKNOWN -> {
        reopening = false;
        resumeAtNanos = owner.nanos() + pauseNanos;
        pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
      }
      case FENCED, BROKEN -> owner.stop("the database cannot be opened again: " + e.getMessage());
    }
  }

  /// The batch is durable: it becomes visible in this one step.
  private void publish() {
    List<Written> durable = List.copyOf(batch);
    batch.clear();
    touched.clear();
    committed.unstage();
    state = State.IDLE;
    for (Written written : durable) {
      PreparedCommit commit = written.commit();
      sequence = commit.changes().sequence();
      if (sequence > lastApplied) {
        unapplied.add(new Unapplied(sequence, commit.heldBytes()));
        unappliedBytes += commit.heldBytes();
      }
      owner.publish(commit);
    }
    for (Written written : durable) {
      succeed(written.waiting(), written.commit().changes().sequence());
    }
  }

  private void giveUp(FsException cause) {
    List<Written> undone = List.copyOf(batch);
    batch.clear();
    touched.clear();
    committed.unstage();
    state = State.IDLE;
    for (Written written : undone) {
      owner.forget(written.commit());
      fail(written.waiting(), cause);
    }
  }

  private void succeed(Waiting waiting, long committedAs) {
    waiting.token.ifPresent(token -> {
      inProgress.remove(token);
      if (committedAs > 0) {
        tokens.done(token, committedAs);
      }
    });
    if (committedAs == 0) {
      owner.undo(waiting.transaction);
    }
    List<Listener> listeners = List.copyOf(waiting.listeners);
    waiting.listeners.clear();
    listeners.forEach(listener -> listener.committed(committedAs));
  }

  private void fail(Waiting waiting, FsException cause) {
    waiting.token.ifPresent(inProgress::remove);
    owner.undo(waiting.transaction);
    answer(waiting, cause);
  }

  private static void answer(Waiting waiting, FsException cause) {
    List<Listener> listeners = List.copyOf(waiting.listeners);
    waiting.listeners.clear();
    listeners.forEach(listener -> listener.failed(cause));
  }
}
