package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.LongConsumer;

/// A file read from its start to its end, with pieces ahead of the reader on their way: the longer
/// it is read in order the more, up to 8, as far as the client's budget for buffers allows. For one
/// thread at a time.
public final class PlasmaInputStream extends InputStream implements ReadableByteChannel {
  private static final int MOST_AHEAD = 8;

  /// Buffer of reads of single bytes and of small pieces.
  private static final int SMALL = 64 << 10;

  private final FileContent content;
  private final long end;

  /// Lets go of what is on its way, and of the content.
  private final Runnable giveUp;

  private final LeakDetector.Tracked tracked;
  private final Deque<FileContent.Range> ahead = new ArrayDeque<>();
  private final byte[] single = new byte[1];

  /// Bytes that were fetched and not yet read: from `position` on.
  private ByteBuffer ready = ByteBuffer.allocate(0);

  private long position;

  /// Where the next piece to be asked for begins.
  private long asked;

  private int depth = 1;
  private boolean closed;

  PlasmaInputStream(PlasmaClient client, FileContent content) {
    this(client, content, content.size(), content::close);
  }

  /// @param end where it ends, at the end of the file or before
  /// @param letGo of the content, when the stream is closed or forgotten
  PlasmaInputStream(PlasmaClient client, FileContent content, long end, Runnable letGo) {
    this.content = content;
    this.end = end;
    Deque<FileContent.Range> ranges = ahead;
    this.giveUp =
        () -> {
          ranges.forEach(FileContent.Range::close);
          letGo.run();
        };
    this.tracked =
        client.leaks().track(this, "input stream of " + content.attributes().inode(), giveUp);
    content
        .inline()
        .ifPresent(bytes -> {
          ready = bytes.limit((int) Math.min(end, bytes.limit()));
          asked = ready.limit();
        });
  }

  /// Attributes at the moment of opening.
  public Attributes attributes() {
    return content.attributes();
  }

  /// Where the next byte is read.
  public long position() {
    return position;
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return read(ByteBuffer.wrap(target, offset, length));
  }

  /// Reads at least one byte, unless the file has ended.
  @Override
  public int read(ByteBuffer target) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (!target.hasRemaining()) {
      return 0;
    }
    if (position >= end) {
      return -1;
    }
    try {
      int before = target.remaining();
      while (target.hasRemaining() && position < end) {
        if (!ready.hasRemaining() && !fetch(target, before != target.remaining())) {
          break;
        }
        int count = Math.min(ready.remaining(), target.remaining());
        target.put(target.position(), ready, ready.position(), count);
        target.position(target.position() + count);
        ready.position(ready.position() + count);
        position += count;
      }
      return before - target.remaining();
    } catch (FsException e) {
      throw new PlasmaIOException(e);
    }
  }

  /// Writes everything that is left to `target`.
  ///
  /// @param progress gets the number of bytes of each step
  /// @return how many bytes were written
  public long transferTo(WritableByteChannel target, LongConsumer progress) throws IOException {
    long total = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(PieceBuffers.PIECE);
    while (read(buffer.clear()) >= 0) {
      buffer.flip();
      int count = buffer.remaining();
      while (buffer.hasRemaining()) {
        int unused = target.write(buffer);
      }
      total += count;
      progress.accept(count);
    }
    return total;
  }

  /// Takes the next piece: straight into `target` if it fits there, else into `ready`.
  ///
  /// @param optional whether there is no need to wait
  /// @return whether to go on
  private boolean fetch(ByteBuffer target, boolean optional) {
    askAhead();
    if (optional && target.remaining() < SMALL) {
      return false;
    }
    FileContent.Range range = ahead.removeFirst();
    try {
      if (range.length <= target.remaining()) {
        range.copyTo(target);
        position += range.length;
      } else {
        ByteBuffer buffer =
            ready.capacity() >= range.length && !ready.isReadOnly()
                ? ready.clear()
                : ByteBuffer.allocateDirect(range.length);
        range.copyTo(buffer);
        ready = buffer.flip();
      }
    } finally {
      range.close();
    }
    depth = Math.min(MOST_AHEAD, depth + 1);
    askAhead();
    return true;
  }

  private void askAhead() {
    while (ahead.size() < depth && asked < end) {
      long next = Math.min(end, FileContent.pieceEnd(asked));
      Optional<FileContent.Range> range =
          content.start(asked, (int) (next - asked), ahead.isEmpty(), content.fitsCache());
      if (range.isEmpty()) {
        return;
      }
      ahead.addLast(range.get());
      asked = next;
    }
  }

  @Override
  public long skip(long count) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    long step = Math.max(0, Math.min(count, end - position));
    if (step <= ready.remaining()) {
      ready.position(ready.position() + (int) step);
      position += step;
      return step;
    }
    dropAhead();
    ready = ByteBuffer.allocate(0);
    depth = 1;
    position += step;
    asked = position;
    return step;
  }

  @Override
  public int available() {
    return ready.remaining();
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  private void dropAhead() {
    ahead.forEach(FileContent.Range::close);
    ahead.clear();
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      ready = ByteBuffer.allocate(0);
      tracked.closed();
      giveUp.run();
    }
  }
}
