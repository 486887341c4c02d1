package io.plasmafs.protocol;

import java.util.Arrays;
import java.util.Random;

/// What can happen to a message.
final class Mangler {
  private static final int[] NASTY = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 65536, 0, 1, 4097};

  private Mangler() {}

  /// A copy with a bit turned, a word replaced, a part cut out, or an end missing.
  static byte[] mangle(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    int words = copy.length / 4;
    int word = random.nextInt(words) * 4;
    switch (random.nextInt(4)) {
      case 0 -> copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> {
        int value = NASTY[random.nextInt(NASTY.length)];
        for (int i = 0; i < 4; i++) {
          copy[word + i] = (byte) (value >>> (24 - 8 * i));
        }
      }
      case 2 -> {
        System.arraycopy(bytes, word + 4, copy, word, bytes.length - word - 4);
        copy = Arrays.copyOf(copy, bytes.length - 4);
      }
      default -> copy = Arrays.copyOf(copy, random.nextInt(copy.length));
    }
    return copy;
  }
}
