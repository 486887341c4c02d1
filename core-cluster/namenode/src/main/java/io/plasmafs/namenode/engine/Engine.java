package io.plasmafs.namenode.engine;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.commit.CommitPipeline;
import io.plasmafs.namenode.commit.TokenMemory;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.namespace.Preconditions;
import io.plasmafs.namenode.namespace.Rules;
import io.plasmafs.namenode.namespace.Step;
import io.plasmafs.namenode.ticket.TicketMaker;
import io.plasmafs.namenode.transaction.Budget;
import io.plasmafs.namenode.transaction.CommitBuilder;
import io.plasmafs.namenode.transaction.CommittedRows;
import io.plasmafs.namenode.transaction.LockTable;
import io.plasmafs.namenode.transaction.Needs;
import io.plasmafs.namenode.transaction.PreparedCommit;
import io.plasmafs.namenode.transaction.PublishedRows;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs all transactions: one thread at a time, one event after the other. Public methods may be
/// called from any thread, return at once, and call back on the engine's thread: callbacks must
/// hand over quickly.
///
/// **The engine's thread** is whoever has the turn: [Turns]. A thread that brings events can lend
/// itself to the engine.
///
/// ```
///             open          root and numbers there            close           written
///  STARTING --------> (asking) --------------------> SERVING -------> CLOSING ---------> STOPPED
/// ```
///
/// * STARTING: everything is answered EUNAVAIL.
/// * SERVING: events are taken from a queue; after each round of them the next batch of commits is
///   formed, and the cache made to fit.
/// * CLOSING: what waits for the store's answers is told EUNAVAIL, what comes ECOORD; the batch
///   that is being written is waited for, some seconds at most.
/// * STOPPED: another coordinator has taken over, or [#close] is done: everything is answered
///   ECOORD.
///
/// Production calls [#start], then lets a thread [#run]. A simulation calls [#start] and then
/// [#step] whenever it likes: given the same clock, the same answers of the store and the same
/// order of events the engine does the same.
public final class Engine implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private static final long TICK_NANOS = 20_000_000;

  /// Why nothing is run any more once [#close] was called.
  static final String SHUTTING_DOWN = "the server is shutting down";

  private static final long CLOSE_NANOS = 10_000_000_000L;

  private enum State {
    STARTING,
    SERVING,
    CLOSING,
    STOPPED
  }

  private final Set<String> superusers;
  private final EngineLimits limits;
  private final MetadataStore store;
  private final BlockSpace blocks;
  private final TicketMaker tickets;
  private final EngineObserver observer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Executor background;
  private final Rules rules;
  private final Principal self;

  // shared between threads
  private final Turns turns;
  private final AtomicInteger queuedCompounds = new AtomicInteger();
  private final AtomicLong sessionNumbers = new AtomicLong();
  private final CompletableFuture<Void> started = new CompletableFuture<>();
  private volatile long publishedSequence;
  private volatile long appliedSequence;
  private volatile long currentEpoch;

  // the engine's thread only
  private final MetadataCache cache;
  private final Needs needs = new Needs();
  private final PublishedRows published;
  private final CommittedRows committed;
  private final LockTable locks = new LockTable();
  private final CommitTokens commits;
  private final CommitPipeline pipeline;
  private final StoreQuestions questions;
  private final Cleaner cleaner;
  private final CleaningTurns cleaning;
  private final Leftovers leftovers;
  private final ExtentMoves extents;
  private final OpenTransactions transactions;
  private final Calls calls;
  private final Set<InodeId> detached = new HashSet<>();
  private final Step.Surroundings surroundings = new Whole();
  private State state = State.STARTING;
  private long inodes;

  private long closeByNanos;

  private long nextTickNanos;
  private long ticks;

  /// An engine that is not started.
  ///
  /// @param superusers users to whom no permission is refused
  /// @param clock for times that are stored
  /// @param nanoTime for intervals, monotonic
  /// @param background for the few things that block
  public Engine(
      ClusterDescription cluster,
      Set<String> superusers,
      EngineLimits limits,
      MetadataStore store,
      BlockSpace blocks,
      TicketMaker tickets,
      EngineObserver observer,
      InstantSource clock,
      LongSupplier nanoTime,
      Executor background) {
    this.superusers = Set.copyOf(superusers);
    this.limits = limits;
    this.store = store;
    this.blocks = blocks;
    this.tickets = tickets;
    this.observer = observer;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.background = background;
    this.cache = new MetadataCache(limits.cacheBytes());
    this.rules =
        new Rules(
            cluster.blockSize(),
            cluster.inlineLimit(),
            cluster.replication(),
            limits.symlinksPerPath(),
            limits.xattrsPerInode(),
            limits.xattrBytesPerInode(),
            Math.min(16_384, cache.namesPerDirectory() / 2));
    String name = superusers.stream().sorted().findFirst().orElse("root");
    this.self = new Principal(name, name, Set.of());
    this.published = new PublishedRows(cache, needs);
    this.committed = new CommittedRows(published);
    this.transactions =
        new OpenTransactions(limits, this.superusers, cache, locks, nanoTime, this::end);
    TokenMemory tokens = new TokenMemory(limits.tokens());
    this.pipeline =
        new CommitPipeline(
            store,
            committed,
            new CommitBuilder(cache, committed, needs, cluster.blockSize()),
            new CommitPipeline.Bounds(
                limits.batchCommits(),
                limits.batchBytes(),
                limits.unappliedBytes(),
                limits.commitPatience().toNanos()),
            new PipelineOwner(),
            tokens);
    this.questions =
        new StoreQuestions(store, cache, needs, pipeline, this::post, () -> state == State.SERVING);
    this.commits = new CommitTokens(store, pipeline, tokens, this::post);
    OwnTransactions own = new Own();
    this.extents =
        new ExtentMoves(own, needs, questions, pipeline, blocks, () -> state == State.SERVING);
    this.cleaner = new Cleaner(cache, cluster.blockSize());
    this.leftovers = new Leftovers(store, cleaner, this::post);
    this.cleaning = new CleaningTurns(cleaner, own, needs, questions, pipeline, clock, nanoTime);
    this.calls =
        new Calls(
            new CallsOwner(),
            transactions,
            commits,
            pipeline,
            questions,
            needs,
            blocks,
            limits,
            clock,
            nanoTime);
    this.turns = new Turns(new Rounds(), () -> nextTickNanos - nanoTime.getAsLong());
    this.nextTickNanos = nanoTime.getAsLong() + TICK_NANOS;
  }

  // ---- for all threads

  /// Opens the store and gets ready to serve. The result completes on the engine's thread;
  /// exceptionally if the store cannot be opened.
  public CompletableFuture<Void> start() {
    store.onApplied(sequence -> post(() -> applied(sequence)));
    background.execute(() -> {
      try {
        MetadataStore.State found = store.open();
        post(() -> opened(found));
      } catch (RuntimeException e) {
        post(() -> startFailed(e));
      }
    });
    return started;
  }

  /// A new connection.
  ///
  /// @param principal who acts on it, where a transaction does not say otherwise
  /// @param actsForOthers whether its transactions may name another principal
  public Session openSession(Principal principal, boolean actsForOthers) {
    return new Session(
        sessionNumbers.incrementAndGet(),
        principal,
        actsForOthers,
        new Budget("the open transactions of a connection", limits.bytesPerSession()));
  }

  /// Who acts on the connection from the next compound on.
  public void setPrincipal(Session session, Principal principal) {
    post(() -> session.principal(principal));
  }

  /// The connection is gone: its transactions are aborted, except those whose commit is under way.
  public void closeSession(Session session) {
    post(() -> transactions.closed(session));
  }

  /// Runs a compound. The answer comes exactly once, on the engine's thread; expected failures are
  /// in it. If too many wait already the answer is ELIMIT, on the caller's thread.
  ///
  /// A compound that is a transaction of its own, and whose token is that of a commit that is done,
  /// is not run again: the answer has no outcomes, and the sequence number of that commit.
  public void submit(Session session, Compound compound, Consumer<Answer> reply) {
    if (queue(session, compound, reply)) {
      turns.wake();
    }
  }

  /// As [#submit], by a caller that promises to [#lend] its thread soon; until then the compound
  /// may lie there. Whether it was queued.
  public boolean queue(Session session, Compound compound, Consumer<Answer> reply) {
    if (queuedCompounds.incrementAndGet() > limits.queuedEvents()) {
      queuedCompounds.decrementAndGet();
      reply.accept(
          Calls.failure(
              List.of(),
              -1,
              new FsException(
                  FsStatus.ELIMIT, limits.queuedEvents() + " requests wait for the server already"),
              0));
      return false;
    }
    turns.add(() -> {
      queuedCompounds.decrementAndGet();
      calls.accept(session, compound, reply);
    });
    return true;
  }

  /// Lends the caller's thread to the engine, for a few rounds if there is so much to do and nobody
  /// else is at it. Callbacks come on this thread then. Does nothing before [#run].
  public void lend() {
    turns.lend();
  }

  /// Asks what became of a commit.
  public void outcomeOf(CommitToken token, Consumer<CommitState> reply) {
    post(() -> commits.outcomeOf(token, reply));
  }

  /// Runs something on the engine's thread, between two events: for what shares the engine's state,
  /// the block map above all.
  public void execute(Runnable task) {
    post(task);
  }

  /// A key for work of the cluster's own that needs tickets, unique within the epoch. On the
  /// engine's thread only.
  public long newTransactionKey() {
    return transactions.newKey();
  }

  /// Gives a committed run, or a part of one, other replicas, by a commit of its own, if the run is
  /// still what the caller believes it to be. New replicas must hold the same content under the
  /// same generation, stable, in blocks that are reserved; these are used when the result is there,
  /// and remain reserved if it is a failure. Replicas that the run loses are released.
  ///
  /// Fails with [FsException]: ECONFLICT if somebody is changing the file or its runs have changed,
  /// ESTALE if it is gone.
  ///
  /// @param from as the caller knows it; checksums do not matter
  /// @return the run as it is now
  public CompletableFuture<Extent> moveExtent(InodeId inode, Extent from, List<Replica> to) {
    CompletableFuture<Extent> moved = new CompletableFuture<>();
    post(() -> extents.move(inode, from, to, moved));
    return moved;
  }

  /// Finds out whether a committed run is still what the caller believes it to be. Fails as
  /// [#moveExtent] does.
  ///
  /// @return the run with its checksums
  public CompletableFuture<Extent> checkExtent(InodeId inode, Extent known) {
    CompletableFuture<Extent> checked = new CompletableFuture<>();
    post(() -> extents.move(inode, known, known.replicas(), checked));
    return checked;
  }

  /// Under which it acts.
  public long epoch() {
    return currentEpoch;
  }

  /// Number of the last commit that is published.
  public long sequence() {
    return publishedSequence;
  }

  /// Number of a commit up to which the tables of the store are complete, at least.
  public long appliedSequence() {
    return appliedSequence;
  }

  /// How many transactions are open. On the engine's thread only.
  public int openTransactions() {
    return transactions.count();
  }

  /// How many inodes there are. On the engine's thread only.
  public long inodes() {
    return inodes;
  }

  /// About what the cache of committed metadata takes. On the engine's thread only.
  public long cachedBytes() {
    return cache.bytes();
  }

  /// Takes no more calls, waits for the append that runs, answers everything, and lets [#run]
  /// return. Returns at once.
  public void close() {
    post(this::beginClosing);
  }

  private void post(Runnable event) {
    turns.post(event);
  }

  // ---- the loop

  /// Takes events until [#close].
  @Override
  public void run() {
    turns.run();
  }

  /// One round of events; false if there was nothing to do.
  public boolean step() {
    return turns.step();
  }

  private boolean round() {
    boolean worked = calls.proceedPaused();
    if (nanoTime.getAsLong() >= nextTickNanos) {
      nextTickNanos = nanoTime.getAsLong() + TICK_NANOS;
      tick();
    }
    if (state == State.SERVING) {
      cleaning.take();
      questions.learnSetAside();
      pipeline.pump();
      questions.keepNumbers();
      questions.fitCache();
    } else if (state == State.CLOSING
        && (pipeline.isBetweenBatches() || nanoTime.getAsLong() >= closeByNanos)) {
      stop(SHUTTING_DOWN);
      turns.close();
    }
    return worked;
  }

  private void tick() {
    if (state != State.SERVING) {
      return;
    }
    ticks++;
    pipeline.tick();
    if (ticks % 10 == 0) {
      transactions.abortIdle();
      cleaner.retryPostponed();
      leftovers.retry();
    }
  }

  // ---- start and stop

  private void opened(MetadataStore.State found) {
    if (state != State.STARTING) {
      return;
    }
    pipeline.opened(found.epoch(), found.sequence());
    currentEpoch = found.epoch();
    publishedSequence = found.sequence();
    appliedSequence = found.sequence();
    inodes = found.inodes();
    observer.epochChanged(found.epoch());
    store
        .reserve(MetadataStore.Counter.INODE, StoreQuestions.NUMBERS_AT_A_TIME)
        .thenCombine(
            store.fetch(new Fetch.OfInode(InodeId.ROOT)),
            (first, root) -> {
              post(() -> rootKnown(first, root));
              return root;
            })
        .exceptionally(e -> {
          post(() -> startFailed(e));
          return Optional.empty();
        });
  }

  private void rootKnown(long firstNumber, Optional<InodeRecord> root) {
    if (state != State.STARTING) {
      return;
    }
    long first = Math.max(firstNumber, InodeId.ROOT.value() + 1);
    questions.numbers().add(first, firstNumber + StoreQuestions.NUMBERS_AT_A_TIME - first);
    if (root.isPresent()) {
      serve();
      return;
    }
    Instant now = clock.instant();
    long sequence = publishedSequence + 1;
    InodeRecord record =
        new InodeRecord(
            new Attributes(
                InodeId.ROOT,
                FileType.DIRECTORY,
                0755,
                self.user(),
                self.group(),
                0,
                now,
                now,
                now,
                2,
                0,
                0,
                sequence,
                sequence),
            InodeRecord.ContentKind.NONE,
            InodeId.ROOT,
            Optional.empty());
    ChangeSet set =
        new ChangeSet(
            sequence,
            Optional.empty(),
            now.toEpochMilli(),
            self.user(),
            List.of(new Change.PutInode(record)));
    store
        .append(new CommitBatch(currentEpoch, List.of(set)))
        .whenComplete((nothing, failure) ->
            post(() -> {
              if (failure != null) {
                startFailed(failure);
                return;
              }
              if (state != State.STARTING) {
                return;
              }
              inodes++;
              publishedSequence = sequence;
              pipeline.opened(currentEpoch, sequence);
              cache.born(record);
              cache.apply(new Change.PutInode(record), sequence);
              serve();
            }));
  }

  private void serve() {
    state = State.SERVING;
    leftovers.find();
    started.complete(null);
  }

  private void startFailed(Throwable cause) {
    LOG.error("the engine cannot start", cause);
    started.completeExceptionally(cause);
    stop("the store cannot be opened: " + cause.getMessage());
  }

  private void beginClosing() {
    FsException cause = new FsException(FsStatus.EUNAVAIL, SHUTTING_DOWN);
    if (state != State.SERVING) {
      started.completeExceptionally(cause);
      stop(SHUTTING_DOWN);
      turns.close();
      return;
    }
    state = State.CLOSING;
    closeByNanos = nanoTime.getAsLong() + CLOSE_NANOS;
    abandonWaiting(cause);
    pipeline.close(cause);
  }

  private void stop(String reason) {
    if (state == State.STOPPED) {
      return;
    }
    state = State.STOPPED;
    LOG.info("the engine stops: {}", reason);
    FsException cause = new FsException(FsStatus.ECOORD, reason);
    abandonWaiting(cause);
    pipeline.shutDown(cause);
    observer.stopped(reason);
  }

  /// Answers all who wait for something that the store was to tell, and long operations.
  private void abandonWaiting(FsException cause) {
    commits.shutDown(cause);
    questions.abandon();
    calls.abandonPaused();
  }

  // ---- transactions

  /// A transaction ends without effect.
  private void end(Transaction transaction) {
    if (transaction.state() != Transaction.State.ENDED) {
      end(transaction, List.of());
    }
  }

  private void end(Transaction transaction, List<Extent> content) {
    transaction.end(content, blocks, () -> tickets.withdraw(transaction.key()));
    for (InodeId inode : transaction.used()) {
      cleaner.unused(inode);
    }
  }

  private View view(Transaction transaction) {
    return new View(transaction, published, cache, needs);
  }

  // ---- the store's progress

  private void applied(long sequence) {
    appliedSequence = Math.max(appliedSequence, sequence);
    questions.applied(sequence);
    pipeline.applied(sequence);
  }

  /// What is done between events.
  private final class Rounds implements Turns.Work {
    @Override
    public boolean round() {
      return Engine.this.round();
    }

    @Override
    public boolean isUnfinished() {
      return calls.arePaused();
    }

    @Override
    public void broken(Throwable cause) {
      LOG.error("the engine is broken: this is a fault of the server", cause);
      stop("the engine is broken: " + cause);
    }
  }

  /// Transactions that no caller began.
  private final class Own implements OwnTransactions {
    @Override
    public Transaction begin() {
      Transaction transaction = transactions.makeOwn(self);
      transaction.beginOperation(nanoTime.getAsLong());
      return transaction;
    }

    @Override
    public View view(Transaction transaction) {
      return Engine.this.view(transaction);
    }

    @Override
    public void end(Transaction transaction) {
      Engine.this.end(transaction);
    }
  }

  /// What compounds ask of the engine.
  private final class CallsOwner implements Calls.Owner {
    @Override
    public @Nullable FsException refusal() {
      return switch (state) {
        case STARTING -> new FsException(FsStatus.EUNAVAIL, "the server is starting");
        case CLOSING -> new FsException(FsStatus.ECOORD, SHUTTING_DOWN);
        case STOPPED -> new FsException(FsStatus.ECOORD, "this server has stopped");
        case SERVING -> null;
      };
    }

    @Override
    public long sequence() {
      return publishedSequence;
    }

    @Override
    public Step step(Transaction transaction, boolean explicit) {
      return new Step(
          transaction, view(transaction), rules, blocks, tickets, surroundings, explicit);
    }

    @Override
    public void end(Transaction transaction) {
      Engine.this.end(transaction);
    }

    @Override
    public void callerCommits() {
      cleaning.callerCommits();
    }
  }

  /// What operations ask of the whole filesystem.
  private final class Whole implements Step.Surroundings {
    @Override
    public InodeId newInode() {
      return questions.numbers().next(needs);
    }

    @Override
    public Transaction aside() {
      return transactions.makeOwn(self);
    }

    @Override
    public boolean isDetached(InodeId directory) {
      return !detached.isEmpty() && detached.contains(directory);
    }

    @Override
    public boolean mayHaveLeftovers() {
      return leftovers.mayBeLeft();
    }

    @Override
    public long inodes() {
      return inodes;
    }

    @Override
    public long sequence() {
      return publishedSequence;
    }
  }

  /// What the pipeline asks of the engine.
  private final class PipelineOwner implements CommitPipeline.Owner {
    @Override
    public void check(Transaction transaction) {
      if (!transaction.preconditions().isEmpty()) {
        Preconditions.check(transaction, committed, rules);
      }
    }

    @Override
    public void fetchMissing(Runnable there, Runnable failed) {
      questions.ask(there, failed);
    }

    @Override
    public void prepared(PreparedCommit commit) {
      for (InodeId inode : commit.deleted()) {
        locks.doom(commit.transaction(), inode);
      }
    }

    @Override
    public void forget(PreparedCommit commit) {
      for (InodeId inode : commit.deleted()) {
        locks.spare(inode);
      }
    }

    @Override
    public void publish(PreparedCommit commit) {
      long sequence = commit.changes().sequence();
      publishedSequence = sequence;
      for (InodeRecord inode : commit.born()) {
        cache.born(inode);
      }
      for (Change change : commit.changes().changes()) {
        noteReplication(change, sequence);
        cache.apply(change, sequence);
        if (change instanceof Change.PutInode(InodeRecord inode) && inode.nlink() > 0) {
          cleaner.remove(inode.id());
        }
      }
      inodes += commit.born().size() - commit.deleted().size();
      commit.used().forEach(blocks::use);
      commit.freed().forEach(run -> blocks.release(run, BlockSpace.Reuse.AFTER_PINS));
      detached.removeAll(commit.transaction().adopted());
      detached.addAll(commit.transaction().detached());
      for (InodeId inode : commit.deleted()) {
        locks.spare(inode);
        cleaner.remove(inode);
        detached.remove(inode);
      }
      end(commit.transaction(), commit.used());
      commit.unnamed().forEach(cleaner::add);
      commit.unnamed().forEach(cleaner::unused);
    }

    /// Before the change is applied: a file's wish and what it has part here.
    private void noteReplication(Change change, long sequence) {
      InodeRecord known = cache.knowsRecord(change.of()) ? cache.record(change.of()) : null;
      if (known == null) {
        return;
      }
      boolean wish =
          change instanceof Change.PutInode(InodeRecord inode)
              && inode.blocks() > 0
              && inode.replication() != known.replication();
      boolean have =
          change instanceof Change.PutExtent(InodeId of, Extent extent)
              && extent.replicas().size() != known.replication();
      if (wish || have) {
        observer.replicationChanged(change.of(), sequence);
      }
    }

    @Override
    public void undo(Transaction transaction) {
      end(transaction);
    }

    @Override
    public void post(Runnable event) {
      Engine.this.post(event);
    }

    @Override
    public void postAndWork(Runnable event) {
      turns.add(event);
      turns.lend();
    }

    @Override
    public void background(Runnable task) {
      background.execute(task);
    }

    @Override
    public void epochChanged(long epoch) {
      currentEpoch = epoch;
      observer.epochChanged(epoch);
    }

    @Override
    public void stop(String reason) {
      Engine.this.stop(reason);
    }

    @Override
    public long nanos() {
      return nanoTime.getAsLong();
    }

    @Override
    public long millis() {
      return clock.millis();
    }
  }
}
