package io.plasmafs.client;

import io.plasmafs.client.cache.BlockCache;
import io.plasmafs.client.cache.CacheStatistics;
import io.plasmafs.client.cache.MetadataCache;
import io.plasmafs.client.wire.CommitState;
import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.client.wire.LocalReads;
import io.plasmafs.client.wire.NamenodeSession;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.balance_args;
import io.plasmafs.protocol.xdr.check_args;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.status_result;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// The way into a cluster. One client is enough for a program: it is safe for use by many threads,
/// shares its connections and its cache among them, and owns two threads for the wire; callers'
/// threads wait, and virtual threads that end with their task do what nobody waits for.
///
/// ```java
/// try (PlasmaClient client = PlasmaClient.connect("localhost:2727")) {
///   client.mkdirs("/reports/2026");                    // durable when it returns
///   client.transact(
///       tx -> {
///         tx.write("/reports/2026/sum.txt", sum);       // nobody sees the one
///         tx.rename("/reports/draft", "/reports/final"); // without the other
///       });
///   try (InputStream in = client.openInput("/reports/2026/sum.txt")) {
///     in.transferTo(System.out);
///   }
/// }
/// ```
///
/// A coordinator that moves or restarts, a connection that breaks and a datanode that goes away are
/// dealt with inside, up to [ClientConfig#timeout()]; then there is one [FsException] that says
/// what was tried.
public final class PlasmaClient implements Namespace, AutoCloseable {
  private static final int EVENT_LOOPS = 2;

  /// Files up to this size are read without a transaction that holds their blocks: should they be
  /// given away meanwhile, they are read once more.
  private static final long READ_UNHELD_BYTES = 4L << 20;

  /// Grants nothing to anybody, and its tickets end with it.
  private static final Lookups.Viewer IN_TRANSACTION = new Lookups.Viewer(-1, 0, false);

  private final Principal principal;
  private final RpcTransport transport;
  private final CoordinatorLink coordinator;
  private final DatanodePool datanodes;
  private final PieceBuffers buffers;
  private final LeakDetector leaks;
  private final AtomicLong lastTransaction;
  private final CommitOutcomes outcomes;
  private final RetryPolicy retry;
  private final Duration timeout;
  private final MetadataCache metadata;
  private final BlockCache blocks;
  private final Lookups lookups;

  // ---- what views differ in ----

  private final Optional<PlasmaClient> viewed;

  /// Who acts, if that is not the principal of the connection.
  private final Optional<Principal> actor;

  private final Lookups.Viewer viewer;
  private final Autocommit autocommit;
  private final TransactionLoop loop;

  private PlasmaClient(ClientConfig config) {
    this.principal = config.principal().orElseGet(SystemPrincipal::get);
    this.transport = RpcTransport.open(EVENT_LOOPS);
    RpcLimits limits =
        RpcLimits.defaults()
            .withClientTimeouts(Duration.ofSeconds(5), config.callTimeout())
            .withInFlight(65_536, 256 << 20);
    this.coordinator =
        new CoordinatorLink(
            transport, limits, config.cluster(), config.namenodes(), principal, config.timeout());
    this.datanodes = new DatanodePool(transport, limits, coordinator, config.localFiles());
    this.buffers = new PieceBuffers(config.bufferBytes());
    this.leaks = new LeakDetector(config.leakDetection());
    this.lastTransaction = new AtomicLong();
    this.outcomes = new CommitOutcomes(coordinator, config.timeout());
    this.retry = config.retry();
    this.timeout = config.timeout();
    this.metadata = new MetadataCache(config.cache().heapBytes());
    this.blocks = new BlockCache(config.cache().directBytes(), ClusterDescription.SLICE_SIZE);
    this.lookups = new Lookups(metadata);
    this.viewed = Optional.empty();
    this.actor = Optional.empty();
    this.viewer = new Lookups.Viewer(metadata.who(principal), nanos(config.maxStaleness()), true);
    this.autocommit =
        new Autocommit(coordinator, timeout, retry, actor, lastTransaction::incrementAndGet);
    this.loop = new TransactionLoop(this, retry, outcomes);
  }

  /// A view of another client.
  private PlasmaClient(PlasmaClient other, Principal principal, long stalenessNanos) {
    this.viewed = Optional.of(other.viewed.orElse(other));
    this.transport = other.transport;
    this.coordinator = other.coordinator;
    this.datanodes = other.datanodes;
    this.buffers = other.buffers;
    this.leaks = other.leaks;
    this.lastTransaction = other.lastTransaction;
    this.outcomes = other.outcomes;
    this.retry = other.retry;
    this.timeout = other.timeout;
    this.metadata = other.metadata;
    this.blocks = other.blocks;
    this.lookups = other.lookups;
    this.principal = principal;
    boolean same = principal.equals(viewed.get().principal);
    this.actor = same ? Optional.empty() : Optional.of(principal);
    this.viewer = new Lookups.Viewer(metadata.who(principal), stalenessNanos, same);
    this.autocommit =
        new Autocommit(coordinator, timeout, retry, actor, lastTransaction::incrementAndGet);
    this.loop = new TransactionLoop(this, retry, outcomes);
  }

  private static long nanos(Duration staleness) {
    if (staleness.isNegative()) {
      throw new FsException(FsStatus.EINVAL, "a staleness of " + staleness + " is negative");
    }
    return staleness.compareTo(Duration.ofDays(365)) > 0
        ? Duration.ofDays(365).toNanos()
        : staleness.toNanos();
  }

  /// A view of this client for which somebody else acts, for gateways that have found out who asks:
  /// it shares connections, memory and cache, and what it may see is what the namenode grants to
  /// that principal. Making one costs nothing. Closing it does nothing; it ends with this client.
  ///
  /// Each call of it carries the principal; so it may hold two operations fewer than another.
  public PlasmaClient as(Principal other) {
    return new PlasmaClient(this, other, viewer.stalenessNanos());
  }

  /// A view of this client that uses what was read before without asking whether it is still
  /// current, if that was within `age`. Zero: each use is validated. Making one costs nothing, so
  /// it can be had for a single call. Closing it does nothing; it ends with this client.
  ///
  /// What this client has committed itself, or has seen in a newer version, it does not show in an
  /// older one, whatever the age. With an age, files are opened without being held: if one is
  /// replaced while it is read, and what remains is not in the cache, a read fails with ESTALE.
  public PlasmaClient withMaxStaleness(Duration age) {
    return new PlasmaClient(this, principal, nanos(age));
  }

  /// What the cache has done since this client was connected; the same for all its views.
  public CacheStatistics cacheStatistics() {
    return metadata.statistics(blocks);
  }

  /// Calls about files that were made to namenodes since this client was connected.
  public long namenodeCalls() {
    return coordinator.compounds();
  }

  /// Reads from the files of datanodes on this host since this client was connected.
  public LocalReads localReads() {
    return datanodes.localReads();
  }

  BlockCache blockCache() {
    return blocks;
  }

  long cacheNow() {
    return metadata.now();
  }

  /// Something was committed, or may have been.
  void committed() {
    metadata.distrustOlder();
  }

  /// What a transaction was answered: its own changes have version 0, and are passed over.
  void learnFromTransaction(List<Operation> operations, Answer answer, long asked) {
    lookups.learn(IN_TRANSACTION, operations, answer, asked);
  }

  /// Connects to the cluster that the configuration names.
  ///
  /// @throws FsException EUNAVAIL if no coordinator could be found in time, saying what was tried
  public static PlasmaClient connect(ClientConfig config) {
    PlasmaClient client = new PlasmaClient(config);
    try {
      NamenodeSession unused = Waiting.on(client.coordinator.session());
      return client;
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /// Connects to the cluster of these namenodes: `host:port,host:port,…`.
  ///
  /// @throws FsException EUNAVAIL if no coordinator could be found in time, saying what was tried
  public static PlasmaClient connect(String namenodes) {
    return connect(ClientConfig.of(namenodes));
  }

  CoordinatorLink coordinator() {
    return coordinator;
  }

  DatanodePool datanodePool() {
    return datanodes;
  }

  PieceBuffers buffers() {
    return buffers;
  }

  LeakDetector leaks() {
    return leaks;
  }

  /// How many transactions, streams, files and channels were collected without having been closed.
  public long leaked() {
    return leaks.leaks();
  }

  /// Direct memory that streams and reads use at this moment, in bytes.
  public long bufferBytesInUse() {
    return buffers.used();
  }

  @Override
  public ClusterDescription cluster() {
    return coordinator.description();
  }

  /// The cluster as its operators see it, at this moment.
  public ClusterStatus status() {
    status_result result = Waiting.on(coordinator.session().thenCompose(NamenodeSession::status));
    Map<String, Long> counters = new LinkedHashMap<>();
    for (counter one : result.counters) {
      counters.put(one.name, one.value);
    }
    return new ClusterStatus(
        Conversion.toModel(result.cluster),
        result.cluster.sequence,
        Arrays.stream(result.namenodes)
            .map(n -> new ClusterStatus.Namenode(n.address, n.role, n.sequence, n.pid))
            .toList(),
        Arrays.stream(result.datanodes).map(Conversion::toModel).toList(),
        result.open_transactions,
        result.inodes,
        counters);
  }

  /// Operators' orders about datanodes.
  public DatanodeOrders datanodes() {
    return new DatanodeOrders(coordinator);
  }

  /// Has the coordinator check whether everything that is known of files fits together. For
  /// superusers.
  ///
  /// @param root of which, and below which, all is checked; [InodeId#NONE] for everything
  /// @param repair whether what can be repaired safely is
  public LongWork check(InodeId root, boolean repair) {
    check_args arguments = new check_args();
    arguments.inode = root.value();
    arguments.repair = repair;
    return new LongWork(
        coordinator,
        Waiting.on(coordinator.session().thenCompose(session -> session.check(arguments))));
  }

  /// Has the coordinator even out how full the datanodes are. For superusers.
  ///
  /// @param threshold how far the fill of a datanode may be from that of all together: 0.1 is ten
  ///   percent of its blocks
  /// @param bytesPerSecond most that is moved
  public LongWork balance(double threshold, long bytesPerSecond) {
    balance_args arguments = new balance_args();
    arguments.threshold_permille = (int) Math.round(threshold * 1000);
    arguments.bytes_per_second = bytesPerSecond;
    return new LongWork(
        coordinator,
        Waiting.on(coordinator.session().thenCompose(session -> session.balance(arguments))));
  }

  /// Where the bytes of a part of a file are: ranges in order and without gaps, up to the end of
  /// the file, with the datanodes that have a copy of all of a range. As of now; use
  /// [WriteOptions#withHost] to wish where bytes are written.
  ///
  /// @param offset 0 or more
  /// @param length 0 or more
  public List<PlacedRange> locate(FsPath path, long offset, long length) {
    if (offset < 0 || length < 0) {
      throw new FsException(
          FsStatus.EINVAL, path + ": " + length + " bytes from " + offset + " on make no sense");
    }
    return BlockLists.locate(this, path, offset, length);
  }

  /// Who acts, unless a transaction is begun for somebody else.
  @Override
  public Principal principal() {
    return principal;
  }

  /// The cluster as a file system of `java.nio.file`, as `transaction` sees it: what is done there
  /// belongs to the transaction.
  public FileSystem fileSystem(Transaction transaction) {
    return transaction.fileSystem();
  }

  /// Begins a transaction. It costs no round trip: the server learns of it with its first
  /// operation.
  public Transaction begin() {
    return begin(Optional.empty(), Duration.ZERO);
  }

  /// Begins a transaction for somebody.
  ///
  /// @param actor who acts; this client's principal if absent
  /// @param idleTimeout after so long without a call the server aborts it; zero for its default
  public Transaction begin(Optional<Principal> actor, Duration idleTimeout) {
    return begin(CommitToken.random(), actor, idleTimeout);
  }

  /// Begins a transaction whose commit has a token that the caller chose: by it [#outcomeOf] tells,
  /// to another process too, what became of it. If a commit of that token was made before, the
  /// commit of this one changes nothing and returns the number of that one.
  ///
  /// @param actor who acts; this client's principal if absent
  /// @param idleTimeout after so long without a call the server aborts it; zero for its default
  public Transaction begin(CommitToken token, Optional<Principal> actor, Duration idleTimeout) {
    return new Transaction(
        this,
        lastTransaction.incrementAndGet(),
        token,
        actor.isPresent() ? actor : this.actor,
        idleTimeout);
  }

  /// A transaction that a stream or file has for itself.
  Transaction beginHidden() {
    return begin();
  }

  /// Runs `action` in a transaction and commits it. On ECONFLICT, or when the connection or a
  /// datanode was lost before the commit, it is run again in a new transaction, as
  /// [ClientConfig#retry()] says. A failure of the action aborts the transaction.
  public <E extends Exception> void transact(TransactionBody.Action<E> action) throws E {
    boolean unused =
        transactResult(
            (TransactionBody<Boolean, E>)
                transaction -> {
                  action.run(transaction);
                  return true;
                });
  }

  /// As [#transact], and returns what `body` results in.
  public <T, E extends Exception> T transactResult(TransactionBody<T, E> body) throws E {
    return loop.run(body);
  }

  /// As [#transactResult], under a token that the caller chose, so that the work is done once even
  /// if the call is repeated, by this process or, after a crash, by another: if a commit of that
  /// token was made, `body` is not run; if it is being made, its end is waited for.
  ///
  /// The cluster knows tokens for as long as its commit log goes back.
  ///
  /// @param token see [CommitToken#ofKey]
  /// @param actor who acts; this client's principal if absent
  /// @throws FsException EUNKNOWN if it could not be learnt in time whether the commit was made
  public <T, E extends Exception> Committed<T> transactOnce(
      CommitToken token, Optional<Principal> actor, TransactionBody<T, E> body) throws E {
    return loop.runOnce(token, actor, body);
  }

  /// As [#transactOnce(CommitToken, Optional, TransactionBody)], for this client's principal.
  public <T, E extends Exception> Committed<T> transactOnce(
      CommitToken token, TransactionBody<T, E> body) throws E {
    return transactOnce(token, Optional.empty(), body);
  }

  CommitOutcomes outcomes() {
    return outcomes;
  }

  /// What became of a commit.
  public CommitOutcome outcomeOf(CommitToken token) {
    CommitState state = outcomes.now(token);
    CommitOutcome.State how =
        switch (state.kind()) {
          case UNKNOWN -> CommitOutcome.State.UNKNOWN;
          case IN_PROGRESS -> CommitOutcome.State.IN_PROGRESS;
          case DONE -> CommitOutcome.State.DONE;
          case ABORTED -> CommitOutcome.State.ABORTED;
        };
    return new CommitOutcome(how, state.sequence());
  }

  /// What became of a commit.
  ///
  /// @param sequence number of the commit, if it is done
  public record CommitOutcome(State state, long sequence) {

    /// How far it came.
    public enum State {
      /// No commit of that token is known: it did not happen, or longer ago than the cluster
      /// remembers.
      UNKNOWN,
      /// It is being made durable.
      IN_PROGRESS,
      /// It is durable and visible.
      DONE,
      /// It was undone.
      ABORTED
    }
  }

  /// Aborts open transactions, closes connections and ends the threads. Of a view: does nothing.
  @Override
  public void close() {
    if (viewed.isPresent()) {
      return;
    }
    coordinator.close();
    datanodes.close();
    transport.close();
  }

  @Override
  public CompletableFuture<Answer> submit(List<Operation> operations) {
    return lookups.submit(viewer, this::ask, operations);
  }

  private CompletableFuture<Answer> ask(List<Operation> operations) {
    CompletableFuture<Answer> answer = autocommit.submit(operations);
    return operations.stream().anyMatch(Autocommit::changes)
        ? answer.whenComplete((done, error) -> metadata.distrustOlder())
        : answer;
  }

  @Override
  public long copyTree(FsPath from, FsPath to, boolean preserve) {
    return transactResult(transaction -> transaction.copyTree(from, to, preserve));
  }

  @Override
  public void truncate(Location where, long size) {
    transact(transaction -> {
      long unused = transaction.commit(FileEdits.truncation(transaction, where, size));
    });
  }

  @Override
  public byte[] readAll(Location where) {
    if (actor.isPresent()) {
      return readAllHeld(where);
    }
    FileContent content = FileContent.unheld(this, where);
    if (content.inline().isPresent() || content.size() <= READ_UNHELD_BYTES) {
      try {
        return FileEdits.readAll(content);
      } catch (FsException e) {
        if (e.status() != FsStatus.ESTALE && e.status() != FsStatus.EIO) {
          throw e;
        }
      }
    }
    return readAllHeld(where);
  }

  private byte[] readAllHeld(Location where) {
    try (FileContent held = FileContent.held(this, where)) {
      return FileEdits.readAll(held);
    }
  }

  @Override
  public List<Optional<ByteBuffer>> readMany(List<Location> files) {
    if (actor.isEmpty()) {
      return BulkRead.read(this, this, files);
    }
    try (Transaction holder = beginHidden()) {
      return BulkRead.read(this, holder, files);
    }
  }

  @Override
  public Attributes write(Location where, ByteBuffer content, WriteOptions options) {
    List<Operation> small = FileEdits.small(this, where, content, options);
    if (!small.isEmpty()) {
      Attributes attributes =
          Outcomes.expect(Outcome.Inode.class, execute(small).get(0)).attributes();
      content.position(content.limit());
      return attributes;
    }
    Attributes attributes =
        transactResult(transaction -> {
          FileEdits.Written written =
              FileEdits.write(transaction, where, content.duplicate(), options, true);
          long unused = transaction.commit(written.last());
          return written.attributes();
        });
    content.position(content.limit());
    return attributes;
  }

  @Override
  public PlasmaFile openFile(Location where) {
    return new PlasmaFile(this, open(where));
  }

  @Override
  public PlasmaInputStream openInput(Location where) {
    return new PlasmaInputStream(this, open(where));
  }

  /// Tickets of an actor's read end with the call, so they need a transaction that goes on.
  private FileContent open(Location where) {
    return viewer.stalenessNanos() > 0 && actor.isEmpty()
        ? FileContent.unheld(this, where)
        : FileContent.held(this, where);
  }

  @Override
  public PlasmaOutputStream openOutput(Location where, WriteOptions options) {
    Transaction transaction = beginHidden();
    try {
      return PlasmaOutputStream.open(transaction, true, where, options);
    } catch (RuntimeException e) {
      transaction.abortAsync();
      throw e;
    }
  }

  @Override
  public PlasmaChannel openChannel(Location where, WriteOptions options) {
    return PlasmaChannel.open(this, where, options);
  }
}
