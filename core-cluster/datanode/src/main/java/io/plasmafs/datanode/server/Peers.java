package io.plasmafs.datanode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.datanode_identity;
import io.plasmafs.settings.HostAndPort;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections to other datanodes, made when they are needed and kept. Calls to one peer leave in
/// the order they were made, also those made before the connection stood.
///
/// A piece that still has to travel on waits for the datanodes behind it. So that it never stands
/// in the way of pieces that wait for nobody, there is a connection of its own for each number of
/// datanodes behind the peer: two datanodes that forward to each other cannot block each other.
///
/// **How long a peer may take.** With `n` datanodes to wait for, the peer and those behind it, a
/// call has `n / (n + 1)` of the time that is set. So the last of a chain has half of it, and
/// whoever forwards to one that says nothing gives up before the one that waits for both: the
/// silent datanode is found out, and not the one before it. The connection ends then, and with it
/// all that waits on it; nothing more is passed to the peer until it has answered a question, or
/// has not for as long again.
///
/// **How many there are.** In a large cluster chains lead to more datanodes than a datanode can
/// stay connected to, and each of them would keep as many open. So when there is no room for
/// another connection the one goes that has made no call for the longest, of those that wait for no
/// answer.
///
/// Safe for use by several threads.
final class Peers implements AutoCloseable {
  /// Most connections. If all of them wait for answers, further peers are refused. Half of what a
  /// datanode takes by default: in a cluster of any size about as many lead to each as from each.
  static final int MAX_PEERS = 128;

  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private final RpcTransport transport;
  private final RpcLimits limits;
  private final int most;

  /// The one that made no call for the longest comes first; guarded by itself.
  private final Map<Key, Peer> peers = new LinkedHashMap<>(16, 0.75f, true);

  private record Key(String address, int behind) {}

  /// @param limits of the connections
  /// @param most connections
  Peers(RpcTransport transport, RpcLimits limits, int most) {
    this.transport = transport;
    this.limits = limits;
    this.most = most;
  }

  /// Makes a call when the connection stands; the calls of a peer leave in order.
  ///
  /// @param address `host:port`
  /// @param behind datanodes that follow behind this one
  /// @param abandoned runs if the call is never made
  <T> CompletableFuture<T> call(
      String address,
      int behind,
      Function<RpcClient, CompletableFuture<T>> call,
      Runnable abandoned) {
    Peer peer;
    synchronized (peers) {
      Key key = new Key(address, behind);
      peer = peers.get(key);
      if (peer == null || peer.isOver()) {
        if (peer == null && !makeRoom()) {
          abandoned.run();
          return CompletableFuture.failedFuture(
              new FsException(
                  FsStatus.ELIMIT,
                  "there are " + most + " connections to datanodes in use already"));
        }
        InetSocketAddress parsed;
        try {
          parsed = HostAndPort.parse(address).unresolved();
        } catch (IllegalArgumentException e) {
          abandoned.run();
          return CompletableFuture.failedFuture(
              new FsException(FsStatus.EINVAL, "cannot forward: " + e.getMessage(), e));
        }
        Duration patience = limits.callTimeout().multipliedBy(behind + 1).dividedBy(behind + 2);
        RpcLimits patient = limits.withClientTimeouts(limits.connectTimeout(), patience);
        peer = new Peer(address, () -> question(parsed, patient));
        peers.put(key, peer);
        peer.connect(RpcClient.connect(transport, parsed, patient, Credentials.NONE));
      }
      peer.enter();
    }
    return peer.call(call, abandoned);
  }

  /// Sees to it that there is room for one more; says whether there is.
  private boolean makeRoom() {
    if (peers.size() < most) {
      return true;
    }
    if (peers.values().removeIf(Peer::isOver)) {
      return true;
    }
    Iterator<Peer> oldest = peers.values().iterator();
    while (oldest.hasNext()) {
      Peer peer = oldest.next();
      if (peer.isIdle()) {
        oldest.remove();
        peer.close();
        return true;
      }
    }
    return false;
  }

  /// Asks a datanode something, on a connection of its own.
  private CompletableFuture<datanode_identity> question(
      InetSocketAddress address, RpcLimits patient) {
    return RpcClient.connect(transport, address, patient, Credentials.NONE)
        .thenCompose(asked ->
            asked
                .call(Programs.DATANODE, Programs.Datanode.IDENTITY, datanode_identity::new)
                .whenComplete((answer, failure) -> asked.close()));
  }

  @Override
  public void close() {
    synchronized (peers) {
      peers.values().forEach(Peer::close);
      peers.clear();
    }
  }

  private static final class Peer {
    private final String address;
    private final Supplier<CompletableFuture<datanode_identity>> question;
    private final Queue<Waiting<?>> waiting = new ArrayDeque<>(); // guarded by this
    private @Nullable RpcClient client; // guarded by this
    private boolean over; // guarded by this
    private int callers; // guarded by this

    /// Whether it has said nothing for too long, and the question is not answered yet; guarded by
    /// this.
    private boolean silent;

    private record Waiting<T>(
        Function<RpcClient, CompletableFuture<T>> call,
        Runnable abandoned,
        CompletableFuture<T> result) {
      void make(RpcClient client) {
        call.apply(client)
            .whenComplete((value, failure) -> {
              if (failure == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(failure);
              }
            });
      }
    }

    /// @param question to be asked when a call was not answered
    Peer(String address, Supplier<CompletableFuture<datanode_identity>> question) {
      this.address = address;
      this.question = question;
    }

    void connect(CompletableFuture<RpcClient> connecting) {
      connecting.whenComplete((connected, failure) -> {
        synchronized (this) {
          if (failure != null || over) {
            over = true;
            if (connected != null) {
              connected.close();
            }
            for (Waiting<?> next = waiting.poll(); next != null; next = waiting.poll()) {
              next.abandoned().run();
              next.result()
                  .completeExceptionally(
                      failure != null ? failure : new IllegalStateException("closed"));
            }
            return;
          }
          client = connected;
          for (Waiting<?> next = waiting.poll(); next != null; next = waiting.poll()) {
            next.make(connected);
          }
        }
      });
    }

    /// A call will be made: until it is answered the connection is in use.
    synchronized void enter() {
      callers++;
    }

    private synchronized void leave() {
      callers--;
    }

    synchronized boolean isIdle() {
      return callers == 0 && !silent;
    }

    /// Makes a call for who has entered.
    <T> CompletableFuture<T> call(
        Function<RpcClient, CompletableFuture<T>> call, Runnable abandoned) {
      CompletableFuture<T> answer;
      try {
        answer = callOrRefuse(call, abandoned);
      } catch (RuntimeException e) {
        leave();
        throw e;
      }
      return answer.whenComplete((value, failure) -> leave());
    }

    private <T> CompletableFuture<T> callOrRefuse(
        Function<RpcClient, CompletableFuture<T>> call, Runnable abandoned) {
      String refusal;
      synchronized (this) {
        RpcClient connected = client;
        if (silent) {
          refusal = address + " has not answered in time, and has said nothing since";
        } else if (connected != null) {
          return watched(call.apply(connected));
        } else if (!over) {
          Waiting<T> later = new Waiting<>(call, abandoned, new CompletableFuture<>());
          waiting.add(later);
          return watched(later.result());
        } else {
          refusal = "the connection to " + address + " has just ended";
        }
      }
      abandoned.run();
      return CompletableFuture.failedFuture(new FsException(FsStatus.EUNAVAIL, refusal));
    }

    private <T> CompletableFuture<T> watched(CompletableFuture<T> answer) {
      var unused =
          answer.whenComplete((value, failure) -> {
            if (failure instanceof RpcException rpc && rpc.kind() == RpcException.Kind.TIMEOUT) {
              leaveAlone();
            }
          });
      return answer;
    }

    private void leaveAlone() {
      synchronized (this) {
        if (silent || over) {
          return;
        }
        silent = true;
        close();
      }
      LOG.warn("{} has not answered in time", address);
      var unused =
          question
              .get()
              .whenComplete((answer, failure) -> {
                synchronized (this) {
                  silent = false;
                }
                LOG.info("{} {}", address, failure == null ? "answers again" : "does not answer");
              });
    }

    /// Whether a new one is to be made in its place.
    synchronized boolean isOver() {
      if (silent) {
        return false;
      }
      return over || (client != null && !client.isOpen());
    }

    synchronized void close() {
      over = true;
      if (client != null) {
        client.close();
      }
    }
  }
}
