package io.plasmafs.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BlockChecksumTest {

  @Test
  void checksumIsThatOfTheStandard() {
    // RFC 3720 appendix B.4: 32 bytes of zeros; and the check value of the CRC catalogue.
    assertThat(BlockChecksum.of(ByteBuffer.allocate(32))).isEqualTo(0x8a9136aa);
    assertThat(BlockChecksum.of(ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII))))
        .isEqualTo(0xe3069283);
  }

  @Test
  void combinedChecksumIsThatOfTheWhole() {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      byte[] bytes = new byte[random.nextInt(200_000)];
      random.nextBytes(bytes);
      int whole = BlockChecksum.of(ByteBuffer.wrap(bytes));
      int combined = 0;
      int from = 0;
      while (from < bytes.length) {
        int length = 1 + random.nextInt(bytes.length - from);
        int part = BlockChecksum.of(ByteBuffer.wrap(bytes, from, length));
        combined = BlockChecksum.combine(combined, part, length);
        from += length;
      }
      assertThat(combined).as("seed %d, round %d", seed, round).isEqualTo(whole);
    }
  }

  @Test
  void checksumsOfLongPartsCombine() {
    byte[] bytes = new byte[5 << 20];
    new Random(7).nextBytes(bytes);
    int cut = (4 << 20) + 12_345;
    int first = BlockChecksum.of(ByteBuffer.wrap(bytes, 0, cut));
    int second = BlockChecksum.of(ByteBuffer.wrap(bytes, cut, bytes.length - cut));
    assertThat(BlockChecksum.combine(first, second, bytes.length - cut))
        .isEqualTo(BlockChecksum.of(ByteBuffer.wrap(bytes)));
  }
}
