package io.plasmafs.protocol;

import io.plasmafs.oncrpc.RpcProgramVersion;
import io.plasmafs.protocol.xdr.Contract;

/// The programs of the contract with their procedures, by the names that the `.x` files give them.
/// Procedure 0 of each does nothing.
public final class Programs {
  /// Finds the coordinator and the nodes; served by every namenode.
  public static final RpcProgramVersion COORDINATION =
      new RpcProgramVersion(
          "COORDINATION", Contract.PLASMA_COORDINATION, Contract.PLASMA_COORDINATION_V1);

  /// Transactions; served by the coordinator.
  public static final RpcProgramVersion FILESYSTEM =
      new RpcProgramVersion(
          "FILESYSTEM", Contract.PLASMA_FILESYSTEM, Contract.PLASMA_FILESYSTEM_V1);

  /// Blocks; served by datanodes.
  public static final RpcProgramVersion DATANODE =
      new RpcProgramVersion("DATANODE", Contract.PLASMA_DATANODE, Contract.PLASMA_DATANODE_V1);

  /// Keys, health and inventory; served by datanodes to the coordinator.
  public static final RpcProgramVersion CONTROL =
      new RpcProgramVersion("CONTROL", Contract.PLASMA_CONTROL, Contract.PLASMA_CONTROL_V1);

  /// Announcements; served by the coordinator to datanodes.
  public static final RpcProgramVersion REGISTRY =
      new RpcProgramVersion("REGISTRY", Contract.PLASMA_REGISTRY, Contract.PLASMA_REGISTRY_V1);

  /// What operators ask and order; served by the coordinator.
  public static final RpcProgramVersion ADMIN =
      new RpcProgramVersion("ADMIN", Contract.PLASMA_ADMIN, Contract.PLASMA_ADMIN_V1);

  private Programs() {}

  /// Procedures of [#COORDINATION].
  public static final class Coordination {
    /// [TextMessage] to `coordinator_result`.
    public static final int FIND_COORDINATOR = Contract.FIND_COORDINATOR_1;

    /// [TextMessage] to `namenodes_result`.
    public static final int FIND_NAMENODES = Contract.FIND_NAMENODES_1;

    /// Nothing to `cluster_result`.
    public static final int DESCRIBE_CLUSTER = Contract.DESCRIBE_CLUSTER_1;

    /// Nothing to `datanodes_result`.
    public static final int LIST_DATANODES = Contract.LIST_DATANODES_1;

    /// [TextMessage] to `datanodes_result`.
    public static final int LOCAL_DATANODES = Contract.LOCAL_DATANODES_1;

    private Coordination() {}
  }

  /// Procedures of [#FILESYSTEM].
  public static final class Filesystem {
    /// [CompoundMessage] to [AnswerMessage].
    public static final int COMPOUND = Contract.COMPOUND_1;

    /// `commit_args` to `commit_outcome_result`.
    public static final int COMMIT_OUTCOME = Contract.COMMIT_OUTCOME_1;

    /// `fs_principal` to [StatusMessage].
    public static final int SET_PRINCIPAL = Contract.SET_PRINCIPAL_1;

    private Filesystem() {}
  }

  /// Procedures of [#DATANODE].
  public static final class Datanode {
    /// Nothing to `datanode_identity`.
    public static final int IDENTITY = Contract.IDENTITY_1;

    /// `read_block_args` to `read_block_result`.
    public static final int READ = Contract.READ_1;

    /// `write_block_args` to `write_block_result`.
    public static final int WRITE = Contract.WRITE_1;

    /// `sync_args` to `datanode_status`.
    public static final int SYNC = Contract.SYNC_1;

    /// `copy_args` to `datanode_status`.
    public static final int COPY = Contract.COPY_1;

    /// Nothing to `data_files`.
    public static final int FILES = Contract.FILES_1;

    /// `read_block_args` to `locate_result`.
    public static final int LOCATE = Contract.LOCATE_1;

    private Datanode() {}
  }

  /// Procedures of [#CONTROL].
  public static final class Control {
    /// `keys_args` to `datanode_status`.
    public static final int KEYS = Contract.KEYS_1;

    /// `control_args` to `health_result`.
    public static final int HEALTH = Contract.HEALTH_1;

    /// `inventory_args` to `inventory_result`.
    public static final int INVENTORY = Contract.INVENTORY_1;

    /// `verify_args` to `inventory_result`.
    public static final int VERIFY = Contract.VERIFY_1;

    private Control() {}
  }

  /// Procedures of [#REGISTRY].
  public static final class Registry {
    /// `announce_args` to `announce_result`.
    public static final int ANNOUNCE = Contract.ANNOUNCE_1;

    private Registry() {}
  }

  /// Procedures of [#ADMIN].
  public static final class Admin {
    /// Nothing to `status_result`.
    public static final int STATUS = Contract.STATUS_1;

    /// `datanode_order` to `datanode_status`.
    public static final int ENABLE_DATANODE = Contract.ENABLE_DATANODE_1;

    /// `datanode_order` to `datanode_status`.
    public static final int DISABLE_DATANODE = Contract.DISABLE_DATANODE_1;

    /// `datanode_order` to `datanode_status`.
    public static final int DRAIN_DATANODE = Contract.DRAIN_DATANODE_1;

    /// `datanode_order` to `datanode_status`.
    public static final int REMOVE_DATANODE = Contract.REMOVE_DATANODE_1;

    /// `datanode_address` to `added_result`.
    public static final int ADD_DATANODE = Contract.ADD_DATANODE_1;

    /// `check_args` to `job_result`.
    public static final int CHECK = Contract.CHECK_1;

    /// `balance_args` to `job_result`.
    public static final int BALANCE = Contract.BALANCE_1;

    /// `job_args` to `job_page`.
    public static final int JOB_NEXT = Contract.JOB_NEXT_1;

    /// `job_args` to `datanode_status`.
    public static final int JOB_STOP = Contract.JOB_STOP_1;

    private Admin() {}
  }
}
