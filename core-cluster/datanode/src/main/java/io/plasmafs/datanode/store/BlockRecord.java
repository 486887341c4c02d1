package io.plasmafs.datanode.store;

import io.plasmafs.model.Checksums;

/// What is known of one block.
///
/// @param block its number within the store
/// @param generation it was written under; 0: never written, or its record is lost
/// @param inode it was written for
/// @param length bytes from the front of the block that are written
/// @param checksum CRC32C of those bytes
/// @param slices CRC32C of each slice of them
public record BlockRecord(
    long block,
    State state,
    long generation,
    long inode,
    int length,
    int checksum,
    Checksums slices) {

  /// What the block is good for. The numbers are those on disk.
  public enum State {
    /// Never written.
    EMPTY(0),
    /// Holds data that had the right checksum when they came.
    WRITTEN(1),
    /// Its data or its record were found damaged. It can be written again.
    DAMAGED(2);

    private final int code;

    State(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static State of(int code) {
      return switch (code) {
        case 0 -> EMPTY;
        case 1 -> WRITTEN;
        case 2 -> DAMAGED;
        default -> throw new IllegalArgumentException("there is no state " + code);
      };
    }
  }

  static BlockRecord empty(long block) {
    return new BlockRecord(block, State.EMPTY, 0, 0, 0, 0, Checksums.NONE);
  }

  static BlockRecord lost(long block) {
    return new BlockRecord(block, State.DAMAGED, 0, 0, 0, 0, Checksums.NONE);
  }

  BlockRecord damaged() {
    return new BlockRecord(block, State.DAMAGED, generation, inode, length, checksum, slices);
  }
}
