package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc32cCombinerTest {
  @Test
  void checksumOfTheWholeFollowsFromThoseOfItsSlices() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int slice = 4096 << random.nextInt(3);
      byte[] bytes = Stores.bytes(random, 1 + random.nextInt(10 * slice));
      int[] slices = Stores.checksums(new Geometry(1 << 20, slice), bytes);
      assertThat(new Crc32cCombiner(slice).combine(slices, bytes.length))
          .as("seed %d, %d bytes in slices of %d", seed, bytes.length, slice)
          .isEqualTo(Stores.crc(bytes, 0, bytes.length));
    }
  }
}
