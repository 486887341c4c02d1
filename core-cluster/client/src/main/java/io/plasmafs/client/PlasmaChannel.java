package io.plasmafs.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/// A file opened for reads and writes anywhere. Writes gather in a bounded number of blocks, and
/// change only copies of the blocks that they touch. Safe for use by several threads.
@SuppressWarnings("DoNotCallSuggester")
public final class PlasmaChannel implements SeekableByteChannel {

  PlasmaChannel() {}

  @Override
  public int read(ByteBuffer target) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Reads from `position` on and leaves the channel's own position alone.
  ///
  /// @return bytes read; -1 at or after the end
  public int read(ByteBuffer target, long position) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Writes all of `source` from `position` on and leaves the channel's own position alone.
  public int write(ByteBuffer source, long position) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaChannel position(long newPosition) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long size() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public PlasmaChannel truncate(long size) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Makes what was written so far part of the file: of a transaction, within it; of a client,
  /// durably and visibly.
  public void force() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    throw new UnsupportedOperationException();
  }

  /// As [#force()], and ends the use of the channel.
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
