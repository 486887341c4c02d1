package io.plasmafs.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteTextTest {
  /// Starts and parts of longer sequences, surrogates among them.
  private static final byte[] TROUBLE = {
    (byte) 0xed, (byte) 0xa0, (byte) 0x80, (byte) 0xf0, (byte) 0x9f, (byte) 0xc3
  };

  @Test
  void textThatIsUtf8StaysItself() {
    for (String text : new String[] {"", "a", "grüße", "日本", "\uD83D\uDE00", "a\nb"}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      assertThat(ByteText.decode(bytes)).isEqualTo(text);
      assertThat(ByteText.encode(text)).isEqualTo(bytes);
      assertThat(ByteText.isUtf8(text)).isTrue();
    }
  }

  @Test
  void bytesThatAreNotUtf8ComeBack() {
    byte[] latin1 = {'g', 'r', (byte) 0xfc, 'n'};
    String text = ByteText.decode(latin1);
    assertThat(text).isEqualTo("gr\uDCFCn");
    assertThat(ByteText.encode(text)).isEqualTo(latin1);
    assertThat(ByteText.isUtf8(text)).isFalse();
  }

  @Test
  void anyBytesComeBack() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int j = 0; j < bytes.length; j++) {
        if (random.nextInt(3) == 0) {
          bytes[j] = TROUBLE[random.nextInt(TROUBLE.length)];
        }
      }
      assertThat(ByteText.encode(ByteText.decode(bytes))).as("seed %d", seed).isEqualTo(bytes);
    }
  }
}
