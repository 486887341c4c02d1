package io.plasmafs.client;

import io.plasmafs.client.wire.CommitState;
import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.client.wire.NamenodeSession;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.status_result;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// The way into a cluster. One client is enough for a program: it is safe for use by many threads,
/// shares its connections among them, and owns two threads for the wire; callers' threads wait.
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

  private final Principal principal;
  private final RpcTransport transport;
  private final CoordinatorLink coordinator;
  private final DatanodePool datanodes;
  private final PieceBuffers buffers;
  private final LeakDetector leaks;
  private final Autocommit autocommit;
  private final CommitOutcomes outcomes;
  private final TransactionLoop loop;
  private final AtomicLong lastTransaction = new AtomicLong();

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
    this.datanodes = new DatanodePool(transport, limits, coordinator);
    this.buffers = new PieceBuffers(config.bufferBytes());
    this.leaks = new LeakDetector(config.leakDetection());
    this.autocommit = new Autocommit(coordinator, config.timeout(), config.retry());
    this.outcomes = new CommitOutcomes(coordinator, config.timeout());
    this.loop = new TransactionLoop(this, config.retry(), outcomes);
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

  /// Constants of the cluster, as they were when the client last connected.
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

  /// Who acts, unless a transaction is begun for somebody else.
  public Principal principal() {
    return principal;
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
    return new Transaction(this, lastTransaction.incrementAndGet(), token, actor, idleTimeout);
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

  /// Aborts open transactions, closes connections and ends the threads.
  @Override
  public void close() {
    coordinator.close();
    datanodes.close();
    transport.close();
  }

  @Override
  public CompletableFuture<Answer> submit(List<Operation> operations) {
    return autocommit.submit(operations);
  }

  @Override
  public void truncate(Location where, long size) {
    transact(transaction -> {
      long unused = transaction.commit(FileEdits.truncation(transaction, where, size));
    });
  }

  @Override
  public byte[] readAll(Location where) {
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
    try (FileContent held = FileContent.held(this, where)) {
      return FileEdits.readAll(held);
    }
  }

  @Override
  public List<Optional<ByteBuffer>> readMany(List<Location> files) {
    return BulkRead.read(this, this, files);
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
              FileEdits.write(transaction, where, content.duplicate(), options);
          long unused = transaction.commit(written.last());
          return written.attributes();
        });
    content.position(content.limit());
    return attributes;
  }

  @Override
  public PlasmaFile openFile(Location where) {
    return new PlasmaFile(this, FileContent.held(this, where));
  }

  @Override
  public PlasmaInputStream openInput(Location where) {
    return new PlasmaInputStream(this, FileContent.held(this, where));
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
    Transaction transaction = beginHidden();
    try {
      return PlasmaChannel.open(transaction, true, where, options);
    } catch (RuntimeException e) {
      transaction.abortAsync();
      throw e;
    }
  }
}
