package io.plasmafs.datanode.store;

import io.plasmafs.datanode.store.BlockRecord.State;
import java.nio.ByteBuffer;

/// What reads need of each record, in memory outside of the heap: 16 bytes a block. Safe for use by
/// several threads; an entry is read and written as a whole, and no I/O is done meanwhile.
///
/// An entry is the generation (8 bytes), state and length (4 bits and 28 bits) and the block's
/// checksum (4 bytes).
final class RecordIndex {
  private static final int ENTRY_BYTES = 16;
  private static final int STATE_SHIFT = 28;
  private static final int SEGMENT_SHIFT = 16;
  private static final int SEGMENT_BLOCKS = 1 << SEGMENT_SHIFT;

  private final ByteBuffer[] segments;

  /// One entry.
  record Entry(State state, long generation, int length, int checksum) {}

  RecordIndex(long blocks) {
    int count = Math.toIntExact(Math.ceilDiv(blocks, (long) SEGMENT_BLOCKS));
    segments = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      long left = blocks - (long) i * SEGMENT_BLOCKS;
      segments[i] = ByteBuffer.allocateDirect((int) Math.min(left, SEGMENT_BLOCKS) * ENTRY_BYTES);
    }
  }

  /// @param position of the block within the volume
  Entry get(long position) {
    ByteBuffer segment = segments[(int) (position >>> SEGMENT_SHIFT)];
    int at = (int) (position & (SEGMENT_BLOCKS - 1)) * ENTRY_BYTES;
    synchronized (segment) {
      int stateAndLength = segment.getInt(at + 8);
      return new Entry(
          State.of(stateAndLength >>> STATE_SHIFT),
          segment.getLong(at),
          stateAndLength & ((1 << STATE_SHIFT) - 1),
          segment.getInt(at + 12));
    }
  }

  void put(long position, State state, long generation, int length, int checksum) {
    ByteBuffer segment = segments[(int) (position >>> SEGMENT_SHIFT)];
    int at = (int) (position & (SEGMENT_BLOCKS - 1)) * ENTRY_BYTES;
    synchronized (segment) {
      segment.putLong(at, generation);
      segment.putInt(at + 8, state.code() << STATE_SHIFT | length);
      segment.putInt(at + 12, checksum);
    }
  }

  void put(long position, BlockRecord record) {
    put(position, record.state(), record.generation(), record.length(), record.checksum());
  }
}
