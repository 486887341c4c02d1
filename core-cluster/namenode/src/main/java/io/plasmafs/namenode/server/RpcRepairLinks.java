package io.plasmafs.namenode.server;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.repair.RepairLinks;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.chain_link;
import io.plasmafs.protocol.xdr.control_args;
import io.plasmafs.protocol.xdr.copy_args;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.health_result;
import io.plasmafs.protocol.xdr.inventory_args;
import io.plasmafs.protocol.xdr.inventory_result;
import io.plasmafs.protocol.xdr.verify_args;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Has datanodes copy, and asks what they hold, over the connections that the registry uses too.
/// Thread-safe.
public final class RpcRepairLinks implements RepairLinks {
  private static final Duration COPY_TIMEOUT = Duration.ofSeconds(100);
  private static final Duration INVENTORY_TIMEOUT = Duration.ofSeconds(30);

  private final RpcControlLinks links;
  private final ControlProof proof;

  /// @param links which stay the caller's to close
  public RpcRepairLinks(RpcControlLinks links, ControlProof proof) {
    this.links = links;
    this.proof = proof;
  }

  @Override
  public CompletableFuture<Void> copy(CopyOrder order) {
    copy_args arguments = new copy_args();
    arguments.source = Conversion.toXdr(order.source());
    arguments.block = order.sourceBlock();
    arguments.count = order.count();
    arguments.inode = order.inode().value();
    arguments.target = new chain_link();
    arguments.target.address = order.targetAddress();
    arguments.target.admission = Conversion.toXdr(order.target());
    arguments.target.block = order.targetBlock();
    return links
        .connection(order.sourceAddress())
        .thenCompose(client ->
            client.call(
                Programs.DATANODE,
                Programs.Datanode.COPY,
                arguments,
                datanode_status::new,
                client.options().withTimeout(COPY_TIMEOUT)))
        .thenAccept(result -> requireOk(result.status, result.message));
  }

  @Override
  public CompletableFuture<List<StoredBlock>> inventory(String address, long first, int count) {
    return links
        .connection(address)
        .thenCompose(client -> {
          inventory_args arguments = new inventory_args();
          arguments.first = first;
          arguments.count = count;
          proof.sign(arguments);
          return client.call(
              Programs.CONTROL,
              Programs.Control.INVENTORY,
              arguments,
              inventory_result::new,
              client.options().withTimeout(INVENTORY_TIMEOUT));
        })
        .thenApply(RpcRepairLinks::blocks);
  }

  @Override
  public CompletableFuture<List<StoredBlock>> verify(String address, long first, int count) {
    return links
        .connection(address)
        .thenCompose(client -> {
          verify_args arguments = new verify_args();
          arguments.first = first;
          arguments.count = count;
          proof.sign(arguments);
          return client.call(
              Programs.CONTROL,
              Programs.Control.VERIFY,
              arguments,
              inventory_result::new,
              client.options().withTimeout(COPY_TIMEOUT));
        })
        .thenApply(RpcRepairLinks::blocks);
  }

  @Override
  public CompletableFuture<Long> damagedBlocks(String address) {
    return links
        .connection(address)
        .thenCompose(client -> {
          control_args arguments = new control_args();
          proof.sign(arguments);
          return client.call(
              Programs.CONTROL, Programs.Control.HEALTH, arguments, health_result::new);
        })
        .thenApply(result -> {
          requireOk(result.status, result.message);
          return result.checksum_errors;
        });
  }

  private static List<StoredBlock> blocks(inventory_result result) {
    requireOk(result.status, result.message);
    return Arrays.stream(result.records)
        .map(record ->
            new StoredBlock(record.block, record.generation, record.length, record.checksum))
        .toList();
  }

  private static void requireOk(int code, String message) {
    FsStatus status = Conversion.status(code);
    if (status != FsStatus.OK) {
      throw new FsException(status, message);
    }
  }
}
