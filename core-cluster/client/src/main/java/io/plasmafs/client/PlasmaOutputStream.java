package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
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
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A file being written from front to back. Bytes are gathered into blocks and sent to the
/// datanodes while the caller goes on; memory stays bounded whatever the size. For one thread at a
/// time.
///
/// A stream opened on a client is a transaction of its own: [#close()] commits it, unless a write
/// failed before, or [#abort()] was called. A program that cannot make the whole content should
/// call `abort()` before try-with-resources closes the stream, or open it in a transaction.
public final class PlasmaOutputStream extends OutputStream implements WritableByteChannel {
  private final Transaction transaction;
  private final boolean owned;
  private final Attributes attributes;
  private final Optional<FileContent> old;
  private final WriteOptions options;
  private final int blockSize;

  /// First byte that is written anew: the start of the block where writing begins.
  private final long base;

  /// Content of a file as long as it is small enough to be stored with the metadata.
  private ByteBuffer small;

  private @Nullable FileWriter writer;
  private boolean written;
  private boolean closed;
  private @Nullable FsException failed;

  private PlasmaOutputStream(
      Transaction transaction,
      boolean owned,
      Attributes attributes,
      Optional<FileContent> old,
      WriteOptions options) {
    this.transaction = transaction;
    this.owned = owned;
    this.attributes = attributes;
    this.old = old;
    this.options = options;
    this.blockSize = transaction.client().cluster().blockSize();
    long start = options.how() == WriteOptions.How.APPEND ? oldSize() : 0;
    this.base = start / blockSize * blockSize;
    boolean maybeSmall = oldSize() <= transaction.client().cluster().inlineLimit();
    this.small = ByteBuffer.allocate(maybeSmall ? (int) Math.max(512, start - base) : 0);
    copyOld(base, start);
  }

  static PlasmaOutputStream open(
      Transaction transaction, boolean owned, Location where, WriteOptions options) {
    Attributes attributes =
        Outcomes.expect(Outcome.Inode.class, transaction.execute(FileEdits.opening(where, options)))
            .attributes();
    Optional<FileContent> old =
        FileEdits.startsEmpty(options.how()) || attributes.size() == 0
            ? Optional.empty()
            : Optional.of(FileContent.within(transaction, Location.of(attributes.inode()), false));
    return new PlasmaOutputStream(transaction, owned, attributes, old, options);
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

  /// Where the next byte is written.
  public long position() {
    FileWriter blocks = writer;
    return blocks != null ? blocks.position() : base + small.position();
  }

  @Override
  public void write(int value) throws IOException {
    FileWriter blocks = writer;
    if (!closed && failed == null && blocks == null && small.hasRemaining()) {
      written = true;
      small.put((byte) value);
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
    FileWriter blocks = writer;
    if (blocks == null) {
      int limit = small.capacity() == 0 ? 0 : transaction.client().cluster().inlineLimit();
      int needed = small.position() + source.remaining();
      if (needed <= limit) {
        if (needed > small.capacity()) {
          int capacity = Math.min(limit, Math.max(needed, 2 * small.capacity()));
          small = ByteBuffer.allocate(capacity).put(small.flip());
        }
        small.put(source);
        return;
      }
      blocks =
          new FileWriter(transaction, attributes.inode(), base / blockSize, -1, options.fanOut());
      writer = blocks;
      blocks.write(small.flip());
      small = ByteBuffer.allocate(0);
    }
    blocks.write(source);
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
      FileWriter blocks = writer;
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
    FileWriter blocks = writer;
    if (blocks != null) {
      blocks.abort();
    }
    if (owned) {
      transaction.abort();
    }
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /// Brings all bytes to the datanodes, and says what is left to be run.
  List<Operation> finish() {
    closed = true;
    if (!written) {
      return List.of();
    }
    long end = position();
    long tailEnd = Math.min(oldSize(), (end + blockSize - 1) / blockSize * blockSize);
    copyOld(end, tailEnd);
    FileWriter blocks = writer;
    if (blocks == null) {
      byte[] content = new byte[small.position()];
      small.flip().get(content);
      return List.of(
          new Operation.WriteInline(Location.of(attributes.inode()), Bytes.wrap(content)));
    }
    return blocks.finish();
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
      List<Operation> last = finish();
      if (owned) {
        long unused = transaction.commit(last);
      } else if (!last.isEmpty()) {
        transaction.execute(last);
      }
    } catch (RuntimeException e) {
      closed = false;
      abort();
      throw new PlasmaIOException(Waiting.failure(e));
    }
  }
}
