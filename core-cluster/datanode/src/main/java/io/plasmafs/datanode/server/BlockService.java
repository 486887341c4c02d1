package io.plasmafs.datanode.server;

import io.plasmafs.datanode.store.BlockStore;
import io.plasmafs.datanode.store.Geometry;
import io.plasmafs.datanode.store.StoredRange;
import io.plasmafs.datanode.ticket.KeyRing;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.oncrpc.ReplySink;
import io.plasmafs.oncrpc.RpcCall;
import io.plasmafs.oncrpc.RpcProgram;
import io.plasmafs.oncrpc.xdr.BulkData;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.copy_args;
import io.plasmafs.protocol.xdr.datanode_identity;
import io.plasmafs.protocol.xdr.locate_result;
import io.plasmafs.protocol.xdr.read_block_args;
import io.plasmafs.protocol.xdr.read_block_result;
import io.plasmafs.protocol.xdr.sync_args;
import io.plasmafs.protocol.xdr.ticket;
import io.plasmafs.protocol.xdr.write_block_args;
import io.plasmafs.protocol.xdr.write_block_result;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/// The program DATANODE. Tickets are judged on the event loop, at once; the disk is touched by
/// other threads only: writes by a few in lanes, so that the pieces of one run keep their order,
/// reads by a few others. A ticket to write is judged again when the piece has had its turn.
public final class BlockService implements AutoCloseable {
  private static final int LANES = 64;
  private static final int SCRATCH_BYTES = 256 << 10;

  private final BlockStore store;
  private final KeyRing keys;
  private final Geometry geometry;
  private final Chain chain;
  private final Copier copier;
  private final Lanes writes;

  /// Queues as many reads as callers may have under way: see the limits of the server.
  private final ExecutorService reads;

  /// Of each thread that reads.
  private final ThreadLocal<ByteBuffer> scratch =
      ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(SCRATCH_BYTES));

  private final Traffic traffic;
  private final LocalReaders local;

  /// @param diskThreads for writes, and as many for reads
  /// @param localFiles whether clients of this host are told of the files of the store
  public BlockService(
      BlockStore store,
      KeyRing keys,
      Forwarding forwarding,
      Traffic traffic,
      int diskThreads,
      boolean localFiles) {
    this.store = store;
    this.local = new LocalReaders(store, localFiles);
    this.keys = keys;
    this.geometry = store.geometry();
    this.chain = new Chain(forwarding.peers());
    this.copier = new Copier(store, forwarding.peers());
    this.writes = new Lanes("write", LANES, diskThreads);
    this.reads =
        Executors.newFixedThreadPool(
            diskThreads, Thread.ofPlatform().name("read-", 0).daemon().factory());
    this.traffic = traffic;
  }

  /// The program, ready to be served.
  public RpcProgram program() {
    return RpcProgram.of(Programs.DATANODE)
        .procedure(
            Programs.Datanode.IDENTITY, "IDENTITY", (call, reply) -> reply.success(identity()))
        .procedure(Programs.Datanode.READ, "READ", read_block_args::new, this::read)
        .procedure(Programs.Datanode.WRITE, "WRITE", write_block_args::new, this::write)
        .procedure(Programs.Datanode.SYNC, "SYNC", sync_args::new, this::sync)
        .procedure(Programs.Datanode.COPY, "COPY", copy_args::new, this::copy)
        .procedure(
            Programs.Datanode.FILES,
            "FILES",
            (call, reply) -> reply.success(local.files(call.connection())))
        .procedure(Programs.Datanode.LOCATE, "LOCATE", read_block_args::new, this::locate)
        .build();
  }

  private datanode_identity identity() {
    datanode_identity result = new datanode_identity();
    result.cluster = store.cluster();
    result.identity = store.identity();
    result.datanode = keys.datanode().map(DatanodeId::value).orElse(0);
    result.blocks = store.blocks();
    result.block_size = geometry.blockSize();
    result.slice_size = geometry.sliceSize();
    return result;
  }

  private void read(read_block_args arguments, RpcCall call, ReplySink reply) {
    long generation;
    try {
      generation = admitRead(arguments).generation();
      if (geometry.slicesPerBlock() == 1) {
        // no record is needed: if the data are in memory too, no other thread has to be asked
        StoredRange range = range(arguments, generation);
        if (store.isCached(range)) {
          send(range, reply);
          return;
        }
      }
    } catch (FsException e) {
      reply.success(refusal(e));
      return;
    }
    try {
      reads.execute(() -> {
        try {
          StoredRange range = range(arguments, generation);
          if (!store.isCached(range)) {
            store.warm(range, scratch.get());
          }
          send(range, reply);
        } catch (RuntimeException e) {
          reply.success(refusal(e));
        }
      });
    } catch (RejectedExecutionException e) {
      reply.success(refusal(stopping()));
    }
  }

  /// Who may read a block may read it from the file: the same is asked for as for [#read].
  private void locate(read_block_args arguments, RpcCall call, ReplySink reply) {
    try {
      long generation = admitRead(arguments).generation();
      if (geometry.slicesPerBlock() == 1) {
        reply.success(located(arguments, generation));
      } else {
        reads.execute(() -> {
          try {
            reply.success(located(arguments, generation));
          } catch (RuntimeException e) {
            reply.success(LocalReaders.refusal(e));
          }
        });
      }
    } catch (FsException e) {
      reply.success(LocalReaders.refusal(e));
    } catch (RejectedExecutionException e) {
      reply.success(LocalReaders.refusal(stopping()));
    }
  }

  private locate_result located(read_block_args arguments, long generation) {
    StoredRange range = range(arguments, generation);
    traffic.read(range.bytes());
    return LocalReaders.located(range);
  }

  private Ticket admitRead(read_block_args arguments) {
    if (arguments.length < 1 || arguments.length > Contract.BULK_MAX) {
      throw new FsException(
          FsStatus.EINVAL,
          "a read of "
              + arguments.length
              + " bytes is not possible: 1 to "
              + Contract.BULK_MAX
              + " are");
    }
    return admit(
        arguments.admission, Right.READ, arguments.block, arguments.offset, arguments.length);
  }

  private Ticket admit(ticket wire, Right right, long block, int offset, int bytes) {
    Ticket admission = Conversion.toModel(wire);
    if (offset < 0 || offset >= geometry.blockSize()) {
      throw new FsException(
          FsStatus.EINVAL,
          "offset " + offset + " is not within a block of " + geometry.blockSize() + " bytes");
    }
    keys.admit(admission, right, block, blocks(offset, bytes));
    return admission;
  }

  /// How many blocks a range touches.
  private int blocks(int offset, int bytes) {
    return (int) Math.ceilDiv((long) offset + bytes, (long) geometry.blockSize());
  }

  private StoredRange range(read_block_args arguments, long generation) {
    StoredRange range =
        store.range(arguments.block, arguments.offset, arguments.length, generation);
    if (range.checksums().count() > Contract.SLICES_MAX) {
      throw new FsException(
          FsStatus.EINVAL,
          "a read of "
              + range.checksums().count()
              + " slices is not possible: at most "
              + Contract.SLICES_MAX
              + " are");
    }
    return range;
  }

  /// Answers with the file itself: the bytes go from the page cache to the socket, and an answer
  /// that waits for a slow reader holds no memory.
  private void send(StoredRange range, ReplySink reply) {
    List<BulkData> parts = new ArrayList<>(1);
    for (StoredRange.Part part : range.parts()) {
      parts.add(BulkData.file(part.file().channel(), part.position(), part.bytes(), () -> {}));
    }
    BulkData data = parts.size() == 1 ? parts.get(0) : BulkData.concat(parts);
    try {
      read_block_result result = new read_block_result();
      result.status = FsStatus.OK.code();
      result.message = "";
      result.checksums = range.checksums().toArray();
      result.data = data;
      traffic.read(range.bytes());
      reply.success(result);
    } finally {
      data.release();
    }
  }

  private static read_block_result refusal(Throwable failure) {
    FsException expected = Failures.expected(failure);
    read_block_result result = new read_block_result();
    result.status = expected.status().code();
    result.message = Failures.message(expected);
    result.checksums = new int[0];
    result.data = BulkData.empty();
    return result;
  }

  private void write(write_block_args arguments, RpcCall call, ReplySink reply) {
    BulkData data = arguments.data;
    Ticket admission;
    try {
      if (data.length() < 1 || arguments.inode < 0) {
        throw new FsException(
            FsStatus.EINVAL,
            "a piece of "
                + data.length()
                + " bytes for inode "
                + arguments.inode
                + " cannot be stored");
      }
      admission =
          admit(arguments.admission, Right.WRITE, arguments.block, arguments.offset, data.length());
    } catch (FsException e) {
      // Nothing is passed on for somebody who may not write here.
      reply.success(Chain.refused(e, arguments.chain.length));
      return;
    }
    CompletableFuture<Void> written = new CompletableFuture<>();
    try {
      writes.execute(
          admission.generation(),
          () -> {
            try {
              store(arguments, admission, data);
              written.complete(null);
            } catch (RuntimeException e) {
              written.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      reply.success(Chain.refused(stopping(), arguments.chain.length));
      return;
    }
    int blocks = blocks(arguments.offset, data.length());
    CompletableFuture<Void> stored =
        arguments.stable
            ? written.thenCompose(done -> store.sync(arguments.block, blocks))
            : written;
    if (arguments.chain.length == 0) {
      stored.whenComplete((done, failure) -> reply.success(Chain.result(failure)));
      return;
    }
    CompletableFuture<write_block_result> passed = chain.pass(arguments);
    stored.whenComplete((done, failure) ->
        passed.whenComplete((result, lost) ->
            reply.success(Chain.together(failure, result, lost, arguments.chain.length))));
  }

  private void store(write_block_args arguments, Ticket admission, BulkData data) {
    var buffers = data.buffers();
    store.verifyPiece(arguments.checksums, buffers);
    int blocks = blocks(arguments.offset, data.length());
    store.write(
        () -> keys.admit(admission, Right.WRITE, arguments.block, blocks),
        arguments.block,
        arguments.offset,
        admission.generation(),
        admission.right() == Right.COPY,
        arguments.inode,
        arguments.checksums,
        buffers);
    traffic.written(data.length());
  }

  private void sync(sync_args arguments, RpcCall call, ReplySink reply) {
    try {
      CompletableFuture<Void> synced = CompletableFuture.completedFuture(null);
      for (ticket wire : arguments.admissions) {
        Ticket admission = Conversion.toModel(wire);
        keys.admit(admission, Right.WRITE, admission.firstBlock(), admission.count());
        CompletableFuture<Void> one = store.sync(admission.firstBlock(), admission.count());
        synced = synced.thenCombine(one, (a, b) -> null);
      }
      synced.whenComplete(
          (done, failure) -> reply.success(failure == null ? Failures.ok() : Failures.of(failure)));
    } catch (FsException e) {
      reply.success(Failures.of(e));
    }
  }

  private void copy(copy_args arguments, RpcCall call, ReplySink reply) {
    try {
      Ticket source = Conversion.toModel(arguments.source);
      keys.admit(source, Right.READ, arguments.block, arguments.count);
      copier.start(arguments, source.generation(), reply);
    } catch (FsException e) {
      reply.success(Failures.of(e));
    }
  }

  private static FsException stopping() {
    return new FsException(FsStatus.EUNAVAIL, "the datanode is stopping");
  }

  /// Returns when all calls that have reached the disk are done.
  @Override
  public void close() {
    copier.close();
    writes.close();
    reads.close();
  }
}
