package io.plasmafs.client;

import io.plasmafs.model.Checksums;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The checksums of blocks of a file that is being written, from the first one on that is not part
/// of the file yet. Each is put together from those of its slices, as they come.
final class BlockSums {
  private static final int FEW = 64;

  private final int blockSize;
  private final int sliceSize;
  private int[] sums = new int[FEW];

  /// Whose sum is the first in `sums`.
  private long base;

  BlockSums(int blockSize, int sliceSize, long firstBlock) {
    this.blockSize = blockSize;
    this.sliceSize = sliceSize;
    this.base = firstBlock;
  }

  /// Sums the slices of a piece, and adds them to the sums of their blocks. Pieces of one block
  /// come in order.
  ///
  /// @return the CRC32C of each slice
  Checksums add(ByteBuffer bytes, long firstBlock, int firstOffset) {
    int[] checksums = new int[Math.ceilDiv(bytes.limit(), sliceSize)];
    long block = firstBlock;
    int offset = firstOffset;
    for (int i = 0; i < checksums.length; i++) {
      int from = i * sliceSize;
      int length = Math.min(sliceSize, bytes.limit() - from);
      int crc = BlockChecksum.of(bytes.slice(from, length));
      checksums[i] = crc;
      int index = Math.toIntExact(block - base);
      if (index >= sums.length) {
        sums = Arrays.copyOf(sums, Math.max(index + 1, 2 * sums.length));
      }
      sums[index] = offset == 0 ? crc : BlockChecksum.combine(sums[index], crc, length);
      offset += length;
      if (offset >= blockSize) {
        offset = 0;
        block++;
      }
    }
    return Checksums.of(checksums);
  }

  /// The checksums of some blocks, one each.
  Checksums of(long firstBlock, int count) {
    int from = Math.toIntExact(firstBlock - base);
    return Checksums.of(Arrays.copyOfRange(sums, from, from + count));
  }

  /// Forgets what is before this block: runs complete in the order of the file.
  void forgetBefore(long block) {
    int drop = Math.toIntExact(block - base);
    if (drop > 0) {
      int keep = Math.max(0, sums.length - drop);
      int[] rest = new int[Math.max(FEW, keep)];
      if (keep > 0) {
        System.arraycopy(sums, drop, rest, 0, keep);
      }
      sums = rest;
      base = block;
    }
  }
}
