package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Moves content from datanodes to whoever takes it, piece by piece.
///
/// When there is more to move than a small buffer holds, and a large one is left, it takes that and
/// has the content read ahead. A taker that turns out to be slow gives both up. For one thread.
final class Transfer {
  /// A taker of large pieces that needs longer for one of them is slow: less than 2 MiB/s.
  private static final long SLOW_NANOS = 500_000_000;

  private final TransferBuffers buffers;
  private final Content content;

  /// Takes pieces, all of which it consumes before it returns.
  @FunctionalInterface
  interface Taker {
    /// Takes one.
    void take(ByteBuffer piece) throws IOException;
  }

  Transfer(TransferBuffers buffers, Content content) {
    this.buffers = buffers;
    this.content = content;
  }

  /// Moves a range.
  void run(long first, long length, Taker taker) throws IOException {
    if (content instanceof Content.InMemory memory && first + length <= memory.bytes().length()) {
      taker.take(memory.bytes().buffer().slice((int) first, (int) length));
      return;
    }
    long at = first;
    long end = first + length;
    if (content instanceof Content.Remote(PlasmaFile file) && length > TransferBuffers.SMALL) {
      at = fast(file, at, end, taker);
    }
    if (at < end) {
      slow(at, end, taker);
    }
  }

  private void slow(long from, long end, Taker taker) throws IOException {
    ByteBuffer buffer = buffers.small();
    try {
      for (long at = from; at < end; at += buffer.limit()) {
        clear(buffer, at, end);
        content.read(buffer, at);
        taker.take(buffer.flip());
      }
    } finally {
      buffers.give(buffer);
    }
  }

  /// Moves as much as it can fast.
  ///
  /// @return where it stopped
  private long fast(PlasmaFile file, long from, long end, Taker taker) throws IOException {
    Optional<ByteBuffer> large = buffers.tryLarge();
    if (large.isEmpty()) {
      return from;
    }
    ByteBuffer buffer = large.get();
    try (PlasmaInputStream stream = file.stream(from, end - from)) {
      boolean slow = false;
      long at = from;
      while (at < end && !slow) {
        clear(buffer, at, end);
        fill(buffer, stream);
        long start = System.nanoTime();
        taker.take(buffer.flip());
        at += buffer.limit();
        slow = System.nanoTime() - start > SLOW_NANOS;
      }
      return at;
    } finally {
      buffers.give(buffer);
    }
  }

  /// Makes room for a piece that ends at the end, or at a multiple of the buffer's size in the
  /// file.
  private static void clear(ByteBuffer buffer, long at, long end) {
    long stop = Math.min(end, (at / buffer.capacity() + 1) * buffer.capacity());
    buffer.clear().limit((int) (stop - at));
  }

  private static void fill(ByteBuffer buffer, PlasmaInputStream stream) throws IOException {
    while (buffer.hasRemaining()) {
      if (stream.read(buffer) < 0) {
        throw new EOFException("the content ends at byte " + stream.position());
      }
    }
  }
}
