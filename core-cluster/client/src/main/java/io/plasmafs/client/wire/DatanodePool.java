package io.plasmafs.client.wire;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections to datanodes, one for each, shared by all files of a client; and what is known of
/// them: addresses, which are on this host, and which have failed of late.
///
/// A datanode on this host is spoken to through its Unix-domain socket, after its identity was
/// checked: the same path may exist on another host.
public final class DatanodePool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DatanodePool.class);

  /// For so long after a failure other copies are preferred.
  private static final long SHUN_NANOS = 5_000_000_000L;

  /// Between two questions for a host that is not known.
  private static final long ASK_NANOS = 5_000_000_000L;

  /// Datanodes of a host that is wished for; any of them will do.
  private static final int MOST_PREFERRED = 16;

  private record Failure(long atNanos, String reason) {}

  private final RpcTransport transport;
  private final RpcLimits limits;
  private final CoordinatorLink coordinator;
  private final Map<DatanodeId, CompletableFuture<DatanodeConnection>> connections =
      new ConcurrentHashMap<>();
  private final Map<DatanodeId, Failure> failures = new ConcurrentHashMap<>();
  private final ReadPace readPace = new ReadPace();
  private final boolean localFiles;
  private final LocalReads localReads = new LocalReads();

  // Replaced as a whole.
  private volatile Map<DatanodeId, Datanode> known = Map.of();
  private volatile List<DatanodeId> local = List.of();
  private volatile long askedNanos = System.nanoTime() - 2 * ASK_NANOS;
  private volatile boolean closed;

  /// A pool that asks the coordinator for the datanodes.
  ///
  /// @param localFiles whether the files of datanodes on this host are read from here
  public DatanodePool(
      RpcTransport transport, RpcLimits limits, CoordinatorLink coordinator, boolean localFiles) {
    this.transport = transport;
    this.limits = limits;
    this.coordinator = coordinator;
    this.localFiles = localFiles;
  }

  /// Asks for the list of datanodes.
  public CompletableFuture<Void> refresh() {
    return coordinator
        .session()
        .thenCompose(NamenodeSession::listDatanodes)
        .thenAccept(list -> {
          Map<DatanodeId, Datanode> fresh = new ConcurrentHashMap<>();
          list.forEach(datanode -> fresh.put(datanode.id(), datanode));
          known = fresh;
          local =
              list.stream()
                  .filter(datanode -> datanode.state() == Datanode.State.ALIVE)
                  .filter(DatanodePool::isHere)
                  .map(Datanode::id)
                  .toList();
        });
  }

  private static boolean isHere(Datanode datanode) {
    return unixPath(datanode).isPresent();
  }

  private static Optional<Path> unixPath(Datanode datanode) {
    if (!datanode.local().startsWith("unix:")) {
      return Optional.empty();
    }
    Path path = Path.of(datanode.local().substring(5));
    return Files.exists(path) ? Optional.of(path) : Optional.empty();
  }

  /// Datanodes to be preferred when blocks are reserved: those of the host that is wished for.
  /// Without a wish the only one of this host, or none, as several on one host need no preference.
  /// Blocks for an answer of the coordinator if that host is not known, once in a while.
  ///
  /// @param host label, or empty
  public List<DatanodeId> preferred(String host) {
    if (!host.isEmpty()) {
      List<DatanodeId> there = on(host);
      if (there.isEmpty() && System.nanoTime() - askedNanos > ASK_NANOS) {
        askedNanos = System.nanoTime();
        // without the list there is no wish
        refresh().exceptionally(failure -> null).join();
        there = on(host);
      }
      return there;
    }
    List<DatanodeId> here = local;
    return here.size() == 1 && known.size() > 1 ? here : List.of();
  }

  private List<DatanodeId> on(String host) {
    return known.values().stream()
        .filter(datanode -> datanode.host().equals(host))
        .map(Datanode::id)
        .sorted()
        .limit(MOST_PREFERRED)
        .toList();
  }

  /// Where other datanodes reach this one: host:port.
  ///
  /// @throws FsException EUNAVAIL if it is not known
  public String address(DatanodeId id) {
    Datanode datanode = known.get(id);
    if (datanode == null) {
      throw unknown(id);
    }
    return datanode.address();
  }

  /// What is known of this datanode, if it is listed.
  public Optional<Datanode> find(DatanodeId id) {
    return Optional.ofNullable(known.get(id));
  }

  /// Makes sure that all of these are known, for [#address].
  public CompletableFuture<Void> learn(Collection<DatanodeId> ids) {
    return known.keySet().containsAll(ids) ? CompletableFuture.completedFuture(null) : refresh();
  }

  private static FsException unknown(DatanodeId id) {
    return new FsException(
        FsStatus.EUNAVAIL, id + " is not among those that the coordinator lists as usable");
  }

  /// In which order to try the copies of a block: positions in `replicas`. Those on this host
  /// first, then any, those that failed of late at the end.
  public List<Integer> readOrder(List<Replica> replicas) {
    int count = replicas.size();
    List<Integer> order = new ArrayList<>(count);
    int start = count > 1 ? ThreadLocalRandom.current().nextInt(count) : 0;
    List<DatanodeId> here = local;
    for (int pass = 0; pass < 3; pass++) {
      for (int i = 0; i < count; i++) {
        int position = (start + i) % count;
        DatanodeId id = replicas.get(position).datanode();
        int rank = isShunned(id) ? 2 : here.contains(id) ? 0 : 1;
        if (rank == pass) {
          order.add(position);
        }
      }
    }
    return order;
  }

  private boolean isShunned(DatanodeId id) {
    Failure failure = failures.get(id);
    return failure != null && System.nanoTime() - failure.atNanos() < SHUN_NANOS;
  }

  /// Notes that a datanode failed: others are preferred for a while.
  public void reportFailure(DatanodeId id, Throwable error) {
    String reason = String.valueOf(Rpc.failure(error).getMessage());
    if (failures.put(id, new Failure(System.nanoTime(), reason)) == null) {
      log.info("{} failed: {}", id, reason);
    }
  }

  /// Notes that another datanode, asked later, answered first: it is preferred for a while.
  public void reportSlow(DatanodeId id) {
    Failure failure = new Failure(System.nanoTime(), "it was slower than others");
    if (failures.put(id, failure) == null) {
      log.info("{} is slow", id);
    }
  }

  /// How long reads take.
  public ReadPace readPace() {
    return readPace;
  }

  /// Reads from files of datanodes on this host.
  public LocalReads localReads() {
    return localReads;
  }

  /// What is known of failures of these datanodes, for messages.
  public String failures(Collection<DatanodeId> ids) {
    StringBuilder out = new StringBuilder();
    for (DatanodeId id : ids) {
      Failure failure = failures.get(id);
      out.append(out.isEmpty() ? "" : "; ").append(id);
      if (failure != null) {
        out.append(": ").append(failure.reason());
      }
    }
    return out.toString();
  }

  /// A connection, which may have to be made first.
  public CompletableFuture<DatanodeConnection> connection(DatanodeId id) {
    CompletableFuture<DatanodeConnection> standing = connections.get(id);
    if (standing != null && isUsable(standing)) {
      return standing;
    }
    return connections.compute(
        id, (key, other) -> other != null && isUsable(other) ? other : connect(key));
  }

  private static boolean isUsable(CompletableFuture<DatanodeConnection> connection) {
    return !connection.isDone()
        || !connection.isCompletedExceptionally() && connection.join().isOpen();
  }

  private CompletableFuture<DatanodeConnection> connect(DatanodeId id) {
    if (closed) {
      return CompletableFuture.failedFuture(
          new FsException(FsStatus.EUNAVAIL, "the client is closed"));
    }
    boolean failedBefore = failures.containsKey(id);
    CompletableFuture<Void> learnt =
        known.containsKey(id) && !failedBefore
            ? CompletableFuture.completedFuture(null)
            : refresh();
    return learnt
        .thenCompose(done -> {
          Datanode datanode = known.get(id);
          if (datanode == null) {
            return CompletableFuture.failedFuture(unknown(id));
          }
          return unixPath(datanode)
              .map(path -> here(datanode))
              .orElseGet(() -> open(datanode.address()));
        })
        .whenComplete((connection, error) -> {
          if (connection != null && closed) {
            connection.close();
          }
        });
  }

  private CompletableFuture<DatanodeConnection> here(Datanode datanode) {
    return open(datanode.local())
        .thenCompose(connection ->
            connection
                .identity()
                .thenApply(identity -> {
                  if (!identity.equals(datanode.identity())) {
                    connection.close();
                    throw new FsException(
                        FsStatus.EUNAVAIL, datanode.local() + " leads to another datanode");
                  }
                  return connection;
                }))
        .thenCompose(connection ->
            localFiles
                ? connection.withLocalFiles(localReads)
                : CompletableFuture.completedFuture(connection))
        .exceptionallyCompose(error -> {
          log.debug("{} is not reached at {}", datanode.id(), datanode.local(), error);
          return open(datanode.address());
        });
  }

  private CompletableFuture<DatanodeConnection> open(String address) {
    return RpcClient.connect(transport, Rpc.address(address), limits, Credentials.NONE)
        .thenApply(DatanodeConnection::new)
        .exceptionallyCompose(error -> CompletableFuture.failedFuture(Rpc.failure(error)));
  }

  @Override
  public void close() {
    closed = true;
    connections
        .values()
        .forEach(connection -> {
          var unused =
              connection.whenComplete((open, error) -> {
                if (open != null) {
                  open.close();
                }
              });
        });
  }
}
