package io.plasmafs.client.wire;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.RpcClient;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.chain_link;
import io.plasmafs.protocol.xdr.data_files;
import io.plasmafs.protocol.xdr.datanode_identity;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.locate_result;
import io.plasmafs.protocol.xdr.read_block_args;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.sync_args;
import io.plasmafs.protocol.xdr.ticket;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// One connection to a datanode. Futures fail with [FsException] only: EUNAVAIL when the connection
/// was lost or no answer came in time, which ends the connection.
public final class DatanodeConnection {
  /// Where files are opened and closed, which may wait for the disk.
  private static final Executor DISK = task -> Thread.ofVirtual().start(task);

  private final RpcClient rpc;
  private volatile Optional<LocalFiles> files = Optional.empty();

  DatanodeConnection(RpcClient rpc) {
    this.rpc = rpc;
  }

  /// Opens the files of a datanode of this host, if it tells of them and this process may.
  CompletableFuture<DatanodeConnection> withLocalFiles(LocalReads counts) {
    return rpc.call(Programs.DATANODE, Programs.Datanode.FILES, data_files::new)
        .thenApplyAsync(told -> LocalFiles.open(rpc.peer(), told, counts), DISK)
        .handle((opened, error) -> {
          if (error == null && opened.isPresent()) {
            files = opened;
            var unused = rpc.closed().thenRunAsync(() -> opened.get().close(), DISK);
          }
          return this; // without them all is sent
        });
  }

  /// The files of the datanode, if they can be read from here.
  public Optional<LocalFiles> localFiles() {
    return files.filter(LocalFiles::isUseful);
  }

  /// Asks where in the files the bytes lie that [#read] would bring.
  public CompletableFuture<LocalFiles.Place> locate(
      Ticket admission, long block, int offset, int length) {
    return translated(
        rpc.call(
                Programs.DATANODE,
                Programs.Datanode.LOCATE,
                reading(admission, block, offset, length),
                locate_result::new)
            .thenApply(LocalFiles::place));
  }

  private static read_block_args reading(Ticket admission, long block, int offset, int length) {
    read_block_args args = new read_block_args();
    args.admission = Conversion.toXdr(admission);
    args.block = block;
    args.offset = offset;
    args.length = length;
    return args;
  }

  /// Reads whole slices.
  ///
  /// @param block on that datanode
  /// @param offset into the block, a multiple of the slice size
  /// @param length bytes, may run over the following blocks of the ticket's run
  public CompletableFuture<ReadAnswer> read(Ticket admission, long block, int offset, int length) {
    return translated(
        rpc.call(
                Programs.DATANODE,
                Programs.Datanode.READ,
                reading(admission, block, offset, length),
                read_block_result::new)
            .thenApply(result ->
                new ReadAnswer(
                    Conversion.status(result.status),
                    result.message,
                    Checksums.of(result.checksums),
                    result.data)));
  }

  /// Writes slices, and has them passed on along a chain.
  ///
  /// @param block on that datanode
  /// @param offset into the block, a multiple of the slice size
  /// @param stable whether the answer waits until all of the chain have the data on stable storage
  /// @param checksums CRC32C of each slice
  /// @param data stays the caller's; must not change until the answer is there
  public CompletableFuture<WriteAnswer> write(
      Ticket admission,
      long block,
      int offset,
      InodeId inode,
      List<ChainLink> chain,
      boolean stable,
      int[] checksums,
      BulkData data) {
    write_block_args args = new write_block_args();
    args.admission = Conversion.toXdr(admission);
    args.block = block;
    args.offset = offset;
    args.inode = inode.value();
    args.chain = new chain_link[chain.size()];
    for (int i = 0; i < args.chain.length; i++) {
      ChainLink link = chain.get(i);
      args.chain[i] = new chain_link();
      args.chain[i].address = link.address();
      args.chain[i].admission = Conversion.toXdr(link.admission());
      args.chain[i].block = link.block();
    }
    args.stable = stable;
    args.checksums = checksums;
    args.data = data;
    return translated(
        rpc.call(Programs.DATANODE, Programs.Datanode.WRITE, args, write_block_result::new)
            .thenApply(result ->
                new WriteAnswer(
                    Conversion.status(result.status),
                    result.message,
                    Arrays.stream(result.failed).boxed().toList())));
  }

  /// Makes what was written under these tickets stable.
  public CompletableFuture<Void> sync(List<Ticket> admissions) {
    sync_args args = new sync_args();
    args.admissions = admissions.stream().map(Conversion::toXdr).toArray(ticket[]::new);
    return translated(
        rpc.call(Programs.DATANODE, Programs.Datanode.SYNC, args, datanode_status::new)
            .thenAccept(result -> {
              if (result.status != FsStatus.OK.code()) {
                throw new FsException(Conversion.status(result.status), result.message);
              }
            }));
  }

  /// Identity of the store, 32 hexadecimal digits.
  CompletableFuture<String> identity() {
    return translated(
        rpc.call(Programs.DATANODE, Programs.Datanode.IDENTITY, datanode_identity::new)
            .thenApply(result -> result.identity));
  }

  /// Whether the connection still stands.
  boolean isOpen() {
    return rpc.isOpen();
  }

  void close() {
    rpc.close();
  }

  private <T> CompletableFuture<T> translated(CompletableFuture<T> call) {
    return call.exceptionallyCompose(error -> {
      FsException failure = Rpc.failure(error);
      if (failure.getCause() instanceof RpcException cause
          && cause.kind() == RpcException.Kind.TIMEOUT) {
        // Whoever else waits for an answer on it would wait in vain as well, and what was not sent
        // yet must not be sent any more: its buffers are used for something else.
        close();
      }
      return CompletableFuture.failedFuture(failure);
    });
  }
}
