package io.plasmafs.namenode.engine;

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
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
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
import io.plasmafs.namenode.namespace.Operations;
import io.plasmafs.namenode.namespace.Preconditions;
import io.plasmafs.namenode.namespace.Rules;
import io.plasmafs.namenode.namespace.Step;
import io.plasmafs.namenode.ticket.TicketMaker;
import io.plasmafs.namenode.transaction.Budget;
import io.plasmafs.namenode.transaction.CommitBuilder;
import io.plasmafs.namenode.transaction.CommitFirst;
import io.plasmafs.namenode.transaction.CommittedRows;
import io.plasmafs.namenode.transaction.LockTable;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Needs;
import io.plasmafs.namenode.transaction.Pause;
import io.plasmafs.namenode.transaction.PreparedCommit;
import io.plasmafs.namenode.transaction.PublishedRows;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
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
  private static final int MOST_RUNS = 20_000;
  private static final int ORPHANS_AT_A_TIME = 1024;

  /// While others commit, one batch of so many carries a slice of cleaning up ...
  private static final int BATCHES_PER_SLICE = 32;

  /// ... unless this many inodes wait for it.
  private static final int LONG_BACKLOG = 100_000;

  private static final long NOBODY_COMMITS_NANOS = 2_000_000;
  private static final String SHUTTING_DOWN = "the server is shutting down";
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
  private final ExtentMoves extents;
  private final OpenTransactions transactions;
  private final Set<InodeId> detached = new HashSet<>();
  private final ArrayDeque<Call> ready = new ArrayDeque<>();
  private final Step.Surroundings surroundings = new Whole();
  private State state = State.STARTING;
  private boolean cleaning;
  private long cleanedAtBatch;
  private long callerCommittedNanos;
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
    this.extents =
        new ExtentMoves(
            () -> transactions.makeOwn(self),
            this::end,
            transaction -> new View(transaction, published, cache, needs),
            needs,
            questions,
            pipeline,
            blocks,
            () -> state == State.SERVING,
            nanoTime);
    this.cleaner = new Cleaner(cache, cluster.blockSize());
    this.turns = new Turns(new Rounds(), () -> nextTickNanos - nanoTime.getAsLong());
    this.nextTickNanos = nanoTime.getAsLong() + TICK_NANOS;
    this.callerCommittedNanos = nanoTime.getAsLong() - NOBODY_COMMITS_NANOS;
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
          failure(
              List.of(),
              -1,
              new FsException(
                  FsStatus.ELIMIT, limits.queuedEvents() + " requests wait for the server already"),
              0));
      return false;
    }
    turns.add(() -> {
      queuedCompounds.decrementAndGet();
      accept(session, compound, reply);
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
    boolean worked = false;
    // long operations have one turn a round, so that events come between
    for (int left = ready.size(); left > 0; left--) {
      Call call = ready.poll();
      if (call != null && !call.answered) {
        Turns.run(() -> proceed(call));
        worked = true;
      }
    }
    if (nanoTime.getAsLong() >= nextTickNanos) {
      nextTickNanos = nanoTime.getAsLong() + TICK_NANOS;
      tick();
    }
    if (state == State.SERVING) {
      clean();
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
            InodeRecord.ContentKind.NONE,
            sequence,
            sequence,
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
    findOrphans(InodeId.NONE);
    started.complete(null);
  }

  private void startFailed(Throwable cause) {
    LOG.error("the engine cannot start", cause);
    started.completeExceptionally(cause);
    stop("the store cannot be opened: " + cause.getMessage());
  }

  private void findOrphans(InodeId after) {
    store
        .fetch(new Fetch.OfOrphans(after, ORPHANS_AT_A_TIME))
        .whenComplete((found, failure) ->
            post(() -> {
              if (failure != null) {
                LOG.warn("inodes without a name could not be looked for", failure);
                return;
              }
              found.forEach(cleaner::add);
              if (found.size() == ORPHANS_AT_A_TIME) {
                findOrphans(found.get(found.size() - 1));
              }
            }));
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
    for (Call call = ready.poll(); call != null; call = ready.poll()) {
      unanswered(call);
    }
  }

  // ---- compounds

  private void accept(Session session, Compound compound, Consumer<Answer> reply) {
    FsException refusal = refusal(session);
    if (refusal != null) {
      reply.accept(failure(List.of(), -1, refusal, publishedSequence));
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
      reply.accept(failure(List.of(), begins ? 0 : -1, e, publishedSequence));
      return;
    }
    open.busy = true;
    Call call =
        new Call(session, compound, reply, open.transaction, open, step(open.transaction, true));
    if (begins) {
      call.outcomes.add(new Outcome.Done());
      call.step.skip();
      call.next = 1;
      call.floor = 1;
    }
    proceed(call);
  }

  private @Nullable FsException refusal(Session session) {
    return switch (state) {
      case STARTING -> new FsException(FsStatus.EUNAVAIL, "the server is starting");
      case CLOSING -> new FsException(FsStatus.ECOORD, SHUTTING_DOWN);
      case STOPPED -> new FsException(FsStatus.ECOORD, "this server has stopped");
      case SERVING ->
          session.isClosed()
              ? new FsException(FsStatus.ENOTRANS, "the connection is closed")
              : null;
    };
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
      reply.accept(failure(List.of(), -1, refusal, publishedSequence));
      return;
    }
    Transaction transaction = transactions.make(session, session.principal());
    proceed(new Call(session, compound, reply, transaction, null, step(transaction, false)));
  }

  private Step step(Transaction transaction, boolean explicit) {
    return new Step(
        transaction,
        new View(transaction, published, cache, needs),
        rules,
        blocks,
        tickets,
        surroundings,
        explicit);
  }

  /// Runs a compound until it is done, or something must be waited for.
  private void proceed(Call call) {
    if (call.answered) {
      return;
    }
    FsException refusal = refusal(call.session);
    if (refusal != null) {
      end(call.transaction);
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
            end(call.transaction);
            call.outcomes.add(new Outcome.Done());
            closeTransaction(call);
            succeed(call, publishedSequence);
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
      succeed(call, publishedSequence);
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
            state == State.SERVING
                ? "the database cannot be reached; try again later"
                : SHUTTING_DOWN));
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
          end(call.transaction);
          closeTransaction(call);
          finish(call, failed, call.open == null ? -1 : call.next);
        },
        () -> submitCommit(call, token));
  }

  private void doneBefore(Call call, long sequence) {
    end(call.transaction);
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
      end(call.transaction);
      committed(call, 0);
      return;
    }
    callerCommittedNanos = nanoTime.getAsLong();
    pipeline.submit(
        call.transaction,
        token,
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            Engine.this.committed(call, sequence);
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
    succeed(call, call.open == null ? sequence : publishedSequence);
  }

  // ---- ends

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

  private void closeTransaction(Call call) {
    if (call.open != null) {
      transactions.close(call.open);
    }
  }

  private void fail(Call call, FsException cause) {
    if (call.open == null) {
      end(call.transaction);
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
        call, failure(call.outcomes, operation, cause, call.open == null ? 0 : publishedSequence));
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

  private static Answer failure(
      List<Outcome> outcomes, int operation, FsException cause, long sequence) {
    return new Answer(outcomes, Optional.of(new Answer.Failure(operation, cause)), sequence);
  }

  // ---- cleaning up

  private void clean() {
    if (cleaning
        || !cleaner.hasWork()
        || pipeline.state() == CommitPipeline.State.IN_DOUBT
        || othersGoFirst()) {
      return;
    }
    cleaning = true;
    cleanedAtBatch = pipeline.batches();
    Transaction transaction = transactions.makeOwn(self);
    transaction.beginOperation(nanoTime.getAsLong());
    try {
      cleaner.slice(transaction, new View(transaction, published, cache, needs), clock.instant());
    } catch (Missing e) {
      end(transaction);
      questions.ask(() -> cleaning = false, () -> cleaning = false);
      return;
    }
    needs.clear();
    if (!transaction.hasChanges()) {
      end(transaction);
      cleaning = false;
      return;
    }
    pipeline.submit(
        transaction,
        Optional.empty(),
        new CommitPipeline.Listener() {
          @Override
          public void committed(long sequence) {
            cleaning = false;
          }

          @Override
          public void failed(FsException cause) {
            cleaner.undone(transaction);
            cleaning = false;
          }
        });
  }

  /// A slice makes the batch that carries it several times longer, so few do while anybody waits.
  private boolean othersGoFirst() {
    return nanoTime.getAsLong() - callerCommittedNanos < NOBODY_COMMITS_NANOS
        && pipeline.batches() - cleanedAtBatch < BATCHES_PER_SLICE
        && cleaner.backlog() < LONG_BACKLOG;
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
      return !ready.isEmpty();
    }

    @Override
    public void broken(Throwable cause) {
      LOG.error("the engine is broken: this is a fault of the server", cause);
      stop("the engine is broken: " + cause);
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
