package io.plasmafs.client;

import io.plasmafs.client.wire.NamenodeSession;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A transaction: it sees its own changes at once, others see all of them when it commits, or none.
///
/// ```
/// OPEN ──commit()──> COMMITTED
///   │└───commit() fails──> ENDED      (EUNKNOWN: nobody can tell yet; ask by its token)
///   └────abort(), close(), connection lost──> ENDED
/// ```
///
/// Safe for use by several threads: calls are sent one after the other, data of several files flow
/// side by side. Nothing waits for a lock: who comes second to a file gets ECONFLICT at once.
///
/// It belongs to one connection. When that is lost the server aborts it: every further call fails
/// with EUNAVAIL, and [PlasmaClient#transact] begins anew.
public final class Transaction implements Namespace, AutoCloseable {
  private static final int TINY_BYTES = 512;
  private static final long INLINE_BYTES = 32L << 20;
  private static final long KEEP_ALIVE_NANOS = 10_000_000_000L;

  private final Core core;
  private final LeakDetector.Tracked tracked;

  Transaction(
      PlasmaClient client,
      long id,
      CommitToken token,
      Optional<Principal> principal,
      Duration idleTimeout) {
    this.core = new Core(client, id, token, new Operation.Begin(idleTimeout, principal));
    this.tracked = client.leaks().track(this, "transaction " + id, core::abortAsync);
  }

  /// What remains when nobody holds the transaction any more, so that it can be aborted then.
  private static final class Core {
    private enum State {
      OPEN,
      COMMITTED,
      ENDED
    }

    final PlasmaClient client;
    final long id;
    final CommitToken token;
    final Operation.Begin begin;
    final SyncLedger ledger;
    final AtomicLong inlineBytes = new AtomicLong();

    // Guarded by this.
    private State state = State.OPEN;
    private boolean began;
    private boolean lost;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private final Set<InodeId> damaged = new HashSet<>();

    /// The connection that it belongs to, once it has begun. Set by the calls, which follow one
    /// another.
    private volatile @Nullable NamenodeSession session;

    private volatile long lastCallNanos = System.nanoTime();

    /// Number of the commit, once it is made.
    private volatile long sequence;

    Core(PlasmaClient client, long id, CommitToken token, Operation.Begin begin) {
      this.client = client;
      this.id = id;
      this.token = token;
      this.begin = begin;
      this.ledger = new SyncLedger(client.datanodePool(), client.cluster().blockSize());
    }

    CompletableFuture<Answer> submit(List<Operation> operations) {
      synchronized (this) {
        if (state != State.OPEN) {
          return CompletableFuture.failedFuture(
              new FsException(
                  lost ? FsStatus.EUNAVAIL : FsStatus.ENOTRANS,
                  lost
                      ? "the transaction ended when the connection to the coordinator was lost"
                      : "the transaction has ended"));
        }
        return enqueue(operations);
      }
    }

    private CompletableFuture<Answer> enqueue(List<Operation> operations) {
      long asked = client.cacheNow();
      CompletableFuture<Answer> answer =
          last.handle((before, error) -> operations)
              .thenCompose(this::send)
              .whenComplete((got, error) -> {
                if (got != null) {
                  client.learnFromTransaction(operations, got, asked);
                }
              });
      last = answer;
      return answer;
    }

    private CompletableFuture<Answer> send(List<Operation> operations) {
      lastCallNanos = System.nanoTime();
      NamenodeSession begun = session;
      if (begun != null) {
        return begun
            .compound(new Compound(id, Optional.empty(), operations))
            .whenComplete((answer, error) -> noteLoss(answer, error));
      }
      List<Operation> withBegin = new ArrayList<>(operations.size() + 1);
      withBegin.add(begin);
      for (Operation operation : operations) {
        withBegin.add(Shifted.by(operation, 1));
      }
      return client
          .coordinator()
          .session()
          .thenCompose(found -> {
            session = found;
            synchronized (this) {
              began = true;
            }
            return found.compound(new Compound(id, Optional.empty(), withBegin));
          })
          .whenComplete((answer, error) -> noteLoss(answer, error))
          .thenApply(Core::withoutBegin);
    }

    private static Answer withoutBegin(Answer answer) {
      Optional<Answer.Failure> failure =
          answer.failure().map(f -> new Answer.Failure(Math.max(-1, f.operation() - 1), f.cause()));
      List<Outcome> outcomes = answer.outcomes();
      return new Answer(
          outcomes.isEmpty() ? outcomes : outcomes.subList(1, outcomes.size()),
          failure,
          answer.sequence());
    }

    private synchronized void noteLoss(@Nullable Answer answer, @Nullable Throwable error) {
      boolean ended =
          error != null
              || answer != null
                  && answer
                      .failure()
                      .map(failure ->
                          switch (failure.cause().status()) {
                            case ENOTRANS, ELONGTRANS, ECOORD -> true;
                            default -> false;
                          })
                      .orElse(false);
      if (ended && state == State.OPEN) {
        state = State.ENDED;
        lost = true;
      }
    }

    /// Ends it without waiting. Does nothing if it has ended.
    void abortAsync() {
      synchronized (this) {
        if (state != State.OPEN) {
          return;
        }
        if (began || !last.isDone()) {
          CompletableFuture<Answer> unused = enqueue(List.of(new Operation.Abort()));
        }
        state = State.ENDED;
      }
    }

    long commit(List<Operation> last) {
      try {
        return commitAndResolve(last);
      } finally {
        client.committed();
      }
    }

    private long commitAndResolve(List<Operation> last) {
      CompletableFuture<?> before;
      synchronized (this) {
        if (state != State.OPEN) {
          throw new FsException(
              lost ? FsStatus.EUNAVAIL : FsStatus.ENOTRANS,
              lost
                  ? "the transaction ended when the connection to the coordinator was lost"
                  : "the transaction has ended and cannot be committed");
        }
        if (!damaged.isEmpty()) {
          throw new FsException(
              FsStatus.EIO,
              "the transaction cannot be committed: a datanode was lost while "
                  + damaged
                  + " was written, and its blocks could not be copied elsewhere");
        }
        before = this.last;
        if (!began && before.isDone() && last.isEmpty()) {
          state = State.COMMITTED;
          return 0;
        }
      }
      List<Operation> operations = new ArrayList<>(last);
      operations.add(new Operation.Commit(Optional.of(token)));
      CompletableFuture<Answer> answering;
      synchronized (this) {
        if (state != State.OPEN) {
          throw new FsException(FsStatus.ENOTRANS, "the transaction was ended by another thread");
        }
        answering = enqueue(operations);
        state = State.COMMITTED;
      }
      Answer answer;
      try {
        answer = Waiting.on(answering);
      } catch (FsException e) {
        OptionalLong found = client.outcomes().ofLost(token, e);
        if (found.isPresent()) {
          return committed(found.getAsLong());
        }
        synchronized (this) {
          state = State.ENDED;
          lost = true;
        }
        throw new FsException(
            FsStatus.EUNAVAIL,
            "the commit did not happen: " + e.getMessage() + "; the transaction was aborted",
            e);
      }
      if (answer.failure().isPresent()) {
        FsException cause = answer.failure().get().cause();
        if (cause.status() == FsStatus.EUNKNOWN) {
          OptionalLong found = client.outcomes().ofLost(token, cause);
          if (found.isPresent()) {
            return committed(found.getAsLong());
          }
        }
        synchronized (this) {
          state = State.ENDED;
          enqueueAbort();
        }
        throw cause;
      }
      return committed(
          Outcomes.expect(
                  Outcome.Committed.class, answer.outcomes().get(answer.outcomes().size() - 1))
              .sequence());
    }

    private long committed(long number) {
      sequence = number;
      return number;
    }

    private void enqueueAbort() {
      CompletableFuture<Answer> unused = enqueue(List.of(new Operation.Abort()));
    }

    /// Ends it because of datanodes that failed: a new transaction may fare better.
    void lose() {
      synchronized (this) {
        lost = true;
      }
      abortAsync();
    }

    synchronized boolean isOpen() {
      return state == State.OPEN;
    }

    synchronized boolean isLost() {
      return lost;
    }
  }

  /// Whether so many bytes are to be stored with the metadata. A server bounds the memory that a
  /// transaction can take until it commits: when much has gathered only tiny files still go there.
  boolean mayBeInline(int length) {
    return length <= core.client.cluster().inlineLimit()
        && (length <= TINY_BYTES || core.inlineBytes.addAndGet(length) <= INLINE_BYTES);
  }

  /// Whether the end of a file, so many bytes, is to be stored with the metadata, for which the
  /// server takes as much memory until the transaction commits.
  boolean mayKeepEnd(int length) {
    return core.inlineBytes.addAndGet(length) <= INLINE_BYTES;
  }

  /// Lets the server know, if it has not heard of the transaction for a while, that it is in use:
  /// called as data go to and from datanodes.
  void keepAlive() {
    if (System.nanoTime() - core.lastCallNanos > KEEP_ALIVE_NANOS && core.isOpen()) {
      core.lastCallNanos = System.nanoTime();
      CompletableFuture<Answer> unused = submit(List.of(new Operation.Versions(List.of())));
    }
  }

  PlasmaClient client() {
    return core.client;
  }

  @Override
  public Principal principal() {
    return core.begin.principal().orElse(core.client.principal());
  }

  @Override
  public ClusterDescription cluster() {
    return core.client.cluster();
  }

  SyncLedger ledger() {
    return core.ledger;
  }

  /// Waits until everything written so far is on stable storage of the datanodes.
  void syncWritten() {
    List<Operation> unused = stable(List.of());
  }

  /// Brings everything written so far to stable storage. What a datanode lost before that is
  /// written again on others, from a copy that is left; if there is none the transaction ends.
  ///
  /// @param last what is to be run before the commit
  /// @return what of that is left to be run
  private List<Operation> stable(List<Operation> last) {
    if (!core.isOpen()) {
      return last; // the commit tells why it cannot be
    }
    try {
      SyncLedger.Lost lost = Waiting.on(core.ledger.sync());
      if (lost.isEmpty()) {
        return last;
      }
      if (!last.isEmpty()) {
        execute(last);
      }
      Set<DatanodeId> gone = new HashSet<>();
      for (int round = 1; !lost.isEmpty(); round++) {
        gone.addAll(lost.gone());
        new RunCopy(this, WriteOptions.DEFAULT, gone, round).replace(lost);
        lost = Waiting.on(core.ledger.sync());
      }
      return List.of();
    } catch (FsException e) {
      core.lose();
      throw e;
    }
  }

  /// Whether it ended for a reason that a new transaction may not meet: a lost connection or
  /// datanode.
  boolean isLost() {
    return core.isLost();
  }

  /// Lets the commit fail unless [#repaired] follows.
  void doomUnlessRepaired(InodeId inode) {
    synchronized (core) {
      core.damaged.add(inode);
    }
  }

  void repaired(InodeId inode) {
    synchronized (core) {
      core.damaged.remove(inode);
    }
  }

  /// Makes everything durable on the agreed number of nodes, then visible to others in one step.
  /// Data of all files written in this transaction are synced on all datanodes first, side by side.
  /// Streams of the transaction must have been closed before.
  ///
  /// @return number of the commit, which is now the version of all that it changed; 0 if it changed
  ///   nothing
  /// @throws io.plasmafs.model.FsException ECONFLICT if another transaction was first or a
  ///   precondition failed; EUNAVAIL if the connection was lost before the commit; EUNKNOWN if the
  ///   outcome could not be learnt within the time limit
  public long commit() {
    return commit(List.of());
  }

  /// Runs `last`, and commits, in one round trip.
  long commit(List<Operation> last) {
    tracked.closed();
    return core.commit(stable(last));
  }

  /// Number of the commit; 0 if it changed nothing or has not been made.
  public long sequence() {
    return core.sequence;
  }

  /// Undoes everything. Does nothing if the transaction has ended.
  public void abort() {
    CompletableFuture<?> answered;
    abortAsync();
    synchronized (core) {
      answered = core.last;
    }
    try {
      Waiting.on(answered.handle((answer, error) -> true));
    } catch (FsException e) {
      // Interrupted: the abort goes on without us.
      return;
    }
  }

  /// Undoes everything, without waiting until that is done.
  void abortAsync() {
    tracked.closed();
    core.abortAsync();
  }

  /// Aborts the transaction unless it was committed.
  @Override
  public void close() {
    abort();
  }

  /// Names the commit of this transaction: with it [PlasmaClient#outcomeOf] tells what became of
  /// it.
  public CommitToken token() {
    return core.token;
  }

  /// Whether neither commit nor abort have ended it, as far as is known here.
  public boolean isOpen() {
    return core.isOpen();
  }

  @Override
  public CompletableFuture<Answer> submit(List<Operation> operations) {
    return core.submit(operations);
  }

  @Override
  public long copyTree(FsPath from, FsPath to, boolean preserve) {
    Outcome.Copied copied =
        Outcomes.expect(
            Outcome.Copied.class,
            execute(new Operation.CopyTree(Location.of(from), Location.of(to), preserve)));
    CopyFill.fill(this, copied.unfilled(), preserve);
    return copied.entries();
  }

  @Override
  public void truncate(Location where, long size) {
    execute(FileEdits.truncation(this, where, size));
  }

  @Override
  public byte[] readAll(Location where) {
    try (FileContent content = FileContent.within(this, where, true)) {
      return FileEdits.readAll(content);
    }
  }

  @Override
  public List<Optional<ByteBuffer>> readMany(List<Location> files) {
    return BulkRead.read(core.client, this, files);
  }

  @Override
  public Attributes write(Location where, ByteBuffer content, WriteOptions options) {
    FileEdits.Written written = FileEdits.write(this, where, content, options, false);
    if (!written.last().isEmpty()) {
      execute(written.last());
    }
    return written.attributes();
  }

  /// Creates many files with their content, small and medium-sized, in few round trips: contents
  /// that are small enough are stored with the metadata, the others go to the datanodes side by
  /// side.
  ///
  /// @param files any number; together they should not be more than some tens of MiB, which the
  ///   caller holds in memory
  /// @return the inodes, in the same order
  public List<InodeId> writeAll(List<NewFile> files) {
    return BulkWrite.write(this, files);
  }

  @Override
  public PlasmaFile openFile(Location where) {
    return new PlasmaFile(core.client, FileContent.within(this, where, true));
  }

  @Override
  public PlasmaInputStream openInput(Location where) {
    return new PlasmaInputStream(core.client, FileContent.within(this, where, true));
  }

  @Override
  public PlasmaOutputStream openOutput(Location where, WriteOptions options) {
    return PlasmaOutputStream.open(this, false, where, options);
  }

  @Override
  public PlasmaChannel openChannel(Location where, WriteOptions options) {
    return PlasmaChannel.open(this, where, options);
  }
}
