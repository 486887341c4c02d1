package io.plasmafs.oncrpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Direct memory of long records, kept for the next ones. The allocator's own pool gives memory of
/// this size back to the system each time little of it is in use, and takes and clears it anew for
/// the next record: a stream of long records would spend more on that than on their bytes.
///
/// Memory comes in sizes of `64 KiB << n`, with room for what stands around bulk data of that
/// length. A few pieces of it are kept, whatever was in use at the same time; the longest records
/// are never kept. Safe for use by several threads.
final class RecordMemory implements AutoCloseable {
  private static final int LEAST = 64 << 10;
  private static final int AROUND = 4 << 10;
  private static final int SIZES = 6;

  private final ByteBufAllocator allocator;
  private final long maxKept;
  private final List<Deque<ByteBuf>> free = new ArrayList<>();
  private long kept;
  private boolean closed;

  /// @param maxKept bytes of memory kept at most
  RecordMemory(ByteBufAllocator allocator, long maxKept) {
    this.allocator = allocator;
    this.maxKept = maxKept;
    for (int i = 0; i < SIZES; i++) {
      free.add(new ArrayDeque<>());
    }
  }

  /// Memory for so many bytes, which goes back when its last reference is released.
  ByteBuf take(int bytes) {
    int size = 0;
    while (size < SIZES && capacity(size) < bytes) {
      size++;
    }
    return size == SIZES
        ? allocator.directBuffer(bytes, bytes)
        : new Lent(memory(size), bytes, size);
  }

  private static int capacity(int size) {
    return (LEAST << size) + AROUND;
  }

  private ByteBuf memory(int size) {
    synchronized (this) {
      ByteBuf memory = free.get(size).pollLast();
      if (memory != null) {
        kept -= memory.capacity();
        return memory;
      }
    }
    return allocator.directBuffer(capacity(size), capacity(size));
  }

  private void give(ByteBuf memory, int size) {
    synchronized (this) {
      if (!closed && kept + memory.capacity() <= maxKept) {
        kept += memory.capacity();
        free.get(size).addLast(memory);
        return;
      }
    }
    memory.release();
  }

  /// Gives up what is kept, and keeps nothing more.
  @Override
  public synchronized void close() {
    for (Deque<ByteBuf> memories : free) {
      memories.forEach(ByteBuf::release);
      memories.clear();
    }
    kept = 0;
    closed = true;
  }

  /// Memory in the hands of somebody.
  private final class Lent extends UnpooledDirectByteBuf {
    private final ByteBuf memory;
    private final int size;

    Lent(ByteBuf memory, int bytes, int size) {
      super(allocator, memory.internalNioBuffer(0, bytes), bytes);
      this.memory = memory;
      this.size = size;
      clear();
    }

    @Override
    protected void deallocate() {
      super.deallocate();
      give(memory, size);
    }
  }
}
