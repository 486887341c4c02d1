package io.plasmafs.client;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Direct memory for all streams of a client. What goes beyond one piece for each stream that is at
/// work counts against a budget; the one piece is always given, so that no stream waits for
/// another. Memory is bounded by the budget and a piece for each stream at work.
final class PieceBuffers {
  /// Bytes in one piece, and in one call to a datanode.
  static final int PIECE = 1 << 20;

  private final long budget;
  private final AtomicLong used = new AtomicLong();
  private final AtomicLong pooled = new AtomicLong();
  private final ConcurrentLinkedQueue<ByteBuffer> free = new ConcurrentLinkedQueue<>();

  PieceBuffers(long budget) {
    this.budget = budget;
  }

  /// Bytes in use by all streams.
  long used() {
    return used.get();
  }

  /// Takes a part of the budget, if that much is left.
  boolean tryReserve(long bytes) {
    long before = used.getAndAdd(bytes);
    if (before + bytes > budget) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /// Takes a part of the budget, even if it is not left.
  void reserve(long bytes) {
    used.addAndGet(bytes);
  }

  /// Gives a part of the budget back.
  void release(long bytes) {
    used.addAndGet(-bytes);
  }

  /// An empty piece, if the budget has one left.
  Optional<ByteBuffer> tryTake() {
    return tryReserve(PIECE) ? Optional.of(buffer()) : Optional.empty();
  }

  /// An empty piece.
  ByteBuffer take() {
    reserve(PIECE);
    return buffer();
  }

  private ByteBuffer buffer() {
    ByteBuffer pooledBuffer = free.poll();
    if (pooledBuffer == null) {
      return ByteBuffer.allocateDirect(PIECE);
    }
    pooled.addAndGet(-PIECE);
    return pooledBuffer.clear();
  }

  /// Takes back what [#take] or [#tryTake] gave.
  void give(ByteBuffer piece) {
    release(PIECE);
    if (pooled.addAndGet(PIECE) <= budget) {
      free.add(piece);
    } else {
      pooled.addAndGet(-PIECE);
    }
  }
}
