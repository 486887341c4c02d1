package io.plasmafs.http.files;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Direct memory for content on its way to clients. Every transfer has a small buffer; a few at a
/// time have large ones, which is what makes them fast. So a thousand slow clients cost a thousand
/// small buffers and no more.
public final class TransferBuffers {
  /// Bytes of a small buffer: as much as datanodes checksum at once.
  static final int SMALL = 64 << 10;

  /// Bytes of a large buffer: a piece as the client fetches them.
  static final int LARGE = 1 << 20;

  private final AtomicInteger largeLeft;
  private final ConcurrentLinkedQueue<ByteBuffer> freeLarge = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<ByteBuffer> freeSmall = new ConcurrentLinkedQueue<>();

  /// @param large most large buffers at a time
  public TransferBuffers(int large) {
    this.largeLeft = new AtomicInteger(large);
  }

  /// A large buffer, if one is left.
  Optional<ByteBuffer> tryLarge() {
    if (largeLeft.getAndDecrement() <= 0) {
      largeLeft.incrementAndGet();
      return Optional.empty();
    }
    ByteBuffer pooled = freeLarge.poll();
    return Optional.of(pooled != null ? pooled.clear() : ByteBuffer.allocateDirect(LARGE));
  }

  /// A small buffer.
  ByteBuffer small() {
    ByteBuffer pooled = freeSmall.poll();
    return pooled != null ? pooled.clear() : ByteBuffer.allocateDirect(SMALL);
  }

  /// Takes a buffer back.
  void give(ByteBuffer buffer) {
    if (buffer.capacity() == LARGE) {
      freeLarge.add(buffer);
      largeLeft.incrementAndGet();
    } else {
      freeSmall.add(buffer);
    }
  }
}
