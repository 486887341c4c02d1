package io.plasmafs.namenode.repair;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Ticket;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What repair asks of datanodes. Futures fail with [io.plasmafs.model.FsException] if a datanode
/// refuses, otherwise if it cannot be reached.
public interface RepairLinks {
  /// Has a datanode copy blocks to another one: checked on both sides, and stable there when the
  /// future completes.
  CompletableFuture<Void> copy(CopyOrder order);

  /// @param sourceAddress host:port of the datanode that reads
  /// @param sourceBlock first block there
  /// @param targetAddress host:port of the datanode that receives
  /// @param targetBlock first block there
  record CopyOrder(
      String sourceAddress,
      Ticket source,
      long sourceBlock,
      int count,
      InodeId inode,
      String targetAddress,
      Ticket target,
      long targetBlock) {}

  /// What a datanode says that it has in the blocks from `first` on: at most [#INVENTORY_MAX].
  CompletableFuture<List<StoredBlock>> inventory(String address, long first, int count);

  /// As [#inventory], but the datanode reads the blocks first and compares them with their
  /// checksums. At most [#VERIFY_MAX_BYTES], or one block.
  CompletableFuture<List<StoredBlock>> verify(String address, long first, int count);

  /// How many blocks a datanode has found damaged since it was started, and at its start.
  CompletableFuture<Long> damagedBlocks(String address);

  /// The most blocks that are asked for at a time.
  int INVENTORY_MAX = 8192;

  /// The most bytes that are verified at a time.
  int VERIFY_MAX_BYTES = 8 << 20;

  /// @param generation 0 if the block was never written
  /// @param length 0 if it is known as damaged
  /// @param checksum CRC32C of so many bytes
  record StoredBlock(long block, long generation, int length, int checksum) {}
}
