package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;

/// A file opened for reads at any position, all of one instant, whatever is committed meanwhile.
/// Safe for use by several threads.
public final class PlasmaFile implements AutoCloseable {
  private final PlasmaClient client;
  private final FileContent content;
  private final LeakDetector.Tracked tracked;
  private volatile boolean closed;

  PlasmaFile(PlasmaClient client, FileContent content) {
    this.client = client;
    this.content = content;
    this.tracked =
        client.leaks().track(this, "file " + content.attributes().inode(), content::close);
  }

  /// Attributes at the moment of opening.
  public Attributes attributes() {
    return content.attributes();
  }

  /// Bytes in the file.
  public long size() {
    return content.size();
  }

  /// Reads up to `target.remaining()` bytes from `position` on, fetching exactly the slices that
  /// they lie in, several pieces at the same time.
  ///
  /// @return bytes read; fewer than asked for only at the end of the file; -1 at or after it
  public int read(ByteBuffer target, long position) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    try {
      return content.read(target, position);
    } catch (FsException e) {
      throw new PlasmaIOException(e);
    }
  }

  /// A range as a stream, in order and read ahead, but not beyond the range. It can be read as long
  /// as the file is open, and has to be closed by itself.
  ///
  /// @param position 0 or more, and no more than [#size()]
  /// @param length 0 or more; it ends earlier where the file ends
  public PlasmaInputStream stream(long position, long length) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    if (position < 0 || length < 0 || position > size()) {
      throw new PlasmaIOException(
          new FsException(
              FsStatus.EINVAL,
              length + " bytes from " + position + " on, of a file of " + size() + " bytes"));
    }
    long end = position + Math.min(length, size() - position);
    PlasmaInputStream stream = new PlasmaInputStream(client, content, end, () -> {});
    long unused = stream.skip(position);
    return stream;
  }

  /// A place in a file and room for its bytes.
  ///
  /// @param position of the first byte wanted
  /// @param target as many bytes are wanted as it has remaining
  public record Piece(long position, ByteBuffer target) {}

  /// Reads pieces from anywhere, many at the same time. Of a piece that the file does not reach
  /// only the bytes that are there are put into its target.
  ///
  /// @return bytes read in all
  public long read(List<Piece> pieces) throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    try {
      return ScatteredRead.of(content, pieces);
    } catch (FsException e) {
      throw new PlasmaIOException(e);
    }
  }

  /// Lets go of the file.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      tracked.closed();
      content.close();
    }
  }
}
