package io.plasmafs.oncrpc.xdr;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The comparisons that both directions make.
final class XdrBounds {
  private XdrBounds() {}

  static void checkCount(String field, int count, int max) throws XdrException {
    if (count < 0 || count > max) {
      throw new XdrException(
          field
              + " has length "
              + Integer.toUnsignedString(count)
              + ", at most "
              + max
              + " allowed");
    }
  }

  /// @param allowed ascending, not empty
  static void checkEnum(String field, int value, int[] allowed) throws XdrException {
    int last = allowed[allowed.length - 1];
    boolean contiguous = last - allowed[0] == allowed.length - 1;
    boolean known =
        contiguous
            ? value >= allowed[0] && value <= last
            : Arrays.binarySearch(allowed, value) >= 0;
    if (!known) {
      throw new XdrException(
          field + " is " + value + ", expected one of " + Arrays.toString(allowed));
    }
  }

  static <T> T checkPresent(String field, @Nullable T value) throws XdrException {
    if (value == null) {
      throw new XdrException(field + " is missing, it has to be set before it is encoded");
    }
    return value;
  }
}
