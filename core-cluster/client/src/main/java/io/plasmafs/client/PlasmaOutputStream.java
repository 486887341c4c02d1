package io.plasmafs.client;

import io.plasmafs.model.InodeId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A file being written from front to back. Bytes are gathered into blocks and sent to the
/// datanodes while the caller goes on; memory stays bounded whatever the size. For one thread at a
/// time.
///
/// A stream opened on a client is a transaction of its own: [#close()] commits it, unless a write
/// failed before, or [#abort()] was called. A program that cannot make the whole content should
/// call `abort()` before try-with-resources closes the stream, or open it in a transaction.
@SuppressWarnings("DoNotCallSuggester")
public final class PlasmaOutputStream extends OutputStream implements WritableByteChannel {

  PlasmaOutputStream() {}

  /// The file.
  public InodeId inode() {
    throw new UnsupportedOperationException();
  }

  /// Where the next byte is written.
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(int value) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void write(byte[] source, int offset, int length) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// Gives the content up: nothing that was written through this stream becomes part of the file.
  /// Does nothing if the stream is closed.
  public void abort() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    throw new UnsupportedOperationException();
  }

  /// Makes what was written part of the file; on a client's stream, durably.
  ///
  /// @throws IOException if a write failed before, or this fails; the content is given up then
  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
