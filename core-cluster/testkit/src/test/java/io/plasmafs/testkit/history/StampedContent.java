package io.plasmafs.testkit.history;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The content of a file of a random history, which tells of each of its bytes who wrote it: every
/// 8 bytes hold the stamp of the write and their place in the file. Writes replace whole units.
///
/// @param length in bytes, a multiple of 8
/// @param stamps one for each unit, never used twice
record StampedContent(int length, List<Integer> stamps) {
  static final int UNIT_BYTES = 4096;
  private static final int WORD_BYTES = 8;

  /// Written by one write.
  static StampedContent of(int stamp, int length) {
    int units = Math.ceilDiv(length, UNIT_BYTES);
    return new StampedContent(length, Collections.nCopies(units, stamp));
  }

  byte[] bytes() {
    return bytes(0, stamps.size());
  }

  /// The bytes of some units.
  byte[] bytes(int firstUnit, int units) {
    int from = firstUnit * UNIT_BYTES;
    int end = Math.min(length, from + units * UNIT_BYTES);
    ByteBuffer bytes = ByteBuffer.allocate(end - from);
    for (int at = from; at < end; at += WORD_BYTES) {
      bytes.putLong((long) stamps.get(at / UNIT_BYTES) << 32 | at);
    }
    return bytes.array();
  }

  /// What was read.
  ///
  /// @throws AssertionError if one unit is of two writes, or of another place
  static StampedContent read(byte[] bytes) {
    List<Integer> stamps = new ArrayList<>();
    ByteBuffer words = ByteBuffer.wrap(bytes);
    for (int at = 0; at < bytes.length; at += WORD_BYTES) {
      long word = words.getLong();
      int stamp = (int) (word >>> 32);
      if (at % UNIT_BYTES == 0) {
        stamps.add(stamp);
      }
      if ((int) word != at || stamp != stamps.getLast()) {
        throw new AssertionError(
            "at %d of %d there is what write %d put at %d, in a unit of write %d"
                .formatted(at, bytes.length, stamp, (int) word, stamps.getLast()));
      }
    }
    return new StampedContent(bytes.length, stamps);
  }
}
