package io.plasmafs.datanode.server;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.plasmafs.datanode.store.BlockStore;
import io.plasmafs.datanode.store.StoredRange;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.chain_link;
import io.plasmafs.protocol.xdr.copy_args;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.sync_args;
import io.plasmafs.protocol.xdr.ticket;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Copies blocks to another datanode: piece after piece, each compared with its checksums before it
/// leaves, so that damage is never copied on. Two copies run at a time and a few wait; more are
/// refused.
final class Copier implements AutoCloseable {
  private static final int PIECE_BYTES = 1 << 20;
  private static final int RUNNING = 2;
  private static final int WAITING = 64;

  private final BlockStore store;
  private final Peers peers;
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          RUNNING,
          RUNNING,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("copy-", 0).daemon().factory());

  Copier(BlockStore store, Peers peers) {
    this.store = store;
    this.peers = peers;
  }

  /// Begins to copy; answers when the copy is stable on the other side.
  ///
  /// @param arguments admitted already
  void start(copy_args arguments, long generation, ReplySink reply) {
    try {
      threads.execute(() -> {
        try {
          copy(arguments, generation);
          reply.success(Failures.ok());
        } catch (RuntimeException e) {
          reply.success(Failures.of(e));
        }
      });
    } catch (RejectedExecutionException e) {
      throw new FsException(
          FsStatus.ELIMIT, "there are " + (RUNNING + WAITING) + " copies under way already", e);
    }
  }

  private void copy(copy_args arguments, long generation) {
    int blockSize = store.geometry().blockSize();
    long end = arguments.block + arguments.count;
    long block = arguments.block;
    int offset = 0;
    while (block < end) {
      int wanted = (int) Math.min(PIECE_BYTES, (end - block) * blockSize - offset);
      StoredRange range = store.range(block, offset, wanted, generation);
      if (range.bytes() > 0) {
        send(arguments, block, offset, range);
      }
      long reached = (long) offset + range.bytes();
      if (range.bytes() < wanted) { // behind a block that is not full
        block += reached / blockSize + (reached % blockSize == 0 && range.bytes() > 0 ? 0 : 1);
        offset = 0;
      } else {
        block += reached / blockSize;
        offset = (int) (reached % blockSize);
      }
    }
    sync(arguments.target);
  }

  private void send(copy_args arguments, long block, int offset, StoredRange range) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(range.bytes());
    BulkData data = BulkData.of(bytes);
    CompletableFuture<write_block_result> answer;
    try {
      store.read(range, bytes.internalNioBuffer(0, range.bytes()));
      bytes.writerIndex(range.bytes());
      int[] checksums = range.checksums().toArray();
      try {
        store.verifyPiece(checksums, new ByteBuffer[] {bytes.nioBuffer()});
      } catch (FsException e) {
        store.verifyBlocks(
            block, Math.ceilDiv(offset + range.bytes(), store.geometry().blockSize()));
        throw e;
      }
      write_block_args piece = new write_block_args();
      piece.admission = arguments.target.admission;
      piece.block = arguments.target.block + (block - arguments.block);
      piece.offset = offset;
      piece.inode = arguments.inode;
      piece.chain = new chain_link[0];
      piece.checksums = checksums;
      piece.data = data;
      answer =
          peers.call(
              arguments.target.address,
              0,
              client ->
                  client.call(
                      Programs.DATANODE, Programs.Datanode.WRITE, piece, write_block_result::new),
              () -> {});
      // The bytes are needed until the call has been made, which may be after this returns.
      write_block_result result = answer.join();
      requireOk(result.status, result.message);
    } finally {
      data.release();
    }
  }

  private void sync(chain_link target) {
    sync_args arguments = new sync_args();
    arguments.admissions = new ticket[] {target.admission};
    datanode_status result =
        peers
            .call(
                target.address,
                0,
                client ->
                    client.call(
                        Programs.DATANODE, Programs.Datanode.SYNC, arguments, datanode_status::new),
                () -> {})
            .join();
    requireOk(result.status, result.message);
  }

  private static void requireOk(int status, String message) {
    if (status != FsStatus.OK.code()) {
      throw new FsException(
          FsStatus.ofCode(status).orElse(FsStatus.EFAILED), "at the target: " + message);
    }
  }

  @Override
  public void close() {
    threads.close();
  }
}
