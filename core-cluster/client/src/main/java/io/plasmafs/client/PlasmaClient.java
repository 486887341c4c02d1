package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The way into a cluster. One client is enough for a program: it is safe for use by many threads,
/// shares its connections among them, and owns a few threads for the wire; callers' threads wait.
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
/// dealt with inside, up to [ClientConfig#timeout()]; then there is one [io.plasmafs.model.FsException]
/// that says what was tried.
@SuppressWarnings("DoNotCallSuggester")
public final class PlasmaClient implements Namespace, AutoCloseable {

  private PlasmaClient() {}

  /// Connects to the cluster that the configuration names.
  ///
  /// @throws io.plasmafs.model.FsException EUNAVAIL if no coordinator could be found in time
  public static PlasmaClient connect(ClientConfig config) {
    throw new UnsupportedOperationException();
  }

  /// Connects to the cluster of these namenodes: `host:port,host:port,…`.
  ///
  /// @throws io.plasmafs.model.FsException EUNAVAIL if no coordinator could be found in time
  public static PlasmaClient connect(String namenodes) {
    return connect(ClientConfig.of(namenodes));
  }

  /// Constants of the cluster, as they were when the client connected.
  public ClusterDescription cluster() {
    throw new UnsupportedOperationException();
  }

  /// The cluster as its operators see it, at this moment.
  public ClusterStatus status() {
    throw new UnsupportedOperationException();
  }

  /// Operators' orders about datanodes.
  public DatanodeOrders datanodes() {
    throw new UnsupportedOperationException();
  }

  /// Who acts, unless a transaction is begun for somebody else.
  public Principal principal() {
    throw new UnsupportedOperationException();
  }

  /// Begins a transaction. It costs no round trip: the server learns of it with its first operation.
  public Transaction begin() {
    return begin(Optional.empty(), Duration.ZERO);
  }

  /// Begins a transaction for somebody.
  ///
  /// @param principal who acts; this client's if absent
  /// @param idleTimeout after so long without a call the server aborts it; zero for its default
  public Transaction begin(Optional<Principal> principal, Duration idleTimeout) {
    throw new UnsupportedOperationException();
  }

  /// Runs `action` in a transaction and commits it. On ECONFLICT, or when the connection was lost
  /// before the commit, it is run again in a new transaction, as [ClientConfig#retry()] says. A
  /// failure of the action aborts the transaction.
  public <E extends Exception> void transact(TransactionBody.Action<E> action) throws E {
    throw new UnsupportedOperationException();
  }

  /// As [#transact], and returns what `body` results in.
  public <T, E extends Exception> T transactResult(TransactionBody<T, E> body)
      throws E {
    throw new UnsupportedOperationException();
  }

  /// What became of a commit.
  public CommitOutcome outcomeOf(CommitToken token) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Answer> submit(List<Operation> operations) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void truncate(Location where, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public byte[] readAll(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Attributes write(Location where, ByteBuffer content, WriteOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaFile openFile(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaInputStream openInput(Location where) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaOutputStream openOutput(Location where, WriteOptions options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaChannel openChannel(Location where, WriteOptions options) {
    throw new UnsupportedOperationException();
  }
}
