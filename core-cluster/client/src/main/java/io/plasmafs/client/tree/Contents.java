package io.plasmafs.client.tree;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Compares the contents of files, byte for byte.
final class Contents {
  private static final int BUFFER_BYTES = 256 << 10;

  private Contents() {}

  static boolean same(SourceObject one, SourceObject another) throws IOException {
    byte[] mine = new byte[BUFFER_BYTES];
    byte[] theirs = new byte[BUFFER_BYTES];
    try (InputStream in = one.open();
        InputStream other = another.open()) {
      while (true) {
        int count = in.readNBytes(mine, 0, mine.length);
        int otherCount = other.readNBytes(theirs, 0, theirs.length);
        if (!Arrays.equals(mine, 0, count, theirs, 0, otherCount)) {
          return false;
        }
        if (count < mine.length) {
          return true;
        }
      }
    }
  }
}
