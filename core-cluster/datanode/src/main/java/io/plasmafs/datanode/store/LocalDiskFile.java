package io.plasmafs.datanode.store;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A file of the operating system.
final class LocalDiskFile implements DiskFile {
  private static final long SEGMENT_BYTES = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final MappedByteBuffer[] segments;

  LocalDiskFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    this.segments = new MappedByteBuffer[(int) Math.ceilDiv(channel.size(), SEGMENT_BYTES)];
  }

  @Override
  public void read(ByteBuffer target, long position) throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int count = channel.read(target, at);
      if (count < 0) {
        throw new EOFException(path + " ends before byte " + (at + target.remaining()));
      }
      at += count;
    }
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    long at = position;
    while (source.hasRemaining()) {
      at += channel.write(source, at);
    }
  }

  @Override
  public void sync() throws IOException {
    channel.force(false);
  }

  /// Asks mincore(2), by way of a mapping that is never read through.
  @Override
  public boolean isCached(long position, int bytes) {
    int segment = (int) (position / SEGMENT_BYTES);
    int offset = (int) (position % SEGMENT_BYTES);
    int here = (int) Math.min(bytes, SEGMENT_BYTES - offset);
    MappedByteBuffer mapped = map(segment);
    return mapped != null
        && offset + here <= mapped.limit()
        && mapped.slice(offset, here).isLoaded()
        && (here == bytes || isCached(position + here, bytes - here));
  }

  private @Nullable MappedByteBuffer map(int segment) {
    MappedByteBuffer[] known = segments;
    MappedByteBuffer mapped = known[segment];
    if (mapped == null) {
      synchronized (this) {
        try {
          long begin = segment * SEGMENT_BYTES;
          mapped =
              channel.map(
                  FileChannel.MapMode.READ_ONLY,
                  begin,
                  Math.min(SEGMENT_BYTES, channel.size() - begin));
          known[segment] = mapped;
        } catch (IOException e) {
          return null; // counts as not in memory
        }
      }
    }
    return mapped;
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public FileChannel channel() {
    return channel;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
