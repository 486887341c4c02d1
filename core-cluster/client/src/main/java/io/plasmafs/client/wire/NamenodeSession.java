package io.plasmafs.client.wire;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.protocol.AnswerMessage;
import io.plasmafs.protocol.CompoundMessage;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.StatusMessage;
import io.plasmafs.protocol.TextMessage;
import io.plasmafs.protocol.xdr.added_result;
import io.plasmafs.protocol.xdr.balance_args;
import io.plasmafs.protocol.xdr.check_args;
import io.plasmafs.protocol.xdr.cluster_result;
import io.plasmafs.protocol.xdr.commit_outcome_result;
import io.plasmafs.protocol.xdr.coordinator_result;
import io.plasmafs.protocol.xdr.datanode_address;
import io.plasmafs.protocol.xdr.datanode_order;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.datanodes_result;
import io.plasmafs.protocol.xdr.job_args;
import io.plasmafs.protocol.xdr.job_page;
import io.plasmafs.protocol.xdr.job_result;
import io.plasmafs.protocol.xdr.status_result;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/// One connection to a namenode. Futures fail with [FsException] only: EUNAVAIL when the connection
/// was lost or no answer came in time.
public final class NamenodeSession {
  private final RpcClient rpc;
  private final LongAdder compounds;

  /// @param compounds counts the compounds that are sent
  NamenodeSession(RpcClient rpc, LongAdder compounds) {
    this.rpc = rpc;
    this.compounds = compounds;
  }

  /// Runs a compound. What failed in it is in the answer.
  public CompletableFuture<Answer> compound(Compound compound) {
    compounds.increment();
    return translated(
        rpc.call(
                Programs.FILESYSTEM,
                Programs.Filesystem.COMPOUND,
                new CompoundMessage(compound),
                AnswerMessage::new)
            .thenApply(AnswerMessage::answer));
  }

  /// What became of a commit.
  public CompletableFuture<CommitState> commitOutcome(CommitToken token) {
    return translated(
        rpc.call(
                Programs.FILESYSTEM,
                Programs.Filesystem.COMMIT_OUTCOME,
                Conversion.toXdr(token),
                commit_outcome_result::new)
            .thenApply(result -> {
              check(result.status, "the outcome of a commit");
              CommitState.Kind kind =
                  switch (result.state) {
                    case 1 -> CommitState.Kind.IN_PROGRESS;
                    case 2 -> CommitState.Kind.DONE;
                    case 3 -> CommitState.Kind.ABORTED;
                    default -> CommitState.Kind.UNKNOWN;
                  };
              return new CommitState(kind, result.sequence);
            }));
  }

  /// Says who acts on this connection.
  CompletableFuture<Void> setPrincipal(Principal principal) {
    return translated(
        rpc.call(
                Programs.FILESYSTEM,
                Programs.Filesystem.SET_PRINCIPAL,
                Conversion.toXdr(principal),
                StatusMessage::new)
            .thenAccept(result -> check(result.status().code(), "the user " + principal.user())));
  }

  /// Address of the coordinator of a cluster; of the one that this namenode belongs to if the name
  /// is empty.
  CompletableFuture<String> findCoordinator(String cluster) {
    return translated(
        rpc.call(
                Programs.COORDINATION,
                Programs.Coordination.FIND_COORDINATOR,
                new TextMessage(cluster),
                coordinator_result::new)
            .thenApply(result -> {
              check(result.status, "the coordinator of cluster '" + cluster + "'");
              return result.address;
            }));
  }

  /// The cluster that this namenode belongs to.
  CompletableFuture<ClusterDescription> describeCluster() {
    return translated(
        rpc.call(Programs.COORDINATION, Programs.Coordination.DESCRIBE_CLUSTER, cluster_result::new)
            .thenApply(result -> {
              check(result.status, "the description of the cluster");
              return Conversion.toModel(result.cluster);
            }));
  }

  /// All datanodes that clients may use.
  public CompletableFuture<List<Datanode>> listDatanodes() {
    return translated(
        rpc.call(Programs.COORDINATION, Programs.Coordination.LIST_DATANODES, datanodes_result::new)
            .thenApply(result -> {
              check(result.status, "the list of datanodes");
              return Arrays.stream(result.datanodes).map(Conversion::toModel).toList();
            }));
  }

  /// The cluster as operators see it.
  public CompletableFuture<status_result> status() {
    return translated(
        rpc.call(Programs.ADMIN, Programs.Admin.STATUS, status_result::new)
            .thenApply(result -> {
              check(result.status, "the status of the cluster");
              return result;
            }));
  }

  /// An order about a datanode.
  ///
  /// @param procedure of the program ADMIN
  public CompletableFuture<Void> order(int procedure, String identity) {
    datanode_order order = new datanode_order();
    order.identity = identity;
    return translated(
        rpc.call(Programs.ADMIN, procedure, order, datanode_status::new)
            .thenAccept(result -> requireOk(result.status, result.message)));
  }

  /// Takes the datanode at an address into the cluster.
  public CompletableFuture<DatanodeId> addDatanode(String address) {
    datanode_address arguments = new datanode_address();
    arguments.address = address;
    return translated(
        rpc.call(Programs.ADMIN, Programs.Admin.ADD_DATANODE, arguments, added_result::new)
            .thenApply(result -> {
              requireOk(result.status, result.message);
              return new DatanodeId(result.datanode);
            }));
  }

  /// Begins a check; answers the number of the work.
  public CompletableFuture<Long> check(check_args arguments) {
    return begin(rpc.call(Programs.ADMIN, Programs.Admin.CHECK, arguments, job_result::new));
  }

  /// Begins a balancing; answers the number of the work.
  public CompletableFuture<Long> balance(balance_args arguments) {
    return begin(rpc.call(Programs.ADMIN, Programs.Admin.BALANCE, arguments, job_result::new));
  }

  private static CompletableFuture<Long> begin(CompletableFuture<job_result> call) {
    return translated(
        call.thenApply(result -> {
          requireOk(result.status, result.message);
          return result.job;
        }));
  }

  /// What work has told since it was asked last. Why it failed is in the answer.
  public CompletableFuture<job_page> next(long job) {
    return translated(rpc.call(Programs.ADMIN, Programs.Admin.JOB_NEXT, work(job), job_page::new));
  }

  /// Stops work.
  public CompletableFuture<Void> stop(long job) {
    return translated(
        rpc.call(Programs.ADMIN, Programs.Admin.JOB_STOP, work(job), datanode_status::new)
            .thenAccept(result -> requireOk(result.status, result.message)));
  }

  private static job_args work(long job) {
    job_args arguments = new job_args();
    arguments.job = job;
    return arguments;
  }

  private static void requireOk(int status, String message) {
    if (status != FsStatus.OK.code()) {
      throw new FsException(Conversion.status(status), message);
    }
  }

  /// Whether the connection still stands.
  public boolean isOpen() {
    return rpc.isOpen();
  }

  /// The namenode's address, for messages.
  public String peer() {
    return rpc.peer();
  }

  CompletionStage<Void> closed() {
    return rpc.closed();
  }

  void close() {
    rpc.close();
  }

  private void check(int status, String what) {
    if (status != FsStatus.OK.code()) {
      FsStatus known = Conversion.status(status);
      throw new FsException(known, rpc.peer() + " refused " + what + ": " + known.text());
    }
  }

  private static <T> CompletableFuture<T> translated(CompletableFuture<T> call) {
    return call.exceptionallyCompose(error -> CompletableFuture.failedFuture(Rpc.failure(error)));
  }
}
