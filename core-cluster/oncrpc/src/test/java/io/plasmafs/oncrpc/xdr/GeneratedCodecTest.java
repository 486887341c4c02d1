package io.plasmafs.oncrpc.xdr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.plasmafs.oncrpc.RandomSamples;
import io.plasmafs.oncrpc.sample.blob;
import io.plasmafs.oncrpc.sample.choice_bool;
import io.plasmafs.oncrpc.sample.choice_int;
import io.plasmafs.oncrpc.sample.choices;
import io.plasmafs.oncrpc.sample.color;
import io.plasmafs.oncrpc.sample.colors_t;
import io.plasmafs.oncrpc.sample.cookie;
import io.plasmafs.oncrpc.sample.everything;
import io.plasmafs.oncrpc.sample.ints_t;
import io.plasmafs.oncrpc.sample.name_t;
import io.plasmafs.oncrpc.sample.node;
import io.plasmafs.oncrpc.sample.read_result;
import io.plasmafs.oncrpc.sample.tree;
import java.lang.management.ManagementFactory;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import java.util.function.Supplier;
import org.acplt.oncrpc.XdrAble;
import org.acplt.oncrpc.XdrBufferDecodingStream;
import org.acplt.oncrpc.XdrBufferEncodingStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GeneratedCodecTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void whatWasEncodedIsDecodedToTheSame() throws Exception {
    long seed = System.nanoTime();
    System.out.println("GeneratedCodecTest round trip, seed " + seed);
    RandomSamples samples = new RandomSamples(new Random(seed));
    for (int i = 0; i < 100; i++) {
      everything all = samples.everything();
      everything decoded = decode(encode(all), everything::new);
      assertThat(decoded).as("seed %d", seed).usingRecursiveComparison().isEqualTo(all);
      byte[] bytes = encode(samples.choices());
      assertThat(encode(decode(bytes, choices::new))).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  @Test
  void mangledBytesAreRefusedOrDecodedWithoutTakingMemory() throws Exception {
    long seed = System.nanoTime();
    System.out.println("GeneratedCodecTest mangled bytes, seed " + seed);
    Random random = new Random(seed);
    RandomSamples samples = new RandomSamples(random);
    int refused = 0;
    for (int i = 0; i < 4_000; i++) {
      byte[] bytes = encode(i % 2 == 0 ? samples.everything() : samples.choices());
      byte[] mangled = mangle(random, bytes);
      Supplier<XdrAble> target = i % 2 == 0 ? everything::new : choices::new;
      Attempt attempt = attempt(mangled, target.get());
      if (attempt.failure() == null) {
        assertThat(encode(attempt.value())).as("seed %d", seed).isEqualTo(mangled);
        continue;
      }
      refused++;
      if (attempt.failure().getCause() != null) {
        assertThat(attempt.failure())
            .as("seed %d", seed)
            .hasCauseInstanceOf(CharacterCodingException.class);
      }
      long most = 64L * bytes.length + 65536;
      if (attempt.taken() >= most) {
        // The first refusal of a kind loads classes, the second does not.
        attempt = attempt(mangled, target.get());
      }
      assertThat(attempt.taken()).as("bytes allocated, seed %d", seed).isLessThan(most);
    }
    assertThat(refused).as("seed %d", seed).isGreaterThan(400);
  }

  /// What came of decoding, and how many bytes of the heap it took.
  private record Attempt(XdrAble value, @Nullable XdrException failure, long taken) {}

  private static Attempt attempt(byte[] bytes, XdrAble value) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    XdrException failure = null;
    try {
      new NettyXdrDecodingStream(Unpooled.wrappedBuffer(bytes)).readAll(value);
    } catch (XdrException e) {
      failure = e;
    }
    return new Attempt(value, failure, THREADS.getCurrentThreadAllocatedBytes() - before);
  }

  private static byte[] mangle(Random random, byte[] bytes) {
    byte[] mangled = bytes.clone();
    int[] extremes = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, 1, 2, 65, 1 << 20, 1 << 28};
    switch (random.nextInt(4)) {
      case 0 -> mangled[random.nextInt(mangled.length)] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mangled = java.util.Arrays.copyOf(mangled, random.nextInt(mangled.length));
      case 2 -> mangled = java.util.Arrays.copyOf(mangled, mangled.length + random.nextInt(9));
      default -> {
        int at = random.nextInt(mangled.length / 4) * 4;
        Unpooled.wrappedBuffer(mangled).setInt(at, extremes[random.nextInt(extremes.length)]);
      }
    }
    return mangled;
  }

  @Test
  void theBytesAreThoseOfRemotetea() throws Exception {
    RandomSamples samples = new RandomSamples(new Random(7));
    node list = samples.list(20);
    XdrBufferEncodingStream reference = new XdrBufferEncodingStream(4096);
    reference.beginEncoding(null, 0);
    for (node n = list; n != null; n = n.next) {
      reference.xdrEncodeInt(n.value);
      reference.xdrEncodeBoolean(n.next != null);
    }
    reference.setCharacterEncoding("UTF-8");
    reference.xdrEncodeString("Grüße");
    reference.xdrEncodeDynamicOpaque(new byte[] {1, 2, 3, 4, 5});
    reference.xdrEncodeLong(Long.MIN_VALUE + 1);
    reference.xdrEncodeDouble(Math.PI);
    reference.endEncoding();
    NettyXdrEncodingStream ours = new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT);
    ours.writeAll(list);
    ours.writeString("s", "Grüße", 64);
    ours.writeOpaque("o", new byte[] {1, 2, 3, 4, 5}, 5);
    ours.writeLong(Long.MIN_VALUE + 1);
    ours.writeDouble(Math.PI);
    byte[] expected = java.util.Arrays.copyOf(reference.getXdrData(), reference.getXdrLength());
    assertThat(bytes(ours.finish())).isEqualTo(expected);
  }

  @Test
  void generatedCodeRefusesStreamsThatCheckNothing() {
    XdrBufferDecodingStream unchecked = new XdrBufferDecodingStream(new byte[16]);
    assertThatThrownBy(() -> new name_t(unchecked))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not check lengths");
  }

  @Test
  void countsBeyondTheBoundAreRefused() {
    assertRefused(ints_t::new, "length 17, at most 16", 17);
    assertRefused(name_t::new, "length 65, at most 64", 65);
    assertRefused(colors_t::new, "length 5, at most 4", 5);
  }

  @Test
  void negativeCountsAreRefused() {
    assertRefused(ints_t::new, "length 4294967295", -1);
    assertRefused(blob::new, "length 2147483648", Integer.MIN_VALUE);
    assertRefused(name_t::new, "length 4294967295", -1);
  }

  @Test
  void countsBeyondTheRecordAreRefused() {
    assertRefused(blob::new, "only 0 bytes follow", Integer.MAX_VALUE);
    assertRefused(ints_t::new, "only 4 bytes follow", 2, 7);
    assertRefused(read_result::new, "only 0 bytes follow", 1 << 20);
    assertRefused(cookie::new, "needs 12 bytes", 1, 2);
  }

  @Test
  void bulkDataBeyondItsBoundIsRefused() {
    assertRefused(read_result::new, "at most 1048576", (1 << 20) + 1);
  }

  @Test
  void booleansAreZeroOrOne() {
    assertRefused(choice_bool::new, "expected a boolean", 2);
    assertRefused(choice_bool::new, "expected a boolean", -1);
  }

  @Test
  void undeclaredEnumValuesAreRefused() {
    assertRefused(colors_t::new, "expected one of [1, 2, 7]", 1, 3);
  }

  @Test
  void unknownArmsAreRefused() {
    assertRefused(choice_int::new, "no such arm", 17);
  }

  @Test
  void paddingIsZero() {
    assertRefused(name_t::new, "padded", 1, 0x61000001);
  }

  @Test
  void textIsUtf8() {
    assertRefused(name_t::new, "not UTF-8", 2, 0xC0AF0000);
  }

  @Test
  void leftOverBytesAreRefused() {
    assertRefused(ints_t::new, "4 bytes are left over", 0, 0);
  }

  @Test
  void nestingIsBounded() {
    int[] words = new int[400];
    for (int i = 0; i < words.length; i += 2) {
      words[i] = i;
      words[i + 1] = 1;
    }
    assertRefused(tree::new, "nested deeper than 64", words);
  }

  @Test
  void listsAreBounded() {
    int[] words = new int[2 * (NettyXdrDecodingStream.MAX_LIST_LENGTH + 10)];
    java.util.Arrays.fill(words, 1);
    assertRefused(node::new, "longer than 65536", words);
  }

  @Test
  void longListsNeedNoStack() throws Exception {
    node list = new RandomSamples(new Random(1)).list(NettyXdrDecodingStream.MAX_LIST_LENGTH);
    byte[] bytes = encode(list);
    assertThat(encode(decode(bytes, node::new))).isEqualTo(bytes);
  }

  @Test
  void valuesBeyondTheirBoundsAreNotEncoded() {
    assertNotEncoded(new name_t("x".repeat(65)), "length 65, at most 64");
    assertNotEncoded(new name_t("€".repeat(22)), "length 66, at most 64");
    assertNotEncoded(new ints_t(new int[17]), "length 17, at most 16");
    assertNotEncoded(new cookie(new byte[9]), "length 9, expected exactly 10");
    assertNotEncoded(new colors_t(new int[] {color.RED, 3}), "expected one of");
    assertNotEncoded(new name_t(), "is missing");
    choice_int choice = new choice_int();
    choice.kind = 99;
    assertNotEncoded(choice, "no such arm");
  }

  private static void assertRefused(Supplier<? extends XdrAble> type, String reason, int... words) {
    ByteBuf bytes = Unpooled.buffer();
    for (int word : words) {
      bytes.writeInt(word);
    }
    assertThatThrownBy(() -> new NettyXdrDecodingStream(bytes).readAll(type.get()))
        .isInstanceOf(XdrException.class)
        .hasMessageContaining(reason);
  }

  private static void assertNotEncoded(XdrAble value, String reason) {
    assertThatThrownBy(() -> encode(value))
        .isInstanceOf(XdrException.class)
        .hasMessageContaining(reason);
  }

  static byte[] encode(XdrAble value) throws XdrException {
    try (NettyXdrEncodingStream out =
        new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT)) {
      out.writeAll(value);
      return bytes(out.finish());
    }
  }

  static byte[] bytes(EncodedMessage message) {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < message.partCount(); i++) {
      all.writeBytes((ByteBuf) message.part(i));
    }
    message.release();
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }

  static <T extends XdrAble> T decode(byte[] bytes, Supplier<T> type) throws XdrException {
    T value = type.get();
    new NettyXdrDecodingStream(Unpooled.wrappedBuffer(bytes)).readAll(value);
    return value;
  }
}
