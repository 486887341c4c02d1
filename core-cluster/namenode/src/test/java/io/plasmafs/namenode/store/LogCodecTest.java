package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.namenode.metadata.CommitBatch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LogCodecTest {
  private final long seed = System.nanoTime();
  private final Samples samples = new Samples(seed);

  @Test
  void whatIsEncodedIsDecodedAgain() throws Exception {
    for (int i = 0; i < 500; i++) {
      CommitBatch batch = samples.randomBatch(1 + samples.random().nextInt(9), 1 + i * 10L);
      CommitBatch logged = SplitBatch.of(batch).logged();
      assertThat(LogCodec.decode(LogCodec.encode(batch))).as("seed %d", seed).isEqualTo(batch);
      assertThat(LogCodec.decode(LogCodec.encode(logged))).as("seed %d", seed).isEqualTo(logged);
    }
  }

  @Test
  void everyFlippedBitIsNoticed() {
    byte[] bytes = LogCodec.encode(samples.randomBatch(1, 1));
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] mangled = bytes.clone();
      mangled[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThatThrownBy(() -> LogCodec.decode(mangled))
          .as("seed %d, bit %d", seed, bit)
          .isInstanceOf(LogCodec.MalformedBatch.class);
    }
  }

  @Test
  void truncatedBytesAreRefused() {
    byte[] bytes = LogCodec.encode(samples.randomBatch(1, 1));
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> LogCodec.decode(cut)).isInstanceOf(LogCodec.MalformedBatch.class);
    }
  }

  /// Even where the checksum is right, the bytes may be anything: nothing but a batch or
  /// [LogCodec.MalformedBatch] may come of them, and no memory that they do not account for.
  @Test
  void mangledBytesUnderARightChecksumDoNoHarm() {
    int refused = 0;
    for (int i = 0; i < 5000; i++) {
      byte[] bytes = LogCodec.encode(samples.randomBatch(1, 1));
      int changes = 1 + samples.random().nextInt(3);
      for (int c = 0; c < changes; c++) {
        bytes[5 + samples.random().nextInt(bytes.length - 5)] =
            (byte) samples.random().nextInt(256);
      }
      try {
        assertThat(LogCodec.decodeBody(new LogCodec.Input(bytes, 5)).commits()).isNotEmpty();
      } catch (LogCodec.MalformedBatch e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ", round " + i, e);
      }
    }
    assertThat(refused).isPositive();
  }
}
