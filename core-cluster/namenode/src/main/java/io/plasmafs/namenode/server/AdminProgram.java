package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.metadata.DatanodeRecord.Order;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcHandler;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.datanode_entry;
import io.plasmafs.protocol.xdr.datanode_order;
import io.plasmafs.protocol.xdr.status_result;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/// ADMIN: what operators ask and order. Everyone may ask; orders are for superusers.
public final class AdminProgram {
  private final ClusterFacts facts;
  private final Engine engine;
  private final DatanodeRegistry registry;
  private final Set<String> superusers;
  private final Supplier<Map<String, Long>> counters;

  /// @param counters named figures, among them `open_transactions` and `inodes`
  public AdminProgram(
      ClusterFacts facts,
      Engine engine,
      DatanodeRegistry registry,
      Set<String> superusers,
      Supplier<Map<String, Long>> counters) {
    this.facts = facts;
    this.engine = engine;
    this.registry = registry;
    this.superusers = Set.copyOf(superusers);
    this.counters = counters;
  }

  /// The program, to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.ADMIN)
        .procedure(Programs.Admin.STATUS, "STATUS", (call, reply) -> status(reply))
        .procedure(
            Programs.Admin.ENABLE_DATANODE,
            "ENABLE_DATANODE",
            datanode_order::new,
            ordered(identity -> registry.order(identity, Order.ENABLED)))
        .procedure(
            Programs.Admin.DISABLE_DATANODE,
            "DISABLE_DATANODE",
            datanode_order::new,
            ordered(identity -> registry.order(identity, Order.DISABLED)))
        .procedure(
            Programs.Admin.DRAIN_DATANODE,
            "DRAIN_DATANODE",
            datanode_order::new,
            ordered(identity -> registry.order(identity, Order.DRAINING)))
        .procedure(
            Programs.Admin.REMOVE_DATANODE,
            "REMOVE_DATANODE",
            datanode_order::new,
            ordered(registry::remove))
        .build();
  }

  private void status(ReplySink reply) {
    registry
        .datanodes()
        .whenComplete((datanodes, failure) -> {
          status_result result = new status_result();
          result.status =
              failure == null ? FsStatus.OK.code() : Failures.of(failure).status().code();
          result.cluster = facts.cluster();
          result.namenodes = facts.namenodes();
          result.datanodes =
              failure == null ? CoordinationProgram.toXdr(datanodes) : new datanode_entry[0];
          Map<String, Long> figures = counters.get();
          result.open_transactions = figures.getOrDefault("open_transactions", 0L);
          result.inodes = figures.getOrDefault("inodes", 0L);
          result.counters =
              figures.entrySet().stream().map(AdminProgram::toXdr).toArray(counter[]::new);
          reply.success(result);
        });
  }

  private static counter toXdr(Map.Entry<String, Long> figure) {
    counter result = new counter();
    result.name = figure.getKey();
    result.value = figure.getValue();
    return result;
  }

  private RpcHandler<datanode_order> ordered(Function<String, CompletableFuture<Void>> order) {
    return (arguments, call, reply) -> {
      if (!isOperator(call)) {
        reply.success(
            Failures.toXdr(
                new FsException(
                    FsStatus.EPERM,
                    "orders to datanodes are for the superusers of the cluster: " + superusers)));
        return;
      }
      order
          .apply(arguments.identity)
          .whenComplete((nothing, failure) ->
              reply.success(failure == null ? Failures.success() : Failures.toXdr(failure)));
    };
  }

  private boolean isOperator(RpcCall call) {
    return ClientConnection.of(call.connection(), engine)
        .principal()
        .map(Principal::user)
        .filter(superusers::contains)
        .isPresent();
  }
}
