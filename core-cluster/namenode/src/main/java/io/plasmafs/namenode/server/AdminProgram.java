package io.plasmafs.namenode.server;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.metadata.DatanodeRecord.Order;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.repair.RepairFigures;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcHandler;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.added_result;
import io.plasmafs.protocol.xdr.balance_args;
import io.plasmafs.protocol.xdr.check_args;
import io.plasmafs.protocol.xdr.counter;
import io.plasmafs.protocol.xdr.datanode_address;
import io.plasmafs.protocol.xdr.datanode_order;
import io.plasmafs.protocol.xdr.job_args;
import io.plasmafs.protocol.xdr.status_result;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// ADMIN: what operators ask and order. Everyone may ask; orders are for superusers.
public final class AdminProgram {
  private static final String OPEN_TRANSACTIONS = "open_transactions";
  private static final String INODES = "inodes";

  private final ClusterFacts facts;
  private final Engine engine;
  private final DatanodeRegistry registry;
  private final RepairFigures repair;
  private final JobCalls jobs;
  private final Set<String> superusers;

  /// @param superusers who may give orders
  public AdminProgram(
      ClusterFacts facts,
      Engine engine,
      DatanodeRegistry registry,
      RepairFigures repair,
      JobCalls jobs,
      Set<String> superusers) {
    this.facts = facts;
    this.engine = engine;
    this.registry = registry;
    this.repair = repair;
    this.jobs = jobs;
    this.superusers = Set.copyOf(superusers);
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
        .procedure(
            Programs.Admin.ADD_DATANODE,
            "ADD_DATANODE",
            datanode_address::new,
            operators(this::addDatanode, (why, reply) -> reply.success(notAdded(why))))
        .procedure(
            Programs.Admin.CHECK,
            "CHECK",
            check_args::new,
            operators(jobs::check, (why, reply) -> reply.success(JobCalls.refused(why))))
        .procedure(
            Programs.Admin.BALANCE,
            "BALANCE",
            balance_args::new,
            operators(jobs::balance, (why, reply) -> reply.success(JobCalls.refused(why))))
        .procedure(
            Programs.Admin.JOB_NEXT,
            "JOB_NEXT",
            job_args::new,
            operators(jobs::next, (why, reply) -> reply.success(JobCalls.failed(why))))
        .procedure(
            Programs.Admin.JOB_STOP,
            "JOB_STOP",
            job_args::new,
            operators(jobs::stop, (why, reply) -> reply.success(Failures.toXdr(why))))
        .build();
  }

  private void status(ReplySink reply) {
    registry
        .datanodes()
        .thenCombine(figures(), this::status)
        .whenComplete((status, failure) -> {
          if (failure == null) {
            reply.success(status);
          } else {
            reply.systemError(failure);
          }
        });
  }

  private status_result status(List<Datanode> datanodes, Map<String, Long> figures) {
    status_result result = new status_result();
    result.status = FsStatus.OK.code();
    result.cluster = facts.cluster();
    result.namenodes = facts.namenodes();
    result.datanodes = CoordinationProgram.toXdr(datanodes);
    result.open_transactions = figures.getOrDefault(OPEN_TRANSACTIONS, 0L);
    result.inodes = figures.getOrDefault(INODES, 0L);
    result.counters = figures.entrySet().stream().map(AdminProgram::toXdr).toArray(counter[]::new);
    return result;
  }

  private CompletableFuture<Map<String, Long>> figures() {
    return CompletableFuture.supplyAsync(
        () -> {
          Map<String, Long> figures = new LinkedHashMap<>();
          figures.put(OPEN_TRANSACTIONS, (long) engine.openTransactions());
          figures.put(INODES, engine.inodes());
          figures.putAll(repair.byName());
          return figures;
        },
        engine::execute);
  }

  static counter toXdr(Map.Entry<String, Long> figure) {
    counter result = new counter();
    result.name = figure.getKey();
    result.value = figure.getValue();
    return result;
  }

  private RpcHandler<datanode_order> ordered(Function<String, CompletableFuture<Void>> order) {
    return operators(
        (arguments, reply) ->
            order
                .apply(arguments.identity)
                .whenComplete((nothing, failure) ->
                    reply.success(failure == null ? Failures.success() : Failures.toXdr(failure))),
        (why, reply) -> reply.success(Failures.toXdr(why)));
  }

  /// A call that superusers may make.
  ///
  /// @param refuse answers others
  private <A> RpcHandler<A> operators(
      BiConsumer<A, ReplySink> procedure, BiConsumer<FsException, ReplySink> refuse) {
    return (arguments, call, reply) -> {
      if (isOperator(call)) {
        procedure.accept(arguments, reply);
      } else {
        refuse.accept(
            new FsException(
                FsStatus.EPERM, "this is for the superusers of the cluster: " + superusers),
            reply);
      }
    };
  }

  private void addDatanode(datanode_address arguments, ReplySink reply) {
    registry
        .add(arguments.address)
        .whenComplete((record, failure) -> {
          if (failure != null) {
            reply.success(notAdded(Failures.of(failure)));
            return;
          }
          added_result result = new added_result();
          result.status = FsStatus.OK.code();
          result.message = "";
          result.datanode = record.id().value();
          result.identity = record.identity();
          reply.success(result);
        });
  }

  private static added_result notAdded(FsException why) {
    added_result result = new added_result();
    result.status = why.status().code();
    result.message = Conversion.message(String.valueOf(why.getMessage()));
    result.identity = "";
    return result;
  }

  private boolean isOperator(RpcCall call) {
    return ClientConnection.of(call.connection(), engine)
        .principal()
        .map(Principal::user)
        .filter(superusers::contains)
        .isPresent();
  }
}
