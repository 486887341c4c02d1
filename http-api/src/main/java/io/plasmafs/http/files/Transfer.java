package io.plasmafs.http.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Moves content from datanodes to whoever takes it, piece by piece.
///
/// It begins with a small buffer. When there is much to move, and large buffers are left, it takes
/// two of them: one is filled while the other is taken. A taker that turns out to be slow gives
/// them back. For one thread.
final class Transfer {
  /// A taker of large pieces that needs longer for one of them is slow: less than 4 MiB/s.
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
    if (length > TransferBuffers.LARGE) {
      at = fast(at, end, taker);
    }
    if (at < end) {
      slow(at, end, taker);
    }
  }

  private void slow(long from, long end, Taker taker) throws IOException {
    ByteBuffer buffer = buffers.small();
    try {
      for (long at = from; at < end; ) {
        int count = fill(buffer, at, end);
        taker.take(buffer);
        at += count;
      }
    } finally {
      buffers.give(buffer);
    }
  }

  /// Moves as much as it can fast.
  ///
  /// @return where it stopped
  private long fast(long from, long end, Taker taker) throws IOException {
    Optional<ByteBuffer> one = buffers.tryLarge();
    if (one.isEmpty()) {
      return from;
    }
    Optional<ByteBuffer> two = buffers.tryLarge();
    if (two.isEmpty()) {
      buffers.give(one.get());
      return from;
    }
    ByteBuffer taken = one.get();
    ByteBuffer filled = two.get();
    FutureTask<Integer> filling = null;
    try {
      long at = from;
      int ready = fill(taken, at, end);
      while (true) {
        long next = at + ready;
        if (next == end) {
          taker.take(taken);
          return end;
        }
        ByteBuffer target = filled;
        filling = new FutureTask<>(() -> fill(target, next, end));
        Thread.ofVirtual().name("read ahead").start(filling);
        long start = System.nanoTime();
        taker.take(taken);
        at = next;
        boolean tooSlow = System.nanoTime() - start > SLOW_NANOS;
        ready = await(filling);
        filling = null;
        ByteBuffer swap = taken;
        taken = filled;
        filled = swap;
        if (tooSlow) {
          taker.take(taken);
          return at + ready;
        }
      }
    } finally {
      if (filling != null) {
        settle(filling);
      }
      buffers.give(taken);
      buffers.give(filled);
    }
  }

  /// Fills a buffer, up to a multiple of its size in the file.
  ///
  /// @return how many bytes it has now
  private int fill(ByteBuffer buffer, long at, long end) throws IOException {
    long stop = Math.min(end, (at / buffer.capacity() + 1) * buffer.capacity());
    buffer.clear().limit((int) (stop - at));
    content.read(buffer, at);
    buffer.flip();
    return (int) (stop - at);
  }

  /// Waits, even if the thread is interrupted: nobody may take a buffer that is being filled.
  private static int await(FutureTask<Integer> filling) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return filling.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException runtime -> throw runtime;
        case null, default -> throw new IOException(e.getCause());
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// Nobody may be filling a buffer that is given back.
  private static void settle(FutureTask<Integer> filling) {
    try {
      int unused = await(filling);
    } catch (IOException | RuntimeException e) {
      // The transfer has failed already; this failure adds nothing.
      return;
    }
  }
}
