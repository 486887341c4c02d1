package io.plasmafs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// Bytes that lie in one or more buffers, taken from the front. Used once, by one thread.
final class PieceSource {
  private final ByteBuffer[] buffers;
  private int current;

  /// @param buffers their remaining bytes; positions and contents stay as they are
  PieceSource(ByteBuffer[] buffers) {
    this.buffers = new ByteBuffer[buffers.length];
    for (int i = 0; i < buffers.length; i++) {
      this.buffers[i] = buffers[i].duplicate();
    }
  }

  /// How many bytes are left.
  long remaining() {
    long bytes = 0;
    for (int i = current; i < buffers.length; i++) {
      bytes += buffers[i].remaining();
    }
    return bytes;
  }

  /// Writes the next bytes to a file.
  void writeTo(DiskFile file, long position, int bytes) throws IOException {
    long at = position;
    int left = bytes;
    while (left > 0) {
      ByteBuffer part = take(left);
      left -= part.remaining();
      int length = part.remaining();
      file.write(part, at);
      at += length;
    }
  }

  /// The CRC32C of the next bytes.
  int checksum(int bytes) {
    CRC32C crc = new CRC32C();
    int left = bytes;
    while (left > 0) {
      ByteBuffer part = take(left);
      left -= part.remaining();
      crc.update(part);
    }
    return (int) crc.getValue();
  }

  private ByteBuffer take(int most) {
    while (!buffers[current].hasRemaining()) {
      current++;
    }
    ByteBuffer buffer = buffers[current];
    int length = Math.min(most, buffer.remaining());
    ByteBuffer part = buffer.slice(buffer.position(), length);
    buffer.position(buffer.position() + length);
    return part;
  }
}
