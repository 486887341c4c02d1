package io.plasmafs.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cCombinerTest {
  @Test
  void checksumOfTheWholeFollowsFromThoseOfItsSlices() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int slice = 4096 << random.nextInt(3);
      byte[] bytes = new byte[1 + random.nextInt(10 * slice)];
      random.nextBytes(bytes);
      int[] slices = new int[(bytes.length + slice - 1) / slice];
      for (int i = 0; i < slices.length; i++) {
        slices[i] = crc(bytes, i * slice, Math.min(bytes.length, (i + 1) * slice));
      }
      assertThat(new Crc32cCombiner(slice).combine(slices, bytes.length))
          .as("seed %d, %d bytes in slices of %d", seed, bytes.length, slice)
          .isEqualTo(crc(bytes, 0, bytes.length));
    }
  }

  private static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }
}
