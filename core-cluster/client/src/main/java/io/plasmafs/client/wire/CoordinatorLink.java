package io.plasmafs.client.wire;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way to the coordinator: one connection, shared by all transactions, made when it is first
/// needed, and made again, perhaps to another namenode, when it was lost.
///
/// The search asks all configured namenodes in turn, with growing pauses, until one is found or the
/// time is up. It runs on a virtual thread, one at a time, whoever waits for it.
public final class CoordinatorLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CoordinatorLink.class);
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 1000;

  private final RpcTransport transport;
  private final RpcLimits limits;
  private final String cluster;
  private final List<String> namenodes;
  private final LongAdder compounds = new LongAdder();
  private final Principal principal;
  private final Duration timeout;

  // Guarded by this.
  private @Nullable CompletableFuture<NamenodeSession> current;
  private @Nullable ClusterDescription description;
  private boolean closed;

  /// @param cluster name, or empty for the one that the namenodes belong to
  /// @param timeout for how long the coordinator is searched for
  public CoordinatorLink(
      RpcTransport transport,
      RpcLimits limits,
      String cluster,
      List<String> namenodes,
      Principal principal,
      Duration timeout) {
    this.transport = transport;
    this.limits = limits;
    this.cluster = cluster;
    this.namenodes = List.copyOf(namenodes);
    this.principal = principal;
    this.timeout = timeout;
  }

  /// The connection, which may have to be made first.
  ///
  /// @return fails with [FsException] EUNAVAIL when the time is up, saying what was tried
  public synchronized CompletableFuture<NamenodeSession> session() {
    if (closed) {
      return CompletableFuture.failedFuture(
          new FsException(FsStatus.EUNAVAIL, "the client is closed"));
    }
    CompletableFuture<NamenodeSession> known = current;
    if (known != null && (!known.isDone() || isOpen(known))) {
      return known;
    }
    CompletableFuture<NamenodeSession> searching = new CompletableFuture<>();
    current = searching;
    Thread.ofVirtual().name("find coordinator").start(() -> search(searching));
    return searching;
  }

  /// The connection, if it stands.
  public synchronized Optional<NamenodeSession> standing() {
    CompletableFuture<NamenodeSession> known = current;
    return known != null && known.isDone() && isOpen(known)
        ? Optional.of(known.join())
        : Optional.empty();
  }

  /// The namenode behind `session` is not the coordinator any more, or does not answer: the next
  /// call of [#session()] searches anew.
  public synchronized void giveUp(NamenodeSession session) {
    CompletableFuture<NamenodeSession> known = current;
    if (known != null && isOpen(known) && known.join() == session) {
      current = null;
      session.close();
    }
  }

  /// Compounds sent to namenodes so far, those of lost connections too.
  public long compounds() {
    return compounds.sum();
  }

  /// Constants of the cluster, as they were when it was last connected to.
  public synchronized ClusterDescription description() {
    ClusterDescription known = description;
    if (known == null) {
      throw new IllegalStateException("the client has never been connected");
    }
    return known;
  }

  private static boolean isOpen(CompletableFuture<NamenodeSession> future) {
    return future.isDone() && !future.isCompletedExceptionally() && future.join().isOpen();
  }

  private void search(CompletableFuture<NamenodeSession> result) {
    long deadline = System.nanoTime() + timeout.toNanos();
    long pause = FIRST_PAUSE_MILLIS;
    Map<String, String> tried = new LinkedHashMap<>();
    for (; ; ) {
      for (String address : namenodes) {
        try {
          NamenodeSession found = connectFrom(address);
          if (!finish(result, found)) {
            found.close();
          }
          return;
        } catch (ExecutionException e) {
          FsException failure = Rpc.failure(e);
          tried.put(address, String.valueOf(failure.getMessage()));
          switch (failure.status()) {
            case EINVAL, EACCES, EPERM, ENOENT -> {
              // No time will heal this.
              result.completeExceptionally(
                  new FsException(failure.status(), String.valueOf(failure.getMessage()), failure));
              return;
            }
            default -> log.debug("no coordinator by way of {}", address, failure);
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          result.completeExceptionally(e);
          return;
        }
      }
      if (System.nanoTime() + pause * 1_000_000 > deadline || isClosed()) {
        result.completeExceptionally(
            new FsException(
                FsStatus.EUNAVAIL,
                "no coordinator"
                    + (cluster.isEmpty() ? "" : " of cluster '" + cluster + "'")
                    + " was found within "
                    + timeout.toMillis() / 1000.0
                    + " s; tried "
                    + describe(tried)));
        return;
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        result.completeExceptionally(e);
        return;
      }
      pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
    }
  }

  private static String describe(Map<String, String> tried) {
    StringBuilder out = new StringBuilder();
    tried.forEach((address, reason) ->
        out.append(out.isEmpty() ? "" : "; ")
            .append(address)
            .append(" (")
            .append(reason)
            .append(')'));
    return out.toString();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private boolean finish(CompletableFuture<NamenodeSession> result, NamenodeSession found) {
    synchronized (this) {
      if (closed) {
        result.completeExceptionally(new FsException(FsStatus.EUNAVAIL, "the client is closed"));
        return false;
      }
    }
    return result.complete(found);
  }

  /// Asks a namenode for the coordinator, and connects to that.
  private NamenodeSession connectFrom(String address)
      throws ExecutionException, InterruptedException {
    NamenodeSession asked = connect(address);
    boolean keep = false;
    try {
      String coordinator = asked.findCoordinator(cluster).get();
      if (coordinator.equals(address) || coordinator.isEmpty()) {
        NamenodeSession ready = prepare(asked);
        keep = true;
        return ready;
      }
      NamenodeSession other = connect(coordinator);
      try {
        return prepare(other);
      } catch (ExecutionException | InterruptedException | RuntimeException e) {
        other.close();
        throw e;
      }
    } finally {
      if (!keep) {
        asked.close();
      }
    }
  }

  private NamenodeSession connect(String address) throws ExecutionException, InterruptedException {
    return new NamenodeSession(
        RpcClient.connect(transport, Rpc.address(address), limits, Credentials.NONE).get(),
        compounds);
  }

  private NamenodeSession prepare(NamenodeSession session)
      throws ExecutionException, InterruptedException {
    CompletableFuture<Void> accepted = session.setPrincipal(principal);
    ClusterDescription described = session.describeCluster().get();
    accepted.get();
    synchronized (this) {
      ClusterDescription before = description;
      if (before != null && !before.name().equals(described.name())) {
        throw new ExecutionException(
            new FsException(
                FsStatus.EINVAL,
                session.peer()
                    + " belongs to cluster '"
                    + described.name()
                    + "', not to '"
                    + before.name()
                    + "' any more"));
      }
      description = described;
    }
    return session;
  }

  @Override
  public void close() {
    CompletableFuture<NamenodeSession> known;
    synchronized (this) {
      closed = true;
      known = current;
      current = null;
    }
    if (known != null) {
      var unused =
          known.whenComplete((session, error) -> {
            if (session != null) {
              session.close();
            }
          });
    }
  }
}
