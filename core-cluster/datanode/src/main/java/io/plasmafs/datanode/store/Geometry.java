package io.plasmafs.datanode.store;

import io.plasmafs.model.ClusterDescription;

/// Sizes that follow from those of blocks and slices.
///
/// @param blockSize bytes: a power of two, 64 KiB to 64 MiB
/// @param sliceSize bytes under one checksum: a power of two, 4 KiB up to the block size
public record Geometry(int blockSize, int sliceSize) {
  /// Smallest slice, in bytes: a page.
  public static final int MIN_SLICE_SIZE = 4096;

  public Geometry {
    if (blockSize < ClusterDescription.MIN_BLOCK_SIZE
        || blockSize > ClusterDescription.MAX_BLOCK_SIZE
        || Integer.bitCount(blockSize) != 1) {
      throw new IllegalArgumentException(
          "block size is " + blockSize + " bytes, expected a power of two from 64k to 64m");
    }
    if (sliceSize < MIN_SLICE_SIZE || sliceSize > blockSize || Integer.bitCount(sliceSize) != 1) {
      throw new IllegalArgumentException(
          "slice size is "
              + sliceSize
              + " bytes, expected a power of two from 4k to the block size "
              + blockSize);
    }
  }

  /// Slices of a full block.
  public int slicesPerBlock() {
    return blockSize / sliceSize;
  }

  /// Slices that hold this many bytes.
  public int slices(int bytes) {
    return Math.ceilDiv(bytes, sliceSize);
  }

  /// Bytes of one block's record: the least power of two that has room, so that no record of up to
  /// 512 bytes straddles a sector of the disk.
  public int recordBytes() {
    int needed = RecordFormat.FIXED_BYTES + Integer.BYTES * slicesPerBlock();
    return Integer.highestOneBit(needed - 1) << 1;
  }

  /// Length of the file of data for this many blocks.
  public long dataBytes(long blocks) {
    return VolumeHeader.BYTES + Math.multiplyExact(blocks, (long) blockSize);
  }

  /// Length of the file of records for this many blocks.
  public long recordsBytes(long blocks) {
    return VolumeHeader.BYTES + Math.multiplyExact(blocks, (long) recordBytes());
  }
}
