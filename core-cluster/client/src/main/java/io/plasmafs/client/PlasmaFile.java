package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A file opened for reads at any position, all of one instant, whatever is committed meanwhile.
/// Safe for use by several threads.
@SuppressWarnings("DoNotCallSuggester")
public final class PlasmaFile implements AutoCloseable {

  PlasmaFile() {}

  /// Attributes at the moment of opening.
  public Attributes attributes() {
    throw new UnsupportedOperationException();
  }

  /// Bytes in the file.
  public long size() {
    return attributes().size();
  }

  /// Reads up to `target.remaining()` bytes from `position` on, fetching exactly the slices that
  /// they lie in, all at the same time.
  ///
  /// @return bytes read; fewer than asked for only at the end of the file; -1 at or after it
  public int read(ByteBuffer target, long position) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Lets go of the file.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
