package io.plasmafs.datanode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.Credentials;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.settings.HostAndPort;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Connections to other datanodes, made when they are needed and kept. Calls to one peer leave in
/// the order they were made, also those made before the connection stood.
///
/// A piece that still has to travel on waits for the datanodes behind it. So that it never stands
/// in the way of pieces that wait for nobody, there is a connection of its own for each number of
/// datanodes behind the peer: two datanodes that forward to each other cannot block each other.
///
/// Safe for use by several threads.
final class Peers implements AutoCloseable {
  /// Most connections. Beyond it further peers are refused until one has gone.
  private static final int MAX_PEERS = 128;

  private final RpcTransport transport;
  private final RpcLimits limits;
  private final Map<Key, Peer> peers = new HashMap<>(); // guarded by itself

  private record Key(String address, int behind) {}

  Peers(RpcTransport transport, RpcLimits limits) {
    this.transport = transport;
    this.limits = limits;
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
        if (peer == null && peers.size() >= MAX_PEERS) {
          peers.values().removeIf(Peer::isOver);
          if (peers.size() >= MAX_PEERS) {
            abandoned.run();
            return CompletableFuture.failedFuture(
                new FsException(
                    FsStatus.ELIMIT,
                    "there are connections to " + MAX_PEERS + " datanodes already"));
          }
        }
        InetSocketAddress parsed;
        try {
          parsed = HostAndPort.parse(address).unresolved();
        } catch (IllegalArgumentException e) {
          abandoned.run();
          return CompletableFuture.failedFuture(
              new FsException(FsStatus.EINVAL, "cannot forward: " + e.getMessage(), e));
        }
        peer = new Peer();
        peers.put(key, peer);
        peer.connect(RpcClient.connect(transport, parsed, limits, Credentials.NONE));
      }
    }
    return peer.call(call, abandoned);
  }

  @Override
  public void close() {
    synchronized (peers) {
      peers.values().forEach(Peer::close);
      peers.clear();
    }
  }

  private static final class Peer {
    private final Queue<Waiting<?>> waiting = new ArrayDeque<>(); // guarded by this
    private @Nullable RpcClient client; // guarded by this
    private boolean over; // guarded by this

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

    <T> CompletableFuture<T> call(
        Function<RpcClient, CompletableFuture<T>> call, Runnable abandoned) {
      synchronized (this) {
        RpcClient connected = client;
        if (connected != null) {
          return call.apply(connected);
        }
        if (!over) {
          Waiting<T> later = new Waiting<>(call, abandoned, new CompletableFuture<>());
          waiting.add(later);
          return later.result();
        }
      }
      abandoned.run();
      return CompletableFuture.failedFuture(
          new FsException(FsStatus.EUNAVAIL, "the connection has just ended"));
    }

    synchronized boolean isOver() {
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
