package io.plasmafs.datanode.server;

import io.plasmafs.datanode.store.BlockRecord;
import io.plasmafs.datanode.store.BlockStore;
import io.plasmafs.datanode.ticket.KeyRing;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.protocol.ControlProof;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Nonces;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.TicketMac;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.block_record;
import io.plasmafs.protocol.xdr.control_args;
import io.plasmafs.protocol.xdr.health_result;
import io.plasmafs.protocol.xdr.inventory_args;
import io.plasmafs.protocol.xdr.inventory_result;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.ticket_key;
import io.plasmafs.protocol.xdr.verify_args;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// The program CONTROL: for namenodes that prove to hold the cluster's secret.
public final class ControlService implements AutoCloseable {
  private static final int WAITING = 16;

  private final BlockStore store;
  private final KeyRing keys;
  private final ControlProof proof;
  private final Nonces nonces;
  private final Nonces nonceOfKeys;
  private final long start;
  private final Traffic traffic;
  private final IntSupplier connections;

  /// Reads records for inventories: one at a time, a few wait.
  private final ThreadPoolExecutor inventories =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("inventory").daemon().factory());

  /// @param start tells this start of the datanode from all others
  /// @param connections how many there are now
  public ControlService(
      BlockStore store,
      KeyRing keys,
      ControlProof proof,
      Nonces nonces,
      Nonces nonceOfKeys,
      long start,
      Traffic traffic,
      IntSupplier connections) {
    this.store = store;
    this.keys = keys;
    this.proof = proof;
    this.nonces = nonces;
    this.nonceOfKeys = nonceOfKeys;
    this.start = start;
    this.traffic = traffic;
    this.connections = connections;
  }

  /// The program, ready to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.CONTROL)
        .procedure(Programs.Control.KEYS, "KEYS", keys_args::new, this::keys)
        .procedure(Programs.Control.HEALTH, "HEALTH", control_args::new, this::health)
        .procedure(Programs.Control.INVENTORY, "INVENTORY", inventory_args::new, this::inventory)
        .procedure(Programs.Control.VERIFY, "VERIFY", verify_args::new, this::verify)
        .build();
  }

  private void keys(keys_args arguments, RpcCall call, ReplySink reply) {
    try {
      proof.verify(arguments, nonceOfKeys);
      if (!arguments.cluster.equals(store.cluster())
          || !arguments.identity.equals(store.identity())) {
        throw new FsException(
            FsStatus.EINVAL,
            "the keys are for store "
                + arguments.identity
                + " of cluster \""
                + arguments.cluster
                + "\", this is store "
                + store.identity()
                + " of cluster \""
                + store.cluster()
                + "\"");
      }
      if (arguments.start != start) {
        // The sender takes this for the datanode that ran before, and relies on what that one knew
        // of ended transactions.
        throw new FsException(
            FsStatus.EUNAVAIL, "the keys are for another start of this datanode, not for this one");
      }
      List<KeyRing.Key> ring = new ArrayList<>();
      for (ticket_key key : arguments.keys) {
        ring.add(
            new KeyRing.Key(
                new TicketMac(store.cluster(), key.key_id, key.key),
                key.lifetime_millis,
                key.expires));
      }
      keys.install(new DatanodeId(arguments.datanode), arguments.epoch, ring, arguments.ended);
      reply.success(Failures.ok());
    } catch (IllegalArgumentException e) {
      reply.success(
          Failures.of(new FsException(FsStatus.EINVAL, String.valueOf(e.getMessage()), e)));
    } catch (FsException e) {
      reply.success(Failures.of(e));
    }
  }

  private void health(control_args arguments, RpcCall call, ReplySink reply) {
    health_result result = new health_result();
    result.identity = store.identity();
    try {
      proof.verify(arguments, nonces);
      result.status = FsStatus.OK.code();
      result.message = Conversion.message(store.failure().orElse(""));
      result.blocks = store.blocks();
      result.free_disk_bytes = store.freeDiskBytes();
      result.connections = connections.getAsInt();
      result.bytes_read = traffic.bytesRead();
      result.bytes_written = traffic.bytesWritten();
      result.checksum_errors = store.checksumErrors();
      result.scrubbed_blocks = store.scrubbedBlocks();
      result.failed = store.failure().isPresent();
    } catch (FsException e) {
      result.status = e.status().code();
      result.message = Failures.message(e);
    }
    reply.success(result);
  }

  private void inventory(inventory_args arguments, RpcCall call, ReplySink reply) {
    try {
      proof.verify(arguments, nonces);
      if (arguments.count < 0 || arguments.count > Contract.INVENTORY_MAX) {
        throw new FsException(
            FsStatus.EINVAL,
            "an inventory of "
                + arguments.count
                + " blocks is not possible: at most "
                + Contract.INVENTORY_MAX
                + " are");
      }
      later(reply, () -> inventory(arguments.first, arguments.count));
    } catch (FsException e) {
      reply.success(refusal(e));
    }
  }

  private void verify(verify_args arguments, RpcCall call, ReplySink reply) {
    try {
      proof.verify(arguments, nonces);
      long bytes = (long) arguments.count * store.geometry().blockSize();
      if (arguments.first < 0
          || arguments.count < 0
          || (arguments.count > 1 && bytes > Contract.VERIFY_BYTES_MAX)) {
        throw new FsException(
            FsStatus.EINVAL,
            arguments.count
                + " blocks from "
                + arguments.first
                + " on cannot be verified: at most "
                + Contract.VERIFY_BYTES_MAX
                + " bytes, or one block, can be at a time");
      }
      later(
          reply,
          () -> {
            store.verifyBlocks(arguments.first, arguments.count);
            return inventory(arguments.first, arguments.count);
          });
    } catch (FsException e) {
      reply.success(refusal(e));
    }
  }

  private void later(ReplySink reply, Supplier<inventory_result> work) {
    try {
      inventories.execute(() -> {
        try {
          reply.success(work.get());
        } catch (RuntimeException e) {
          reply.success(refusal(e));
        }
      });
    } catch (RejectedExecutionException e) {
      reply.success(
          refusal(
              new FsException(
                  FsStatus.ELIMIT, "there are " + WAITING + " inventories waiting already", e)));
    }
  }

  private inventory_result inventory(long first, int count) {
    requireWorkingDisk();
    List<block_record> records = new ArrayList<>();
    store.inventory(first, count, record -> records.add(toXdr(record)));
    inventory_result result = new inventory_result();
    result.status = FsStatus.OK.code();
    result.message = "";
    result.records = records.toArray(new block_record[0]);
    return result;
  }

  /// What is known of blocks on a disk that refuses says nothing about whether they can be read.
  private void requireWorkingDisk() {
    store
        .failure()
        .ifPresent(reason -> {
          throw new FsException(FsStatus.EIO, "the disk is out of service: " + reason);
        });
  }

  /// A damaged block has length 0 whatever its generation: no block that holds data has.
  private static block_record toXdr(BlockRecord record) {
    boolean damaged = record.state() == BlockRecord.State.DAMAGED;
    block_record result = new block_record();
    result.block = record.block();
    result.generation = record.generation();
    result.inode = record.inode();
    result.length = damaged ? 0 : record.length();
    result.checksum = record.checksum();
    return result;
  }

  private static inventory_result refusal(Throwable failure) {
    FsException expected = Failures.expected(failure);
    inventory_result result = new inventory_result();
    result.status = expected.status().code();
    result.message = Failures.message(expected);
    result.records = new block_record[0];
    return result;
  }

  @Override
  public void close() {
    inventories.close();
  }
}
