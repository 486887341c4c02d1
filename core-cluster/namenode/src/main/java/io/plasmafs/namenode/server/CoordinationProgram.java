package io.plasmafs.namenode.server;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.TextMessage;
import io.plasmafs.protocol.xdr.cluster_result;
import io.plasmafs.protocol.xdr.coordinator_result;
import io.plasmafs.protocol.xdr.datanode_entry;
import io.plasmafs.protocol.xdr.datanodes_result;
import io.plasmafs.protocol.xdr.namenode_entry;
import io.plasmafs.protocol.xdr.namenodes_result;
import io.plasmafs.settings.HostAndPort;
import java.util.List;
import java.util.function.Predicate;

/// COORDINATION: where a client starts.
public final class CoordinationProgram {
  private final ClusterFacts facts;
  private final DatanodeRegistry registry;

  /// Answers from the facts and the registry.
  public CoordinationProgram(ClusterFacts facts, DatanodeRegistry registry) {
    this.facts = facts;
    this.registry = registry;
  }

  /// The program, to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.COORDINATION)
        .procedure(
            Programs.Coordination.FIND_COORDINATOR,
            "FIND_COORDINATOR",
            TextMessage::new,
            (cluster, call, reply) -> reply.success(findCoordinator(cluster.text())))
        .procedure(
            Programs.Coordination.FIND_NAMENODES,
            "FIND_NAMENODES",
            TextMessage::new,
            (cluster, call, reply) -> reply.success(findNamenodes(cluster.text())))
        .procedure(
            Programs.Coordination.DESCRIBE_CLUSTER,
            "DESCRIBE_CLUSTER",
            (call, reply) -> reply.success(describe()))
        .procedure(
            Programs.Coordination.LIST_DATANODES,
            "LIST_DATANODES",
            (call, reply) -> list(datanode -> true, reply))
        .procedure(
            Programs.Coordination.LOCAL_DATANODES,
            "LOCAL_DATANODES",
            TextMessage::new,
            (host, call, reply) -> list(datanode -> isOn(host.text(), datanode), reply))
        .build();
  }

  private coordinator_result findCoordinator(String cluster) {
    coordinator_result result = new coordinator_result();
    boolean isMeant = facts.isMeant(cluster);
    result.status = (isMeant ? FsStatus.OK : FsStatus.ENOENT).code();
    result.address = isMeant ? facts.address() : "";
    return result;
  }

  private namenodes_result findNamenodes(String cluster) {
    namenodes_result result = new namenodes_result();
    boolean isMeant = facts.isMeant(cluster);
    result.status = (isMeant ? FsStatus.OK : FsStatus.ENOENT).code();
    result.namenodes = isMeant ? facts.namenodes() : new namenode_entry[0];
    return result;
  }

  private cluster_result describe() {
    cluster_result result = new cluster_result();
    result.status = FsStatus.OK.code();
    result.cluster = facts.cluster();
    return result;
  }

  private void list(Predicate<Datanode> wanted, ReplySink reply) {
    registry
        .datanodes()
        .whenComplete((datanodes, failure) -> {
          datanodes_result result = new datanodes_result();
          if (failure != null) {
            result.status = Failures.of(failure).status().code();
            result.datanodes = new datanode_entry[0];
          } else {
            result.status = FsStatus.OK.code();
            result.datanodes = toXdr(datanodes.stream().filter(wanted).toList());
          }
          reply.success(result);
        });
  }

  static datanode_entry[] toXdr(List<Datanode> datanodes) {
    return datanodes.stream().map(Conversion::toXdr).toArray(datanode_entry[]::new);
  }

  /// A datanode runs on a host if that is its label, or the host part of its address.
  private static boolean isOn(String host, Datanode datanode) {
    return datanode.host().equals(host)
        || HostAndPort.parse(datanode.address()).host().equals(host);
  }
}
