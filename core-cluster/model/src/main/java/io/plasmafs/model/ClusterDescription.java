package io.plasmafs.model;

/// The constants of a cluster, and where it stands.
///
/// @param blockSize bytes: a power of two, 64 KiB to 64 MiB
/// @param sliceSize bytes under one CRC32C on a datanode; a divisor of the block size
/// @param inlineLimit files up to this many bytes are stored with the metadata
/// @param replication copies of each block, unless a file says otherwise
/// @param epoch of the coordinator
/// @param sequence of the last commit
public record ClusterDescription(
    String name,
    int blockSize,
    int sliceSize,
    int inlineLimit,
    int replication,
    long epoch,
    long sequence) {
  /// Smallest block, in bytes.
  public static final int MIN_BLOCK_SIZE = 64 << 10;

  /// Largest block, in bytes.
  public static final int MAX_BLOCK_SIZE = 64 << 20;

  /// Bytes under one checksum.
  public static final int SLICE_SIZE = 64 << 10;

  public ClusterDescription {
    if (blockSize < MIN_BLOCK_SIZE
        || blockSize > MAX_BLOCK_SIZE
        || Integer.bitCount(blockSize) != 1) {
      throw new IllegalArgumentException(
          "a block size of "
              + blockSize
              + " bytes is not possible: a power of two from 64k to 64m is needed");
    }
  }
}
