package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// A file read from its start to its end, with pieces ahead of the reader on their way. For one
/// thread at a time.
@SuppressWarnings("DoNotCallSuggester")
public final class PlasmaInputStream extends InputStream implements ReadableByteChannel {

  PlasmaInputStream() {}

  /// Attributes at the moment of opening.
  public Attributes attributes() {
    throw new UnsupportedOperationException();
  }

  /// Where the next byte is read.
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public long skip(long count) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public int available() throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
