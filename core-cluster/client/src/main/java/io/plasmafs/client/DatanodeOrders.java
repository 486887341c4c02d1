package io.plasmafs.client;

import io.plasmafs.client.wire.CoordinatorLink;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.protocol.Programs;

/// What operators order about datanodes, which are named by the identity of their store: 32
/// hexadecimal digits. Each order is durable when its call returns.
public final class DatanodeOrders {
  private final CoordinatorLink coordinator;

  DatanodeOrders(CoordinatorLink coordinator) {
    this.coordinator = coordinator;
  }

  /// Take the datanode that serves at an address into the cluster; it is used as soon as it has
  /// announced itself.
  ///
  /// @param address host:port
  /// @return its number
  public DatanodeId add(String address) {
    return Waiting.on(coordinator.session().thenCompose(session -> session.addDatanode(address)));
  }

  /// Read it and allocate on it.
  public void enable(String identity) {
    order(Programs.Admin.ENABLE_DATANODE, identity);
  }

  /// Neither read it nor allocate on it.
  public void disable(String identity) {
    order(Programs.Admin.DISABLE_DATANODE, identity);
  }

  /// Read it, and copy its blocks away.
  public void drain(String identity) {
    order(Programs.Admin.DRAIN_DATANODE, identity);
  }

  /// Forget it.
  public void remove(String identity) {
    order(Programs.Admin.REMOVE_DATANODE, identity);
  }

  private void order(int procedure, String identity) {
    Waiting.on(
        coordinator
            .session()
            .thenCompose(session -> session.order(procedure, identity))
            .thenApply(done -> true));
  }
}
