package io.plasmafs.client;

import io.plasmafs.client.wire.ChainLink;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.client.wire.WriteAnswer;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.xdr.BulkData;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Sends bytes to new blocks of one file, from the start of a block on, front to back.
///
/// Bytes gather in a piece of 1 MiB of direct memory. A full piece is checksummed, sent to the
/// datanodes of its run (chain or star), and kept until they have answered; several pieces are
/// under way at a time, as the budget of the client allows. Runs are reserved ahead of need, in
/// growing sizes. All work but the sending is done by the thread that calls, one at a time.
///
/// **What happens when a datanode fails.** Pieces that were not acknowledged are still here: they
/// are sent again, to a new run that avoids the datanode. Blocks acknowledged before have lost one
/// copy: [#finish()] copies them from a surviving one to a new run. If no copy survives, which with
/// one copy is always so, the write fails with EIO, and its transaction must be aborted or the file
/// written again. What was acknowledged is not kept in memory, so that memory stays bounded.
final class FileWriter {
  private static final int WINDOW = 8;
  private static final int FIRST_RUN_BYTES = 1 << 20;
  private static final long PREFETCH_FROM_BYTES = 4L << 20;
  private static final int ATTACH_TOGETHER = 64;
  private static final int MAX_RECOVERIES = 8;
  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 2000;

  /// A datanode that did not store a piece.
  ///
  /// @param gone whether it is not to be used again, and what it holds counts as lost; else only
  ///   the ticket was too old, or the bytes were damaged on the way
  private record Refusal(DatanodeId datanode, boolean gone) {}

  /// Bytes of one piece that belong to one run, on their way.
  private static final class Sent {
    final Piece piece;
    final ByteBuffer bytes;
    final long block;
    final int offset;
    final int[] checksums;
    Run run;
    CompletableFuture<List<Refusal>> answer = new CompletableFuture<>();

    Sent(Piece piece, ByteBuffer bytes, long block, int offset, int[] checksums, Run run) {
      this.piece = piece;
      this.bytes = bytes;
      this.block = block;
      this.offset = offset;
      this.checksums = checksums;
      this.run = run;
    }
  }

  /// A buffer, with the number of parts of it that are not acknowledged.
  private static final class Piece {
    final ByteBuffer buffer;
    final boolean pooled;
    int parts;

    Piece(ByteBuffer buffer, boolean pooled) {
      this.buffer = buffer;
      this.pooled = pooled;
    }
  }

  /// A reserved run that is being written.
  private static final class Run {
    final GrantedExtent granted;
    final Set<DatanodeId> failed = new HashSet<>();

    /// One past the last block acknowledged.
    long acknowledged;

    /// One past the last block that data were sent to.
    long end;

    /// Past this block nothing is written to it any more.
    long limit;

    boolean completed;

    Run(GrantedExtent granted) {
      this.granted = granted;
      this.acknowledged = granted.extent().index();
      this.end = acknowledged;
      this.limit = granted.extent().end();
    }
  }

  private final Transaction transaction;
  private final DatanodePool datanodes;
  private final PieceBuffers buffers;
  private final ClusterDescription cluster;
  private final InodeId inode;
  private final WriteOptions options;
  private final int blockSize;
  private final int sliceSize;

  private final Deque<Run> reserved = new ArrayDeque<>();
  private final Deque<Sent> underWay = new ArrayDeque<>();
  private final Deque<Sent> blockHeld = new ArrayDeque<>();
  private final Set<DatanodeId> avoided = new HashSet<>();
  private final List<Operation> attaches = new ArrayList<>();
  private final List<Extent> damaged = new ArrayList<>();

  /// Runs that all their replicas acknowledged, without checksums.
  private final List<GrantedExtent> completed = new ArrayList<>();

  private @Nullable CompletableFuture<Answer> attaching;
  private @Nullable CompletableFuture<Answer> prefetch;
  private long prefetchIndex;
  private @Nullable ByteBuffer piece;

  /// Where the first byte of `piece` goes.
  private long pieceAt;

  /// One past the last byte given to this writer.
  private long position;

  private final long start;
  private long expectedEnd;
  private int nextRunBlocks;
  private int recoveries;

  /// Checksums of blocks that are not attached yet, from block `checksumBase` on.
  private int[] blockChecksums = new int[64];

  private long checksumBase;

  /// @param firstBlock where to write
  /// @param expectedBytes how much will be written; -1 if that is not known
  FileWriter(
      Transaction transaction,
      InodeId inode,
      long firstBlock,
      long expectedBytes,
      WriteOptions options) {
    this.transaction = transaction;
    this.datanodes = transaction.client().datanodePool();
    this.buffers = transaction.client().buffers();
    this.cluster = transaction.client().cluster();
    this.inode = inode;
    this.options = options;
    this.blockSize = cluster.blockSize();
    this.sliceSize = cluster.sliceSize();
    this.start = firstBlock * blockSize;
    this.position = start;
    this.pieceAt = start;
    this.checksumBase = firstBlock;
    this.expectedEnd = expectedBytes < 0 ? -1 : start + expectedBytes;
    this.nextRunBlocks = Math.max(1, FIRST_RUN_BYTES / blockSize);
  }

  /// Takes runs that were reserved for this file already, from the block on where writing begins.
  void adopt(List<GrantedExtent> extents) {
    learn(extents);
    for (GrantedExtent extent : extents) {
      reserved.addLast(new Run(extent));
    }
  }

  private void learn(List<GrantedExtent> extents) {
    Set<DatanodeId> ids = new HashSet<>();
    for (GrantedExtent extent : extents) {
      extent.extent().replicas().forEach(replica -> ids.add(replica.datanode()));
    }
    Waiting.on(datanodes.learn(ids).thenApply(done -> true));
  }

  /// One past the last byte written so far.
  long position() {
    return position;
  }

  /// Takes all remaining bytes. Blocks while as much is under way as may be.
  void write(ByteBuffer source) {
    while (source.hasRemaining()) {
      ByteBuffer target = piece;
      if (target == null) {
        target = nextPiece();
        piece = target;
      }
      int count = Math.min(source.remaining(), target.remaining());
      target.put(target.position(), source, source.position(), count);
      target.position(target.position() + count);
      source.position(source.position() + count);
      position += count;
      if (!target.hasRemaining()) {
        send();
      }
    }
  }

  /// Sends all remaining bytes without copying and without consuming them: they must not change
  /// before [#finish()] has returned. Waits only if there are more than a few pieces.
  void sendAll(ByteBuffer source) {
    ByteBuffer all = source.slice();
    for (int from = 0; from < all.limit(); ) {
      while (underWay.size() >= WINDOW) {
        settleFirst();
      }
      int unit = Math.min(blockSize, PieceBuffers.PIECE);
      int usable = PieceBuffers.PIECE - PieceBuffers.PIECE % unit;
      int length = Math.min(usable, all.limit() - from);
      pieceAt = position;
      position += length;
      dispatch(new Piece(all.slice(from, length), false));
      from += length;
    }
  }

  /// An empty buffer that the caller may fill, up to its limit, and then hand to [#filled]: saves a
  /// copy where the source can read into a buffer.
  ByteBuffer room() {
    ByteBuffer target = piece;
    if (target == null) {
      target = nextPiece();
      piece = target;
    }
    return target;
  }

  /// Tells that the caller has put bytes into [#room()].
  void filled() {
    ByteBuffer target = piece;
    if (target != null) {
      position = pieceAt + target.position();
      if (!target.hasRemaining()) {
        send();
      }
    }
  }

  /// A copy of what was written to the last block, if that is not full: its position is where the
  /// bytes end. Absent if not all of it is in memory any more.
  Optional<ByteBuffer> tail() {
    int length = (int) (position % blockSize);
    ByteBuffer last = piece;
    if (length == 0) {
      return Optional.of(ByteBuffer.allocate(0));
    }
    if (last == null || pieceAt > position - length) {
      return Optional.empty();
    }
    int from = (int) (position - length - pieceAt);
    return Optional.of(ByteBuffer.allocate(length).put(0, last, from, length).position(length));
  }

  private ByteBuffer nextPiece() {
    for (; ; ) {
      if (underWay.isEmpty() && blockHeld.isEmpty()) {
        return pieceFrom(buffers.take());
      }
      if (underWay.size() < WINDOW) {
        Optional<ByteBuffer> more = buffers.tryTake();
        if (more.isPresent()) {
          return pieceFrom(more.get());
        }
        if (underWay.isEmpty()) {
          return pieceFrom(buffers.take());
        }
      }
      settleFirst();
    }
  }

  private ByteBuffer pieceFrom(ByteBuffer buffer) {
    pieceAt = position;
    // Pieces end where blocks do, or, of large blocks, where slices do.
    int unit = Math.min(blockSize, PieceBuffers.PIECE);
    int usable = PieceBuffers.PIECE - PieceBuffers.PIECE % unit;
    long intoUnit = position % unit;
    return buffer.clear().limit((int) (usable - intoUnit));
  }

  private void send() {
    ByteBuffer full = piece;
    piece = null;
    if (full == null) {
      return;
    }
    dispatch(new Piece(full.flip(), true));
  }

  private void dispatch(Piece sending) {
    transaction.keepAlive();
    ByteBuffer full = sending.buffer;
    long at = pieceAt;
    int from = 0;
    List<Sent> parts = new ArrayList<>(1);
    while (from < full.limit()) {
      long block = at / blockSize;
      int offset = (int) (at % blockSize);
      Run run = runFor(block);
      long runBytes = (run.limit - block) * blockSize - offset;
      int length = (int) Math.min(full.limit() - from, runBytes);
      ByteBuffer bytes = full.slice(from, length);
      int[] checksums = checksum(bytes, block, offset);
      parts.add(new Sent(sending, bytes, block, offset, checksums, run));
      run.end = (at + length + blockSize - 1) / blockSize;
      if (run.end == run.limit && run.limit * blockSize == at + length) {
        reserved.remove(run);
      }
      from += length;
      at += length;
    }
    sending.parts = parts.size();
    for (Sent part : parts) {
      underWay.addLast(part);
      transmit(part);
    }
    while (!underWay.isEmpty() && underWay.getFirst().answer.isDone()) {
      settleFirst();
    }
  }

  /// Sums the slices and adds them to the checksums of their blocks.
  private int[] checksum(ByteBuffer bytes, long firstBlock, int firstOffset) {
    int slices = (bytes.limit() + sliceSize - 1) / sliceSize;
    int[] checksums = new int[slices];
    long block = firstBlock;
    int offset = firstOffset;
    for (int i = 0; i < slices; i++) {
      int from = i * sliceSize;
      int length = Math.min(sliceSize, bytes.limit() - from);
      int crc = BlockChecksum.of(bytes.slice(from, length));
      checksums[i] = crc;
      int index = Math.toIntExact(block - checksumBase);
      if (index >= blockChecksums.length) {
        blockChecksums =
            java.util.Arrays.copyOf(blockChecksums, Math.max(index + 1, 2 * blockChecksums.length));
      }
      blockChecksums[index] =
          offset == 0 ? crc : BlockChecksum.combine(blockChecksums[index], crc, length);
      offset += length;
      if (offset >= blockSize) {
        offset = 0;
        block++;
      }
    }
    return checksums;
  }

  private void transmit(Sent part) {
    part.answer = options.fanOut() == WriteOptions.FanOut.STAR ? star(part) : chain(part);
  }

  /// Sends to the first datanode, which passes on. The answer is who failed.
  private CompletableFuture<List<Refusal>> chain(Sent part) {
    GrantedExtent granted = part.run.granted;
    List<Replica> replicas = granted.extent().replicas();
    long skip = part.block - granted.extent().index();
    List<ChainLink> chain = new ArrayList<>(replicas.size() - 1);
    for (int i = 1; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      chain.add(
          new ChainLink(
              datanodes.address(replica.datanode()),
              granted.tickets().get(i),
              replica.firstBlock() + skip));
    }
    return write(part, granted.tickets().get(0), replicas.get(0), skip, chain)
        .handle((answer, error) -> {
          if (error != null) {
            return blame(List.of(replicas.get(0)), error);
          }
          if (answer.status() == FsStatus.OK && answer.failed().isEmpty()) {
            return List.<Refusal>of();
          }
          List<Replica> failed = new ArrayList<>();
          for (int position : answer.failed()) {
            if (position >= 0 && position < replicas.size()) {
              failed.add(replicas.get(position));
            }
          }
          return blame(
              failed.isEmpty() ? List.of(replicas.get(0)) : failed,
              new FsException(
                  answer.status() == FsStatus.OK ? FsStatus.EIO : answer.status(),
                  answer.message()));
        });
  }

  private CompletableFuture<List<Refusal>> star(Sent part) {
    GrantedExtent granted = part.run.granted;
    List<Replica> replicas = granted.extent().replicas();
    long skip = part.block - granted.extent().index();
    CompletableFuture<List<Refusal>> all = CompletableFuture.completedFuture(List.of());
    for (int i = 0; i < replicas.size(); i++) {
      Replica replica = replicas.get(i);
      CompletableFuture<List<Refusal>> one =
          write(part, granted.tickets().get(i), replica, skip, List.of())
              .handle((answer, error) -> {
                if (error != null) {
                  return blame(List.of(replica), error);
                }
                return answer.status() == FsStatus.OK
                    ? List.<Refusal>of()
                    : blame(List.of(replica), new FsException(answer.status(), answer.message()));
              });
      all =
          all.thenCombine(
              one,
              (a, b) -> {
                List<Refusal> both = new ArrayList<>(a);
                both.addAll(b);
                return both;
              });
    }
    return all;
  }

  private List<Refusal> blame(List<Replica> replicas, Throwable error) {
    FsStatus status = Waiting.failure(error).status();
    boolean gone = status != FsStatus.ETICKET && status != FsStatus.ECHECKSUM;
    for (Replica replica : replicas) {
      if (gone) {
        datanodes.reportFailure(replica.datanode(), error);
      }
    }
    return replicas.stream().map(replica -> new Refusal(replica.datanode(), gone)).toList();
  }

  private CompletableFuture<WriteAnswer> write(
      Sent part, Ticket ticket, Replica replica, long skip, List<ChainLink> chain) {
    return datanodes
        .connection(replica.datanode())
        .thenCompose(connection -> {
          BulkData data = BulkData.wrap(part.bytes.duplicate());
          try {
            return connection.write(
                ticket,
                replica.firstBlock() + skip,
                part.offset,
                inode,
                chain,
                part.checksums,
                data);
          } finally {
            data.release();
          }
        });
  }

  /// Waits for the first of the pieces under way, and deals with what became of it.
  private void settleFirst() {
    Sent first = underWay.getFirst();
    List<Refusal> failed = Waiting.on(first.answer);
    if (!failed.isEmpty()) {
      recover(first.run, failed);
      return;
    }
    underWay.removeFirst();
    blockHeld.addLast(first);
    long endByte = first.block * blockSize + first.offset + first.bytes.limit();
    boolean endsBlock = endByte % blockSize == 0 || endByte == position && piece == null;
    if (endsBlock || blockSize <= PieceBuffers.PIECE) {
      first.run.acknowledged = (endByte + blockSize - 1) / blockSize;
      while (!blockHeld.isEmpty()) {
        free(blockHeld.removeFirst());
      }
    }
    if (first.run.acknowledged == first.run.limit) {
      complete(first.run);
    }
  }

  private void free(Sent part) {
    if (--part.piece.parts == 0 && part.piece.pooled) {
      buffers.give(part.piece.buffer);
    }
  }

  /// A run is written, as far as it will be: prepares that it becomes part of the file.
  private void complete(Run run) {
    Extent whole = run.granted.extent();
    reserved.remove(run);
    if (run.completed || run.acknowledged == whole.index()) {
      return;
    }
    run.completed = true;
    Extent written = whole.slice(whole.index(), run.acknowledged);
    int[] checksums = new int[written.count()];
    System.arraycopy(
        blockChecksums,
        Math.toIntExact(written.index() - checksumBase),
        checksums,
        0,
        checksums.length);
    Extent extent = written.with(Checksums.of(checksums));
    GrantedExtent alive = survivors(extent, run);
    if (alive.extent().replicas().size() < whole.replicas().size()) {
      damaged.add(alive.extent());
    }
    transaction.ledger().add(alive);
    completed.add(new GrantedExtent(alive.extent().with(Checksums.NONE), alive.tickets()));
    attaches.add(
        new Operation.Attach(
            Location.of(inode),
            alive.extent(),
            Math.min(position, alive.extent().end() * blockSize)));
    forgetChecksums(written.end());
    if (attaches.size() >= ATTACH_TOGETHER) {
      awaitAttach();
      attaching = transaction.submit(List.copyOf(attaches));
      attaches.clear();
    }
  }

  private GrantedExtent survivors(Extent extent, Run run) {
    List<Replica> replicas = new ArrayList<>();
    List<Ticket> tickets = new ArrayList<>();
    for (int i = 0; i < extent.replicas().size(); i++) {
      if (!run.failed.contains(extent.replicas().get(i).datanode())) {
        replicas.add(extent.replicas().get(i));
        tickets.add(run.granted.tickets().get(i));
      }
    }
    if (replicas.isEmpty()) {
      throw new FsException(
          FsStatus.EIO,
          inode
              + ": all copies of blocks "
              + extent.index()
              + " to "
              + (extent.end() - 1)
              + ", already written, were lost with "
              + run.failed
              + " ("
              + datanodes.failures(run.failed)
              + "); the file must be written again");
    }
    return new GrantedExtent(
        new Extent(
            extent.index(), extent.count(), extent.generation(), replicas, extent.checksums()),
        tickets);
  }

  private void forgetChecksums(long end) {
    // Runs complete in the order of the file, so what lies before is done with.
    int drop = Math.toIntExact(end - checksumBase);
    if (drop > 0) {
      int keep = Math.max(0, blockChecksums.length - drop);
      int[] rest = new int[Math.max(64, keep)];
      if (keep > 0) {
        System.arraycopy(blockChecksums, drop, rest, 0, keep);
      }
      blockChecksums = rest;
      checksumBase = end;
    }
  }

  private void awaitAttach() {
    CompletableFuture<Answer> pending = attaching;
    attaching = null;
    if (pending != null) {
      Answer answer = Waiting.on(pending);
      if (answer.failure().isPresent()) {
        throw answer.failure().get().cause();
      }
    }
  }

  /// Sends everything that a run still owes to a new run, which avoids the datanodes that failed.
  private void recover(Run run, List<Refusal> failed) {
    // Every run that the same datanode was part of is recovered in its turn; only news count.
    boolean isNews =
        failed.stream()
            .anyMatch(refusal -> !refusal.gone() || !avoided.contains(refusal.datanode()));
    if (isNews && ++recoveries > MAX_RECOVERIES) {
      throw new FsException(
          FsStatus.ENONODE,
          inode
              + " cannot be written: gave up after "
              + MAX_RECOVERIES
              + " attempts to replace datanodes that failed ("
              + datanodes.failures(avoided)
              + ")");
    }
    // Nothing may still be on its way to the old run when its blocks are given up.
    Set<Refusal> refusals = new HashSet<>(failed);
    List<Sent> again = new ArrayList<>(blockHeld);
    blockHeld.clear();
    for (Sent part : underWay) {
      if (part.run == run) {
        refusals.addAll(Waiting.on(part.answer));
        again.add(part);
      }
    }
    if (refusals.stream().noneMatch(Refusal::gone)) {
      // A datanode that has just started may not know the keys of tickets yet.
      Autocommit.sleep(
          Duration.ofMillis(Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << recoveries)));
    }
    for (Refusal refusal : refusals) {
      if (refusal.gone()) {
        avoided.add(refusal.datanode());
        run.failed.add(refusal.datanode());
      }
    }
    reserved.remove(run);
    long from = again.get(0).block;
    long to = run.limit;
    run.limit = from;
    run.acknowledged = from;
    complete(run);
    List<GrantedExtent> replacement = allocate(from, (int) (to - from));
    Deque<Run> runs = new ArrayDeque<>();
    for (GrantedExtent extent : replacement) {
      runs.addLast(new Run(extent));
    }
    // Parts are cut along the new runs.
    Deque<Sent> rest = new ArrayDeque<>();
    for (Sent part : underWay) {
      if (part.run != run) {
        rest.addLast(part);
      }
    }
    underWay.clear();
    List<Sent> resent = new ArrayList<>();
    for (Sent part : again) {
      int done = 0;
      int pieces = 0;
      while (done < part.bytes.limit()) {
        long at = part.block * blockSize + part.offset + done;
        long block = at / blockSize;
        int offset = (int) (at % blockSize);
        Run target = runHolding(runs, block);
        int length =
            (int) Math.min(part.bytes.limit() - done, (target.limit - block) * blockSize - offset);
        ByteBuffer bytes = part.bytes.slice(done, length);
        int firstSlice = done / sliceSize;
        int[] checksums =
            java.util.Arrays.copyOfRange(
                part.checksums, firstSlice, firstSlice + (length + sliceSize - 1) / sliceSize);
        resent.add(new Sent(part.piece, bytes, block, offset, checksums, target));
        target.end = (at + length + blockSize - 1) / blockSize;
        done += length;
        pieces++;
      }
      part.piece.parts += pieces - 1;
    }
    for (Run target : runs) {
      if (target.end < target.limit || !endsExactly(resent, target)) {
        insertReserved(target);
      }
    }
    for (Sent part : resent) {
      underWay.addLast(part);
    }
    underWay.addAll(rest);
    for (Sent part : resent) {
      transmit(part);
    }
  }

  private boolean endsExactly(List<Sent> parts, Run run) {
    for (Sent part : parts) {
      if (part.run == run
          && part.block * blockSize + part.offset + part.bytes.limit() == run.limit * blockSize) {
        return true;
      }
    }
    return false;
  }

  private void insertReserved(Run run) {
    List<Run> sorted = new ArrayList<>(reserved);
    sorted.add(run);
    sorted.sort((a, b) -> Long.compare(a.granted.extent().index(), b.granted.extent().index()));
    reserved.clear();
    reserved.addAll(sorted);
  }

  private static Run runHolding(Iterable<Run> runs, long block) {
    for (Run run : runs) {
      if (run.granted.extent().index() <= block && block < run.limit) {
        return run;
      }
    }
    throw new FsException(
        FsStatus.EFAILED,
        "the server reserved no run for block " + block + ", which was asked for");
  }

  private Run runFor(long block) {
    for (Run run : reserved) {
      if (run.granted.extent().index() <= block && block < run.limit) {
        if (reserved.size() == 1) {
          reserveAhead(run, block);
        }
        return run;
      }
    }
    CompletableFuture<Answer> pending = prefetch;
    if (pending != null && prefetchIndex == block) {
      prefetch = null;
      Answer answer = Waiting.on(pending);
      if (answer.failure().isEmpty()) {
        adopt(
            usable(Outcomes.expect(Outcome.Allocation.class, answer.outcomes().get(0)).extents()));
        return runHolding(reserved, block);
      }
    }
    adopt(allocate(block, runLength(block)));
    return runHolding(reserved, block);
  }

  /// How many blocks to reserve from `block` on.
  private int runLength(long block) {
    int count = nextRunBlocks;
    nextRunBlocks = Math.min(Extent.MAX_BLOCKS, nextRunBlocks * 2);
    if (expectedEnd >= 0) {
      long missing = (expectedEnd + blockSize - 1) / blockSize - block;
      if (missing > 0) {
        count = (int) Math.min(Extent.MAX_BLOCKS, missing);
      }
    }
    return count;
  }

  private void reserveAhead(Run run, long block) {
    long half = run.granted.extent().index() + run.granted.extent().count() / 2;
    boolean moreToCome =
        expectedEnd >= 0
            ? run.limit * blockSize < expectedEnd
            : position - start >= PREFETCH_FROM_BYTES;
    if (prefetch == null && block >= half && moreToCome) {
      prefetchIndex = run.limit;
      prefetch = transaction.submit(List.of(allocation(run.limit, runLength(run.limit))));
    }
  }

  private Operation allocation(long index, int count) {
    return new Operation.Allocate(
        Location.of(inode), index, count, 0, datanodes.preferred(options.host()), avoided);
  }

  private List<GrantedExtent> allocate(long index, int count) {
    return SpacePatience.ask(() ->
        usable(
            Outcomes.expect(Outcome.Allocation.class, transaction.execute(allocation(index, count)))
                .extents()));
  }

  private List<GrantedExtent> usable(List<GrantedExtent> extents) {
    for (GrantedExtent extent : extents) {
      if (extent.extent().replicas().isEmpty()) {
        throw new FsException(FsStatus.EFAILED, "the server reserved a run without replicas");
      }
    }
    learn(extents);
    return extents;
  }

  /// Sends what is left, waits until all datanodes have everything in memory, and makes good what a
  /// failed datanode lost.
  ///
  /// @return what must be run in the transaction to make the blocks part of the file
  List<Operation> finish() {
    send();
    while (!underWay.isEmpty()) {
      settleFirst();
    }
    while (!blockHeld.isEmpty()) {
      Sent last = blockHeld.removeFirst();
      last.run.acknowledged = last.run.end;
      free(last);
    }
    for (Run run : List.copyOf(reserved)) {
      if (run.acknowledged > run.granted.extent().index()) {
        run.limit = run.acknowledged;
        complete(run);
      }
    }
    reserved.clear();
    awaitAttach();
    repair();
    List<Operation> left = List.copyOf(attaches);
    attaches.clear();
    return left;
  }

  /// Writes blocks that have fewer copies than they should again, from a copy that is left.
  private void repair() {
    for (GrantedExtent run : completed) {
      // What it acknowledged before it failed was perhaps never stable.
      if (run.extent().replicas().stream().anyMatch(r -> avoided.contains(r.datanode()))) {
        transaction.ledger().remove(run);
        damaged.add(run.extent());
      }
    }
    completed.clear();
    if (damaged.isEmpty()) {
      return;
    }
    transaction.doomUnlessRepaired(inode);
    transaction.execute(attaches);
    attaches.clear();
    long sizeNow = position;
    for (Extent extent : damaged) {
      FileContent content = FileContent.within(transaction, Location.of(inode), false);
      FileWriter again =
          new FileWriter(
              transaction, inode, extent.index(), (long) extent.count() * blockSize, options);
      again.avoided.addAll(avoided);
      again.recoveries = recoveries + 1;
      if (again.recoveries > MAX_RECOVERIES) {
        throw new FsException(
            FsStatus.ENONODE, inode + ": datanodes fail faster than copies are made");
      }
      long at = extent.index() * blockSize;
      long end = Math.min(sizeNow, extent.end() * blockSize);
      try {
        ByteBuffer copy = ByteBuffer.allocateDirect(PieceBuffers.PIECE);
        while (at < end) {
          copy.clear().limit((int) Math.min(PieceBuffers.PIECE, end - at));
          content.read(copy, at);
          at += copy.flip().remaining();
          again.write(copy);
        }
        attaches.addAll(again.finish());
      } catch (RuntimeException e) {
        again.abort();
        throw e;
      }
    }
    damaged.clear();
    transaction.repaired(inode);
  }

  /// Gives everything up; reserved blocks go back when the transaction ends.
  void abort() {
    for (Sent part : underWay) {
      // The buffer may be used again only when the wire is done with it.
      var unused = part.answer.whenComplete((answer, error) -> free(part));
    }
    underWay.clear();
    while (!blockHeld.isEmpty()) {
      free(blockHeld.removeFirst());
    }
    ByteBuffer unsent = piece;
    piece = null;
    if (unsent != null) {
      buffers.give(unsent);
    }
  }
}
