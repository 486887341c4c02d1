package io.plasmafs.model;

/// The CRC32C of two runs of bytes together, from that of each: the first is multiplied by x to the
/// power of the bits behind it, modulo the Castagnoli polynomial, as zlib's `crc32_combine` does
/// for its own: so that no byte is summed twice. Immutable.
public final class Crc32cCombiner {
  /// The polynomial, lowest power in the highest bit.
  private static final int POLYNOMIAL = 0x82F63B78;

  /// x to the power of 2^n.
  private static final int[] POWERS = powers();

  private final int sliceBytes;
  private final int sliceOperator;

  /// A combiner.
  ///
  /// @param sliceBytes length that is combined most often: its operator is worked out once
  public Crc32cCombiner(int sliceBytes) {
    this.sliceBytes = sliceBytes;
    this.sliceOperator = operator(sliceBytes);
  }

  /// The checksum of a first run followed by a second one.
  ///
  /// @param first of the first run; 0 if that is empty
  /// @param bytes length of the second run
  public int combine(int first, int second, int bytes) {
    return multiply(bytes == sliceBytes ? sliceOperator : operator(bytes), first) ^ second;
  }

  /// The checksum of a block of `length` bytes from those of its slices.
  public int combine(int[] slices, int length) {
    int all = 0;
    int left = length;
    for (int slice : slices) {
      int bytes = Math.min(left, sliceBytes);
      all = left == length ? slice : combine(all, slice, bytes);
      left -= bytes;
    }
    return all;
  }

  private static int operator(int bytes) {
    int result = 1 << 31;
    int power = 3; // a byte has 2^3 bits
    for (int n = bytes; n != 0; n >>>= 1) {
      if ((n & 1) != 0) {
        result = multiply(POWERS[power], result);
      }
      power++;
    }
    return result;
  }

  private static int[] powers() {
    // The longest run has 2^31 - 1 bytes: bits 3 to 33 of its length in bits.
    int[] powers = new int[34];
    powers[0] = 1 << 30; // x
    for (int n = 1; n < powers.length; n++) {
      powers[n] = multiply(powers[n - 1], powers[n - 1]);
    }
    return powers;
  }

  private static int multiply(int a, int b) {
    int product = 0;
    int factor = b;
    for (int bit = 1 << 31; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= factor;
      }
      factor = (factor & 1) != 0 ? factor >>> 1 ^ POLYNOMIAL : factor >>> 1;
    }
    return product;
  }
}
