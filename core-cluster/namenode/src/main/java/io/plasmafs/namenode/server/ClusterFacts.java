package io.plasmafs.namenode.server;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.xdr.cluster_entry;
import io.plasmafs.protocol.xdr.namenode_entry;
import java.util.function.Supplier;

/// The constants of the cluster, and where this namenode stands. Thread-safe.
public final class ClusterFacts {
  private final ClusterDescription constants;
  private final Supplier<String> address;
  private final Engine engine;

  /// @param constants of the cluster; its epoch and sequence mean nothing
  /// @param address host:port at which clients find this namenode
  public ClusterFacts(ClusterDescription constants, Supplier<String> address, Engine engine) {
    this.constants = constants;
    this.address = address;
    this.engine = engine;
  }

  /// Host:port at which clients find this namenode.
  String address() {
    return address.get();
  }

  /// Whether a client that asks for this cluster, or for any with an empty name, is right here.
  boolean isMeant(String cluster) {
    return cluster.isEmpty() || cluster.equals(constants.name());
  }

  cluster_entry cluster() {
    return Conversion.toXdr(
        new ClusterDescription(
            constants.name(),
            constants.blockSize(),
            constants.sliceSize(),
            constants.inlineLimit(),
            constants.replication(),
            engine.epoch(),
            engine.sequence()));
  }

  /// The namenodes: this one, which is the coordinator.
  namenode_entry[] namenodes() {
    namenode_entry self = new namenode_entry();
    self.address = address.get();
    self.role = "coordinator";
    self.sequence = engine.sequence();
    self.pid = (int) ProcessHandle.current().pid();
    return new namenode_entry[] {self};
  }
}
