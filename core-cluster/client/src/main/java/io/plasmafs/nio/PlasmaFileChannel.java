package io.plasmafs.nio;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A file opened as a channel. What is only read is as it was when it was opened. What is written
/// is seen through this channel at once, and by others after [#force] and [#close]. Memory-mapping
/// is not possible.
final class PlasmaFileChannel extends FileChannel {
  private static final int COPY_BYTES = 1 << 20;

  private final PlasmaPath path;
  private final OpenMode mode;
  private final InodeId inode;
  private final Content content;
  private final ReentrantLock lock = new ReentrantLock();

  /// Guarded by `lock`.
  private long position;

  private PlasmaFileChannel(PlasmaPath path, OpenMode mode, InodeId inode, Content content) {
    this.path = path;
    this.mode = mode;
    this.inode = inode;
    this.content = content;
  }

  static PlasmaFileChannel reading(PlasmaPath path, OpenMode mode, PlasmaFile file) {
    return new PlasmaFileChannel(path, mode, file.attributes().inode(), new Fixed(file));
  }

  /// A directory: it can be forced, which does nothing, and has no bytes.
  static PlasmaFileChannel ofDirectory(PlasmaPath path, OpenMode mode, InodeId inode) {
    return new PlasmaFileChannel(path, mode, inode, new Directory(inode));
  }

  static PlasmaFileChannel writing(PlasmaPath path, OpenMode mode, PlasmaChannel channel) {
    return new PlasmaFileChannel(path, mode, channel.inode(), new Changing(channel));
  }

  /// The bytes of the file, at positions. They cannot be changed, unless it says otherwise.
  private sealed interface Content {
    long size() throws IOException;

    int read(ByteBuffer target, long at) throws IOException;

    default int write(ByteBuffer source, long at) throws IOException {
      throw new NonWritableChannelException();
    }

    default void truncate(long size) throws IOException {
      throw new NonWritableChannelException();
    }

    default void force() throws IOException {}

    void close() throws IOException;

    /// Closes and leaves the file as it was.
    void abort();
  }

  private record Fixed(PlasmaFile file) implements Content {
    @Override
    public long size() {
      return file.size();
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
      return file.read(target, at);
    }

    @Override
    public void close() {
      file.close();
    }

    @Override
    public void abort() {
      file.close();
    }
  }

  private record Directory(InodeId inode) implements Content {
    @Override
    public long size() {
      return 0;
    }

    @Override
    public int read(ByteBuffer target, long at) {
      throw new FsException(FsStatus.EISDIR, inode + " is a directory");
    }

    @Override
    public void close() {}

    @Override
    public void abort() {}
  }

  private record Changing(PlasmaChannel channel) implements Content {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long at) throws IOException {
      return channel.read(target, at);
    }

    @Override
    public int write(ByteBuffer source, long at) throws IOException {
      return channel.write(source, at);
    }

    @Override
    public void truncate(long size) throws IOException {
      Object unused = channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      channel.force();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }

    @Override
    public void abort() {
      channel.abort();
    }
  }

  private <T> T locked(Failures.Action<T> action) throws IOException {
    lock.lock();
    try {
      return open(action);
    } finally {
      lock.unlock();
    }
  }

  private <T> T open(Failures.Action<T> action) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    return Failures.translate(path, action);
  }

  private void checkReads() {
    if (!mode.read()) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWrites() {
    if (!mode.write()) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkNotNegative(String what, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(what + " " + value + " is negative");
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return locked(() -> {
      checkReads();
      int count = content.read(target, position);
      position += Math.max(0, count);
      return count;
    });
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    return locked(() -> {
      checkReads();
      long total = 0;
      for (int i = offset; i < offset + length; i++) {
        if (!targets[i].hasRemaining()) {
          continue;
        }
        int count = content.read(targets[i], position);
        if (count < 0) {
          return total == 0 ? -1L : total;
        }
        position += count;
        total += count;
      }
      return total;
    });
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    checkNotNegative("position", at);
    return open(() -> {
      checkReads();
      return content.read(target, at);
    });
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return locked(() -> {
      checkWrites();
      return writeHere(source);
    });
  }

  private int writeHere(ByteBuffer source) throws IOException {
    if (mode.append()) {
      position = content.size();
    }
    int count = content.write(source, position);
    position += count;
    syncIfWanted();
    return count;
  }

  private void syncIfWanted() throws IOException {
    if (mode.sync()) {
      content.force();
    }
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    return locked(() -> {
      checkWrites();
      long total = 0;
      for (int i = offset; i < offset + length; i++) {
        total += writeHere(sources[i]);
      }
      return total;
    });
  }

  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    checkNotNegative("position", at);
    return open(() -> {
      checkWrites();
      int count = content.write(source, mode.append() ? content.size() : at);
      syncIfWanted();
      return count;
    });
  }

  @Override
  public long position() throws IOException {
    return locked(() -> mode.append() ? content.size() : position);
  }

  @Override
  public PlasmaFileChannel position(long newPosition) throws IOException {
    checkNotNegative("position", newPosition);
    return locked(() -> {
      position = newPosition;
      return this;
    });
  }

  @Override
  public long size() throws IOException {
    return open(content::size);
  }

  @Override
  public PlasmaFileChannel truncate(long size) throws IOException {
    checkNotNegative("size", size);
    return locked(() -> {
      checkWrites();
      if (size < content.size()) {
        content.truncate(size);
      }
      position = Math.min(position, size);
      syncIfWanted();
      return this;
    });
  }

  /// Makes what was written durable, and visible to others; in a transaction, a part of it.
  @Override
  public void force(boolean metaData) throws IOException {
    boolean unused =
        locked(() -> {
          content.force();
          return true;
        });
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    checkReads();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, count));
    long done = 0;
    while (done < count) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
      if (read(buffer, at + done) <= 0) {
        break;
      }
      int wanted = buffer.flip().remaining();
      int written = target.write(buffer);
      done += written;
      if (written < wanted) {
        break;
      }
    }
    return done;
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    checkNotNegative("position", at);
    checkNotNegative("count", count);
    checkWrites();
    if (at > size()) {
      return 0;
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(COPY_BYTES, count));
    long done = 0;
    while (done < count) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), count - done));
      if (source.read(buffer) <= 0) {
        break;
      }
      done += write(buffer.flip(), at + done);
    }
    return done;
  }

  @Override
  public MappedByteBuffer map(MapMode mapMode, long at, long size) {
    throw new UnsupportedOperationException(
        path
            + " is in a cluster and cannot be mapped into memory; read it through the channel"
            + " (Lucene: NIOFSDirectory instead of MMapDirectory)");
  }

  private FsPath realPath() {
    return path.getFileSystem().realPath(path, true);
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) throws IOException {
    return open(() -> {
      checkLock(shared);
      return path.getFileSystem().locks().lock(this, inode, realPath(), at, size);
    });
  }

  @Override
  public @Nullable FileLock tryLock(long at, long size, boolean shared) throws IOException {
    Optional<FileLock> lock =
        open(() -> {
          checkLock(shared);
          return path.getFileSystem().locks().tryLock(this, inode, realPath(), at, size);
        });
    return lock.orElse(null);
  }

  private void checkLock(boolean shared) {
    if (shared) {
      checkReads();
    } else {
      checkWrites();
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    Failures.perform(
        path,
        null,
        () -> {
          try {
            if (mode.deleteOnClose()) {
              content.abort();
              boolean unused = path.getFileSystem().provider().deleteIfExists(path);
            } else {
              content.close();
            }
          } finally {
            path.getFileSystem().locks().release(this);
          }
        });
  }
}
