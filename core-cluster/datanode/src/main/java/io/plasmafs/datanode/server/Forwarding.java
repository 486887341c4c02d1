package io.plasmafs.datanode.server;

import io.plasmafs.oncrpc.RpcLimits;
import io.plasmafs.oncrpc.RpcTransport;

/// The way to other datanodes.
public final class Forwarding implements AutoCloseable {
  private final Peers peers;

  /// @param limits of the connections to them
  public Forwarding(RpcTransport transport, RpcLimits limits) {
    this.peers = new Peers(transport, limits, Peers.MAX_PEERS);
  }

  Peers peers() {
    return peers;
  }

  /// Ends all connections; calls under way fail.
  @Override
  public void close() {
    peers.close();
  }
}
