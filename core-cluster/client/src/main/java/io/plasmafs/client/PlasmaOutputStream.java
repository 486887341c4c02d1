package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A file being written from front to back. Bytes are gathered into blocks and sent to the
/// datanodes while the caller goes on; memory stays bounded whatever the size. For one thread at a
/// time.
///
/// A stream that goes on with what is there fails with ECONFLICT when it is committed, by itself or
/// with its transaction, if somebody else has changed the content since it was opened.
///
/// A stream opened on a client is a transaction of its own: [#close()] commits it, unless a write
/// failed before, or [#abort()] was called; [#sync()] commits what was written so far. A program
/// that cannot make the whole content should call `abort()` before try-with-resources closes the
/// stream, or open it in a transaction.
public final class PlasmaOutputStream extends OutputStream implements WritableByteChannel {
  private final Attributes attributes;
  private final WriteOptions options;
  private final int blockSize;
  private final int inlineLimit;

  private final Remains remains;
  private final LeakDetector.Tracked tracked;

  /// What the file had before that transaction, as far as it is needed still.
  private Optional<FileContent> old;

  /// First byte that is written anew: the start of the block where writing begins, or goes on after
  /// a sync.
  private long base;

  /// Whether all of the file, from its start, is in `gathered`, and may be stored with the
  /// metadata.
  private boolean inline;

  private final boolean appends;

  /// Whether another block of the file is with the metadata: there can be only one.
  private final boolean inlineBefore;

  /// Whether what is in `gathered` may be stored with the metadata as the end of the file: if the
  /// file is extended again and again by a little, a block is written once, when it is full.
  private boolean extending;

  /// How many bytes of `gathered` are with the metadata already, as the end of the file.
  private int kept;

  /// How many bytes of the last block were stored with the metadata behind blocks that were
  /// written.
  private int keptBehind;

  /// Bytes from `base` on that were not given to a writer: a small file, or the end of one, or the
  /// part of a block that was synced and is written once more with what follows.
  private ByteBuffer gathered;

  /// Where writing goes on after a sync, if the block before it is too large to be kept in memory;
  /// else -1.
  private long resumeAt = -1;

  /// What must hold when what is written now is committed, as it builds on what was there.
  private Optional<Operation> requirement;

  private boolean synced;
  private long segmentStart;

  /// How much was written between the last two syncs; -1 without them.
  private long lastSegment = -1;

  /// Where writing is expected to end; -1 if that is not known.
  private long expectedEnd = -1;

  private boolean written;
  private boolean closed;
  private @Nullable FsException failed;

  /// What is under way, and remains when nobody holds the stream any more, so that it can be given
  /// up then.
  private static final class Remains {
    final boolean owned;

    /// The one that takes what is written now; a stream that is a transaction of its own gets a new
    /// one with each sync.
    Transaction transaction;

    @Nullable FileWriter writer;

    Remains(boolean owned, Transaction transaction) {
      this.owned = owned;
      this.transaction = transaction;
    }

    void abortWriter() {
      FileWriter blocks = writer;
      if (blocks != null) {
        blocks.abort();
      }
    }

    void giveUp() {
      abortWriter();
      if (owned) {
        transaction.abortAsync();
      }
    }
  }

  private PlasmaOutputStream(
      Transaction transaction,
      boolean owned,
      Attributes attributes,
      Optional<Basis> basis,
      WriteOptions options) {
    this.remains = new Remains(owned, transaction);
    this.attributes = attributes;
    this.requirement = basis.flatMap(Basis::requirement);
    this.old = basis.map(Basis::content).filter(content -> content.size() > 0);
    this.options = options;
    this.blockSize = transaction.client().cluster().blockSize();
    this.appends = options.how() == WriteOptions.How.APPEND;
    long start = appends ? oldSize() : 0;
    this.base = start / blockSize * blockSize;
    this.inlineLimit = transaction.client().cluster().inlineLimit();
    this.inline = base == 0 && oldSize() <= inlineLimit;
    this.gathered =
        ByteBuffer.allocate(inline ? Math.min(inlineLimit, (int) Math.max(512, start)) : 0);
    Optional<InlineBlock> last = old.filter(content -> appends).flatMap(FileContent::inlineBlock);
    this.kept =
        last.filter(block -> block.index() == base / blockSize)
            .map(block -> block.bytes().length())
            .filter(length -> length == start - base)
            .orElse(0);
    this.inlineBefore = last.isPresent() && last.get().index() != base / blockSize;
    this.extending = kept > 0 || appends && !inlineBefore && start == base;
    this.segmentStart = start;
    this.tracked =
        transaction
            .client()
            .leaks()
            .track(this, "output stream of " + attributes.inode(), remains::giveUp);
    try {
      copyOld(base, start);
    } catch (RuntimeException e) {
      tracked.closed();
      remains.abortWriter();
      throw e;
    }
  }

  static PlasmaOutputStream open(
      Transaction transaction, boolean owned, Location where, WriteOptions options) {
    Operation opening = FileEdits.opening(where, options);
    if (FileEdits.startsEmpty(options.how())) {
      Outcome.Inode opened = Outcomes.expect(Outcome.Inode.class, transaction.execute(opening));
      return new PlasmaOutputStream(
          transaction, owned, opened.attributes(), Optional.empty(), options);
    }
    List<Outcome> outcomes =
        transaction.execute(
            List.of(
                opening,
                new Operation.Read(Location.ofResult(0), false, 0, FileContent.PAGE_BLOCKS)));
    Outcome.Inode opened = Outcomes.expect(Outcome.Inode.class, outcomes.get(0));
    Outcome.Content content = Outcomes.expect(Outcome.Content.class, outcomes.get(1));
    Optional<Basis> basis =
        opened.created() ? Optional.empty() : Optional.of(Basis.of(transaction, content));
    return new PlasmaOutputStream(transaction, owned, opened.attributes(), basis, options);
  }

  private long oldSize() {
    return old.map(FileContent::size).orElse(0L);
  }

  /// Takes bytes of the old content over.
  private void copyOld(long from, long to) {
    if (from >= to) {
      return;
    }
    ByteBuffer copy = ByteBuffer.allocate((int) Math.min(PieceBuffers.PIECE, to - from));
    for (long at = from; at < to; ) {
      copy.clear().limit((int) Math.min(copy.capacity(), to - at));
      int unused = old.orElseThrow().read(copy, at);
      at += copy.flip().remaining();
      put(copy);
    }
  }

  /// The file.
  public InodeId inode() {
    return attributes.inode();
  }

  /// Attributes of the file when it was opened.
  Attributes attributes() {
    return attributes;
  }

  /// Says how many bytes are still to come: as many blocks are reserved for them, and no more.
  /// Without that, runs of growing length are. It may turn out to be wrong. To be said before these
  /// bytes are written.
  public void expect(long bytes) {
    expectedEnd = position() + bytes;
  }

  /// Where the next byte is written.
  public long position() {
    FileWriter blocks = remains.writer;
    if (blocks != null) {
      return blocks.position();
    }
    return resumeAt >= 0 ? resumeAt : base + gathered.position();
  }

  @Override
  public void write(int value) throws IOException {
    FileWriter blocks = remains.writer;
    if (!closed && failed == null && blocks == null && gathered.hasRemaining()) {
      written = true;
      gathered.put((byte) value);
      return;
    }
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    int unused = write(ByteBuffer.wrap(source, offset, length));
  }

  /// Takes all remaining bytes. Blocks while as many bytes are under way as may be.
  @Override
  public int write(ByteBuffer source) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    FsException before = failed;
    if (before != null) {
      throw new PlasmaIOException(before);
    }
    int length = source.remaining();
    try {
      written |= length > 0;
      put(source);
      return length;
    } catch (FsException e) {
      failed = e;
      throw new PlasmaIOException(e);
    }
  }

  private void put(ByteBuffer source) {
    FileWriter blocks = remains.writer;
    if (blocks == null) {
      int needed = gathered.position() + source.remaining();
      int limit = mostGathered();
      if (needed <= limit) {
        if (needed > gathered.capacity()) {
          int capacity = Math.min(limit, Math.max(needed, 2 * gathered.capacity()));
          gathered = ByteBuffer.allocate(capacity).put(gathered.flip());
        }
        gathered.put(source);
        return;
      }
      blocks = beginBlocks();
    }
    blocks.write(source);
  }

  private int mostGathered() {
    if (extending && resumeAt < 0 && inlineLimit > 0) {
      return Math.min(blockSize - 1, InlineBlock.MAX_BYTES);
    }
    return inline ? inlineLimit : 0;
  }

  /// Begins to write blocks, first of all with what has gathered.
  private FileWriter beginBlocks() {
    FileWriter blocks =
        new FileWriter(
            remains.transaction, attributes.inode(), base / blockSize, expectedBytes(), options);
    remains.writer = blocks;
    inline = false;
    kept = 0;
    blocks.write(gathered.flip());
    gathered = ByteBuffer.allocate(0);
    if (resumeAt >= 0) {
      long end = resumeAt;
      resumeAt = -1;
      copyOld(base, end);
    }
    return blocks;
  }

  /// Bytes from `base` on that will be written; -1 if nobody knows.
  private long expectedBytes() {
    if (expectedEnd > position()) {
      return expectedEnd - base;
    }
    return lastSegment < 0 ? -1 : position() - base + lastSegment;
  }

  /// Takes everything from `source`, from its position to its end, read straight into the buffers
  /// that are sent.
  ///
  /// @param progress gets the number of bytes of each step
  /// @return how many bytes were taken
  public long transferFrom(ReadableByteChannel source, LongConsumer progress) throws IOException {
    long total = 0;
    ByteBuffer first = ByteBuffer.allocate(64 << 10);
    for (; ; ) {
      FileWriter blocks = remains.writer;
      int count;
      if (closed || failed != null || blocks == null) {
        count = source.read(first.clear());
        if (count > 0) {
          int unused = write(first.flip());
        }
      } else {
        try {
          written = true;
          count = source.read(blocks.room());
          blocks.filled();
        } catch (FsException e) {
          failed = e;
          throw new PlasmaIOException(e);
        }
      }
      if (count < 0) {
        return total;
      }
      total += count;
      progress.accept(count);
    }
  }

  /// Gives the content up: nothing that was written through this stream becomes part of the file.
  /// Does nothing if the stream is closed.
  public void abort() {
    if (closed) {
      return;
    }
    closed = true;
    tracked.closed();
    remains.abortWriter();
    if (remains.owned) {
      remains.transaction.abort();
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /// Brings all bytes to the datanodes, and says what is left to be run.
  ///
  /// @param commitNext whether the transaction is committed with that
  List<Operation> finish(boolean commitNext) {
    List<Operation> last = finishing(commitNext);
    closed = true;
    tracked.closed();
    return last;
  }

  private List<Operation> finishing(boolean stableNext) {
    if (!written) {
      return List.of();
    }
    long end = position();
    long tailEnd = Math.min(oldSize(), (end + blockSize - 1) / blockSize * blockSize);
    copyOld(end, tailEnd);
    List<Operation> last = new ArrayList<>(requirement.stream().toList());
    FileWriter blocks = remains.writer;
    if (blocks == null && !isSmall() && !mayKeepEnd()) {
      blocks = beginBlocks();
    }
    if (blocks == null) {
      last.add(storeInline());
      return last;
    }
    Optional<ByteBuffer> tail = keepsEndOf(blocks) ? blocks.takeTail() : Optional.empty();
    last.addAll(blocks.finish(stableNext));
    if (tail.isPresent()) {
      keptBehind = tail.get().position();
      last.add(
          new Operation.ExtendInline(
              Location.of(attributes.inode()),
              blocks.position() / blockSize,
              0,
              FileEdits.bytes(tail.get().flip())));
    }
    return last;
  }

  /// Whether the end of what was written, which begins a block, is stored with the metadata: if it
  /// was only a little, there is more of the kind to come.
  private boolean keepsEndOf(FileWriter blocks) {
    long end = blocks.position();
    int length = (int) (end % blockSize);
    boolean isNew = extending || end - length >= segmentStart;
    boolean isLittle = end - segmentStart <= InlineBlock.MAX_BYTES;
    return (appends || synced)
        && isNew
        && isLittle
        && length <= InlineBlock.MAX_BYTES
        && !inlineBefore
        && inlineLimit > 0
        && oldSize() <= end
        && (remains.owned || remains.transaction.mayKeepEnd(length));
  }

  /// Whether what has gathered is stored as all of a small file.
  private boolean isSmall() {
    return inline && kept == 0 && gathered.position() <= inlineLimit;
  }

  private boolean mayKeepEnd() {
    return extending
        && (remains.owned || remains.transaction.mayKeepEnd(gathered.position() - kept));
  }

  private Operation storeInline() {
    Location file = Location.of(attributes.inode());
    ByteBuffer all = gathered.duplicate().flip();
    return isSmall()
        ? new Operation.WriteInline(file, FileEdits.bytes(all))
        : new Operation.ExtendInline(
            file, base / blockSize, kept, FileEdits.bytes(all.position(kept)));
  }

  /// Makes what was written so far stable; writing goes on behind it.
  ///
  /// A stream opened on a client commits: when this returns, what was written is durable, on the
  /// agreed number of datanodes or with the metadata, and others see it. What follows belongs to a
  /// new transaction, which begins with the next write; if somebody else changes the content
  /// meanwhile, the next sync or `close()` fails with ECONFLICT. [#abort()] gives up only what was
  /// written since.
  ///
  /// A stream opened in a transaction brings the bytes to stable storage of the datanodes, and the
  /// transaction sees them; durable and visible to others they are when it commits.
  ///
  /// What is synced of a block that is not full is kept with the metadata, up to 64 KiB, as durable
  /// as that: bytes that are added and synced a few at a time cost one call each, and a block when
  /// it is full.
  ///
  /// @throws IOException if a write failed before, or this fails; what was written since the last
  ///   sync is given up then, and the stream cannot be used any more
  public void sync() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    FsException before = failed;
    if (before != null) {
      throw new PlasmaIOException(before);
    }
    if (synced && !written) {
      return;
    }
    try {
      publish();
    } catch (RuntimeException e) {
      FsException failure = Waiting.failure(e);
      failed = failure;
      throw new PlasmaIOException(failure);
    }
  }

  private void publish() {
    long end = position();
    boolean changed = written;
    FileWriter blocks = remains.writer;
    Optional<ByteBuffer> tail = blocks == null ? Optional.empty() : blocks.tail();
    List<Operation> last = finishing(true);
    Transaction transaction = remains.transaction;
    if (remains.owned) {
      long version = transaction.commit(last);
      if (changed) {
        requirement = Optional.of(Basis.requirement(attributes.inode(), version));
      }
      remains.transaction = transaction.client().beginHidden();
    } else {
      if (!last.isEmpty()) {
        transaction.execute(last);
      }
      transaction.syncWritten();
      requirement = changed ? Optional.empty() : requirement;
    }
    synced = true;
    written = false;
    lastSegment = end - segmentStart;
    segmentStart = end;
    boolean moreBehind = oldSize() > end;
    extending = !moreBehind && !inlineBefore;
    if (remains.writer == null) {
      gathered.position((int) (end - base));
      if (changed) {
        kept = moreBehind ? 0 : gathered.position();
      }
    } else {
      if (!changed) {
        remains.writer.abort();
      }
      remains.writer = null;
      inline = false;
      kept = keptBehind;
      keptBehind = 0;
      base = end / blockSize * blockSize;
      if (tail.isPresent()) {
        gathered = tail.get();
      } else {
        gathered = ByteBuffer.allocate(0);
        resumeAt = end;
      }
    }
    old =
        moreBehind || resumeAt >= 0
            ? Optional.of(
                FileContent.within(remains.transaction, Location.of(attributes.inode()), false))
            : Optional.empty();
  }

  /// Makes what was written part of the file; on a client's stream, durably.
  ///
  /// @throws IOException if a write failed before, or this fails; the content is given up then
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    FsException before = failed;
    if (before != null) {
      abort();
      throw new PlasmaIOException(before);
    }
    try {
      List<Operation> last = finish(remains.owned);
      if (remains.owned) {
        long unused = remains.transaction.commit(last);
      } else if (!last.isEmpty()) {
        remains.transaction.execute(last);
      }
    } catch (RuntimeException e) {
      closed = false;
      abort();
      throw new PlasmaIOException(Waiting.failure(e));
    }
  }
}
