package io.plasmafs.client;

import io.plasmafs.client.PieceDelivery.Refusal;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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
/// copy: [#finish] copies them from a surviving one to a new run ([RunCopy]). If no copy survives,
/// which with one copy is always so, the write fails with EIO, and its transaction must be aborted
/// or the file written again. What was acknowledged is not kept in memory, so that memory stays
/// bounded.
final class FileWriter {
  private static final int WINDOW = 8;
  private static final int ATTACH_TOGETHER = 64;
  private static final int MAX_RECOVERIES = 8;

  /// Larger pieces are acknowledged before they are stable: a datanode keeps them in memory until
  /// then, and the call that is spared does not count beside the time they take.
  private static final int MOST_STABLE_BYTES = 256 << 10;

  private static final long FIRST_PAUSE_MILLIS = 20;
  private static final long LONGEST_PAUSE_MILLIS = 2000;

  /// Bytes of one piece that belong to one run, on their way.
  private static final class Sent {
    final Piece piece;
    final PieceDelivery.Parcel parcel;
    final WrittenRun run;
    CompletableFuture<List<Refusal>> answer = new CompletableFuture<>();

    Sent(Piece piece, PieceDelivery.Parcel parcel, WrittenRun run) {
      this.piece = piece;
      this.parcel = parcel;
      this.run = run;
    }

    int length() {
      return parcel.bytes().limit();
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

  private final Transaction transaction;
  private final DatanodePool datanodes;
  private final PieceBuffers buffers;
  private final InodeId inode;
  private final WriteOptions options;
  private final int blockSize;
  private final int sliceSize;
  private final PieceDelivery delivery;
  private final RunSupply supply;
  private final BlockSums sums;

  private final Deque<Sent> underWay = new ArrayDeque<>();
  private final Deque<Sent> blockHeld = new ArrayDeque<>();
  private final Set<DatanodeId> avoided;
  private final List<Operation> attaches = new ArrayList<>();
  private final List<Extent> damaged = new ArrayList<>();

  /// Runs that all their replicas acknowledged, without checksums.
  private final List<GrantedExtent> completed = new ArrayList<>();

  private @Nullable CompletableFuture<Answer> attaching;
  private @Nullable ByteBuffer piece;

  /// Where the first byte of `piece` goes.
  private long pieceAt;

  /// One past the last byte given to this writer.
  private long position;

  /// Whether anything was sent.
  private boolean sent;

  /// Whether all that is sent is stable when it is acknowledged.
  private boolean stable;

  /// Failures of datanodes.
  private int recoveries;

  /// Refusals, by datanodes that are well, since something was last acknowledged.
  private int refusedInARow;

  /// @param firstBlock where to write
  /// @param expectedBytes how much will be written; -1 if that is not known
  FileWriter(
      Transaction transaction,
      InodeId inode,
      long firstBlock,
      long expectedBytes,
      WriteOptions options) {
    this(transaction, inode, firstBlock, expectedBytes, options, Set.of(), 0);
  }

  /// @param avoided datanodes that get nothing
  /// @param recoveries how many failures of datanodes led to this
  FileWriter(
      Transaction transaction,
      InodeId inode,
      long firstBlock,
      long expectedBytes,
      WriteOptions options,
      Set<DatanodeId> avoided,
      int recoveries) {
    PlasmaClient client = transaction.client();
    this.transaction = transaction;
    this.datanodes = client.datanodePool();
    this.buffers = client.buffers();
    this.inode = inode;
    this.options = options;
    this.blockSize = client.cluster().blockSize();
    this.sliceSize = client.cluster().sliceSize();
    this.avoided = new HashSet<>(avoided);
    this.recoveries = recoveries;
    long start = firstBlock * blockSize;
    this.position = start;
    this.pieceAt = start;
    this.delivery = new PieceDelivery(datanodes, inode, options.fanOut());
    this.supply =
        new RunSupply(
            transaction,
            inode,
            start,
            expectedBytes < 0 ? -1 : start + expectedBytes,
            options.host(),
            this.avoided);
    this.sums = new BlockSums(blockSize, sliceSize, firstBlock);
  }

  /// Takes runs that were reserved for this file already, from the block on where writing begins.
  void adopt(List<GrantedExtent> extents) {
    supply.adopt(extents);
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
  /// before [#finish] has returned. Waits only if there are more than a few pieces.
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

  /// Takes back what was written to the last block, if that is not full and none of it was sent:
  /// its position is where the bytes end.
  Optional<ByteBuffer> takeTail() {
    Optional<ByteBuffer> tail = tail().filter(bytes -> bytes.position() > 0);
    ByteBuffer last = piece;
    if (tail.isPresent() && last != null) {
      int length = tail.get().position();
      position -= length;
      last.position(last.position() - length);
      if (last.position() == 0) {
        piece = null;
        buffers.give(last);
      }
    }
    return tail;
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
    sent = true;
    ByteBuffer full = sending.buffer;
    long at = pieceAt;
    int from = 0;
    List<Sent> parts = new ArrayList<>(1);
    while (from < full.limit()) {
      long block = at / blockSize;
      int offset = (int) (at % blockSize);
      WrittenRun run = supply.runFor(block);
      long runBytes = (run.limit - block) * blockSize - offset;
      int length = (int) Math.min(full.limit() - from, runBytes);
      ByteBuffer bytes = full.slice(from, length);
      Checksums checksums = sums.add(bytes, block, offset);
      parts.add(
          new Sent(
              sending, new PieceDelivery.Parcel(bytes, block, offset, stable, checksums), run));
      run.end = (at + length + blockSize - 1) / blockSize;
      if (run.end == run.limit && run.limit * blockSize == at + length) {
        supply.remove(run);
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

  private void transmit(Sent part) {
    part.answer = delivery.send(part.parcel, part.run.granted);
  }

  private long endOf(Sent part) {
    return part.parcel.block() * blockSize + part.parcel.offset() + part.length();
  }

  /// Waits for the first of the pieces under way, and deals with what became of it.
  private void settleFirst() {
    Sent first = underWay.getFirst();
    List<Refusal> failed = Waiting.on(first.answer);
    if (!failed.isEmpty()) {
      recover(first.run, failed);
      return;
    }
    refusedInARow = 0;
    underWay.removeFirst();
    blockHeld.addLast(first);
    long endByte = endOf(first);
    // More may come of a large block. Where the file ends is known to finish() alone.
    if (endByte % blockSize == 0 || blockSize <= PieceBuffers.PIECE) {
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
  private void complete(WrittenRun run) {
    Extent whole = run.granted.extent();
    supply.remove(run);
    if (run.completed || run.acknowledged == whole.index()) {
      return;
    }
    run.completed = true;
    Extent written = whole.slice(whole.index(), run.acknowledged);
    GrantedExtent alive = run.survivors(written.with(sums.of(written.index(), written.count())));
    if (alive.extent().replicas().isEmpty()) {
      throw allLost(written, run.failed);
    }
    if (alive.extent().replicas().size() < whole.replicas().size()) {
      damaged.add(alive.extent());
    }
    if (!stable) {
      transaction.ledger().add(inode, alive);
    }
    completed.add(new GrantedExtent(alive.extent().with(Checksums.NONE), alive.tickets()));
    attaches.add(
        new Operation.Attach(
            Location.of(inode),
            alive.extent(),
            Math.min(position, alive.extent().end() * blockSize)));
    sums.forgetBefore(written.end());
    if (attaches.size() >= ATTACH_TOGETHER) {
      awaitAttach();
      attaching = transaction.submit(List.copyOf(attaches));
      attaches.clear();
    }
  }

  private FsException allLost(Extent written, Set<DatanodeId> failed) {
    return new FsException(
        FsStatus.EIO,
        inode
            + ": all copies of blocks "
            + written.index()
            + " to "
            + (written.end() - 1)
            + ", already written, were lost with "
            + failed
            + " ("
            + datanodes.failures(failed)
            + "); the file must be written again");
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
  private void recover(WrittenRun run, List<Refusal> failed) {
    // Every run that the same datanode was part of is recovered in its turn; only news count.
    boolean isNews =
        failed.stream()
            .anyMatch(refusal -> refusal.gone() && !avoided.contains(refusal.datanode()));
    recoveries += isNews ? 1 : 0;
    refusedInARow += failed.stream().allMatch(Refusal::gone) ? 0 : 1;
    if (Math.max(recoveries, refusedInARow) > MAX_RECOVERIES) {
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
          Duration.ofMillis(Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << refusedInARow)));
    }
    for (Refusal refusal : refusals) {
      if (refusal.gone()) {
        avoided.add(refusal.datanode());
        run.failed.add(refusal.datanode());
      }
    }
    supply.remove(run);
    long from = again.get(0).parcel.block();
    long sentEnd = (endOf(again.get(again.size() - 1)) + blockSize - 1) / blockSize;
    long to = run.limit;
    run.limit = from;
    run.acknowledged = from;
    complete(run);
    sendAgain(run, again, supply.replace(from, sentEnd, to));
  }

  /// Sends parts of a run that was given up to the runs in its place, before all that is under way.
  private void sendAgain(WrittenRun old, List<Sent> again, List<WrittenRun> runs) {
    List<Sent> resent = new ArrayList<>();
    for (Sent part : again) {
      List<Sent> cut = cutAlong(runs, part);
      part.piece.parts += cut.size() - 1;
      resent.addAll(cut);
    }
    for (WrittenRun target : runs) {
      if (target.end < target.limit || !endsExactly(resent, target)) {
        supply.add(target);
      }
    }
    List<Sent> rest = underWay.stream().filter(part -> part.run != old).toList();
    underWay.clear();
    underWay.addAll(resent);
    underWay.addAll(rest);
    resent.forEach(this::transmit);
  }

  private List<Sent> cutAlong(List<WrittenRun> runs, Sent part) {
    List<Sent> cut = new ArrayList<>(1);
    int done = 0;
    while (done < part.length()) {
      long at = part.parcel.block() * blockSize + part.parcel.offset() + done;
      long block = at / blockSize;
      int offset = (int) (at % blockSize);
      WrittenRun target = WrittenRun.holding(runs, block);
      int length =
          (int) Math.min(part.length() - done, (target.limit - block) * blockSize - offset);
      int firstSlice = done / sliceSize;
      int[] checksums =
          Arrays.copyOfRange(
              part.parcel.checksums().toArray(),
              firstSlice,
              firstSlice + Math.ceilDiv(length, sliceSize));
      ByteBuffer bytes = part.parcel.bytes().slice(done, length);
      cut.add(
          new Sent(
              part.piece,
              new PieceDelivery.Parcel(
                  bytes, block, offset, part.parcel.stable(), Checksums.of(checksums)),
              target));
      target.end = (at + length + blockSize - 1) / blockSize;
      done += length;
    }
    return cut;
  }

  private boolean endsExactly(List<Sent> parts, WrittenRun run) {
    return parts.stream().anyMatch(part -> part.run == run && endOf(part) == run.limit * blockSize);
  }

  /// Sends what is left, waits until all datanodes have everything, and makes good what a failed
  /// datanode lost. What they have in memory only is noted in the transaction's ledger.
  ///
  /// @param stableNext whether the transaction is made stable right after this: then a small file
  ///   is by the call that brings it, which spares one
  /// @return what must be run in the transaction to make the blocks part of the file
  List<Operation> finish(boolean stableNext) {
    ByteBuffer unsent = piece;
    stable = stableNext && !sent && unsent != null && unsent.position() <= MOST_STABLE_BYTES;
    send();
    while (!underWay.isEmpty()) {
      settleFirst();
    }
    while (!blockHeld.isEmpty()) {
      Sent last = blockHeld.removeFirst();
      last.run.acknowledged = last.run.end;
      free(last);
    }
    for (WrittenRun run : supply.takeAll()) {
      if (run.acknowledged > run.start()) {
        run.limit = run.acknowledged;
        complete(run);
      }
    }
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
        transaction.ledger().remove(inode, run.extent());
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
    RunCopy copy = new RunCopy(transaction, options, avoided, recoveries + 1);
    FileContent content = FileContent.within(transaction, Location.of(inode), false);
    for (Extent extent : damaged) {
      attaches.addAll(copy.copy(content, extent));
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
