package io.plasmafs.testkit;

import java.util.Random;

/// Contents of files, the same whenever they have the same length.
final class RandomBytes {
  private RandomBytes() {}

  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }
}
