package io.plasmafs.client;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// CRC32C (RFC 3720 appendix B.4) of pieces, and the CRC32C of a whole from those of its parts, so
/// that no byte is summed twice.
///
/// Combining is the method of zlib's `crc32_combine`: appending n zero bits to a message multiplies
/// its remainder by x^n modulo the polynomial, which is done here by multiplying polynomials over
/// GF(2), with the powers x^(2^k) at hand.
final class BlockChecksum {
  /// Castagnoli's polynomial, reflected: the bit of x^31 is the lowest.
  private static final int POLYNOMIAL = 0x82f63b78;

  /// x^0 in the reflected representation.
  private static final int ONE = 1 << 31;

  /// x^(2^k) modulo the polynomial, for k from 0 on.
  private static final int[] POWERS = powers();

  private BlockChecksum() {}

  /// The CRC32C of the remaining bytes, whose position does not move.
  static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /// The CRC32C of a first part followed by a second one.
  ///
  /// @param first of the first part; 0 if that is empty
  /// @param secondLength bytes of the second part
  static int combine(int first, int second, long secondLength) {
    return multiply(xToThe(8 * secondLength), first) ^ second;
  }

  private static int[] powers() {
    int[] powers = new int[64];
    powers[0] = 1 << 30; // x^1
    for (int k = 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  private static int xToThe(long exponent) {
    int result = ONE;
    long left = exponent;
    for (int k = 0; left != 0; k++, left >>>= 1) {
      if ((left & 1) != 0) {
        result = multiply(POWERS[k], result);
      }
    }
    return result;
  }

  /// The product of two polynomials modulo Castagnoli's.
  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
