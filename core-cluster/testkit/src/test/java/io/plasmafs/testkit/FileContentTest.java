package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written comes back, whatever the size and the way.
class FileContentTest {
  private static final int BLOCK = 64 << 10;
  private static TestCluster cluster;
  private static PlasmaClient client;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    client = cluster.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        8191,
        8192,
        8193,
        BLOCK - 1,
        BLOCK,
        BLOCK + 1,
        2 * BLOCK,
        (1 << 20) - 1,
        1 << 20,
        (1 << 20) + 1,
        5_000_000
      })
  void sizesAroundEveryBoundaryComeBack(int size) throws IOException {
    byte[] content = bytes(size);
    client.write("/w" + size, content);
    assertThat(client.readAll("/w" + size)).isEqualTo(content);
    assertThat(client.stat("/w" + size).size()).isEqualTo(size);

    try (PlasmaOutputStream out = client.openOutput("/s" + size)) {
      for (int from = 0; from < size; from += 100_001) {
        out.write(content, from, Math.min(100_001, size - from));
      }
    }
    try (InputStream in = client.openInput("/s" + size)) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    try (PlasmaFile file = client.openFile("/s" + size)) {
      Random random = new Random(size);
      for (int i = 0; i < 20 && size > 0; i++) {
        int from = random.nextInt(size);
        int length = Math.min(1 + random.nextInt(200_000), size - from);
        ByteBuffer target = ByteBuffer.allocate(length);
        assertThat(file.read(target, from)).isEqualTo(length);
        assertThat(target.array()).isEqualTo(Arrays.copyOfRange(content, from, from + length));
        try (PlasmaInputStream range = file.stream(from, length)) {
          assertThat(range.readAllBytes()).isEqualTo(target.array());
        }
      }
      assertThat(file.read(ByteBuffer.allocate(1), size)).isEqualTo(-1);
    }
  }

  @Test
  void appendsGrowAFileFromInlineToBlocks() throws IOException {
    byte[] content = bytes(300_000);
    int end = 0;
    Random random = new Random(5);
    while (end < content.length) {
      int step = Math.min(1 + random.nextInt(9000), content.length - end);
      try (PlasmaOutputStream out = client.openOutput("/append", WriteOptions.APPEND)) {
        out.write(content, end, step);
      }
      end += step;
    }
    assertThat(client.readAll("/append")).isEqualTo(content);
  }

  @Test
  void rangesEndWhereTheFileEndsAndBeginWithinIt() throws IOException {
    client.write("/ranges", bytes(100_000));
    try (PlasmaFile file = client.openFile("/ranges")) {
      try (PlasmaInputStream rest = file.stream(99_990, Long.MAX_VALUE)) {
        assertThat(rest.readAllBytes()).hasSize(10);
      }
      try (PlasmaInputStream nothing = file.stream(100_000, 1)) {
        assertThat(nothing.read()).isEqualTo(-1);
      }
      assertThatThrownBy(() -> file.stream(100_001, 1)).isInstanceOf(PlasmaIOException.class);
      assertThatThrownBy(() -> file.stream(-1, 1)).isInstanceOf(PlasmaIOException.class);
    }
  }

  @Test
  void skipsFromInlineBytesIntoTheHoleBehindThem() throws IOException {
    client.write("/skip", new byte[] {1, 2, 3});
    client.truncate("/skip", 1000);
    try (PlasmaInputStream in = client.openInput("/skip")) {
      assertThat(in.skip(900)).isEqualTo(900);
      assertThat(in.position()).isEqualTo(900);
      assertThat(in.readAllBytes()).isEqualTo(new byte[100]);
    }
  }

  @Test
  void updateKeepsWhatItDoesNotTouch() throws IOException {
    for (int size : new int[] {100, 8192, 70_000, 200_000}) {
      byte[] content = bytes(size);
      client.write("/update", content);
      byte[] start = new byte[50];
      Arrays.fill(start, (byte) 'x');
      try (PlasmaOutputStream out = client.openOutput("/update", WriteOptions.UPDATE)) {
        out.write(start);
      }
      System.arraycopy(start, 0, content, 0, 50);
      assertThat(client.readAll("/update")).isEqualTo(content);
    }
  }

  @Test
  void truncationCutsAndNeverShowsOldBytesAgain() {
    for (int size : new int[] {1000, 70_000, 200_000}) {
      for (int cut : new int[] {0, 1, 999, 8192, 65_536, 66_000, 131_072, 150_000}) {
        byte[] content = bytes(size);
        client.write("/cut", content);
        client.truncate("/cut", cut);
        byte[] expected = Arrays.copyOf(content, cut);
        assertThat(client.readAll("/cut")).as("%d cut to %d", size, cut).isEqualTo(expected);
        client.truncate("/cut", size + 1000);
        expected = Arrays.copyOf(Arrays.copyOf(content, cut), size + 1000);
        assertThat(client.readAll("/cut"))
            .as("%d cut to %d and extended", size, cut)
            .isEqualTo(cut > size ? Arrays.copyOf(content, size + 1000) : expected);
      }
    }
  }

  @Test
  void randomWritesThroughAChannelAreThoseOfAnArray() throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[] model = new byte[3_000_000];
    int size = 0;
    try (PlasmaChannel channel = client.openChannel("/random", WriteOptions.DEFAULT)) {
      for (int round = 0; round < 200; round++) {
        int at = random.nextInt(round < 20 ? 6000 : 2_900_000);
        byte[] piece = new byte[1 + random.nextInt(round % 10 == 0 ? 100_000 : 2000)];
        random.nextBytes(piece);
        assertThat(channel.write(ByteBuffer.wrap(piece), at)).isEqualTo(piece.length);
        System.arraycopy(piece, 0, model, at, piece.length);
        size = Math.max(size, at + piece.length);
        if (round % 40 == 39) {
          channel.force();
        }
        int from = random.nextInt(size);
        ByteBuffer read = ByteBuffer.allocate(Math.min(size - from, 5000));
        assertThat(channel.read(read, from)).isEqualTo(read.capacity());
        assertThat(read.array())
            .as("seed %d, round %d", seed, round)
            .isEqualTo(Arrays.copyOfRange(model, from, from + read.capacity()));
      }
      assertThat(channel.size()).isEqualTo(size);
    }
    assertThat(client.readAll("/random")).isEqualTo(Arrays.copyOf(model, size));
  }

  @Test
  void transactionSeesItsOwnContentAndOthersDoNot() {
    byte[] before = bytes(100_000);
    byte[] after = bytes(150_000);
    client.write("/own", before);
    try (Transaction tx = client.begin()) {
      tx.write("/own", after);
      assertThat(tx.readAll("/own")).isEqualTo(after);
      assertThat(client.readAll("/own")).isEqualTo(before);
      long sequence = tx.commit();
      assertThat(client.stat("/own").version()).isEqualTo(sequence);
    }
    assertThat(client.readAll("/own")).isEqualTo(after);
  }

  @Test
  void streamReadsOneVersionWhileTheFileIsReplaced() throws IOException {
    byte[] before = bytes(6_000_000);
    client.write("/held", before);
    try (PlasmaInputStream in = client.openInput("/held")) {
      byte[] first = in.readNBytes(10);
      for (int i = 0; i < 3; i++) {
        client.write("/held", bytes(3_000_000 + i));
      }
      byte[] rest = in.readAllBytes();
      assertThat(first).isEqualTo(Arrays.copyOf(before, 10));
      assertThat(rest).isEqualTo(Arrays.copyOfRange(before, 10, before.length));
    }
  }

  @Test
  void abortedStreamLeavesNothing() throws IOException {
    PlasmaOutputStream out = client.openOutput("/never");
    out.write(bytes(2_000_000));
    out.abort();
    assertThat(client.exists("/never")).isFalse();
    assertThatThrownBy(() -> out.write(1)).isInstanceOf(IOException.class);
  }

  /// Appends pieces of random sizes, syncs now and then, and looks what others see.
  private static void appendAndSync(PlasmaClient through, String path, int largest, int rounds)
      throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] model = new byte[rounds * largest];
    random.nextBytes(model);
    int size = 0;
    try (PlasmaOutputStream out = through.openOutput(path)) {
      for (int round = 0; round < rounds; round++) {
        int length = random.nextInt(largest);
        out.write(model, size, length);
        size += length;
        if (random.nextInt(4) != 0) {
          out.sync();
          assertThat(through.readAll(path))
              .as("seed %d, round %d", seed, round)
              .isEqualTo(Arrays.copyOf(model, size));
        }
        assertThat(out.position()).isEqualTo(size);
      }
    }
    assertThat(through.readAll(path)).as("seed %d", seed).isEqualTo(Arrays.copyOf(model, size));
  }

  @ParameterizedTest
  @ValueSource(ints = {3000, 40_000, 2_000_000})
  void whatIsSyncedIsVisibleWhileWritingGoesOn(int largest) throws IOException {
    appendAndSync(client, "/synced" + largest, largest, largest > 1_000_000 ? 6 : 25);
  }

  @Test
  void blocksLargerThanTheBuffersAreSynced() throws IOException {
    try (TestCluster large = TestCluster.options().blockSize(4 << 20).start();
        PlasmaClient through = large.connect()) {
      appendAndSync(through, "/large", 3_000_000, 8);
    }
  }

  @Test
  void syncKeepsWhatLiesBehind() throws IOException {
    byte[] model = bytes(300_000);
    client.write("/behind", model);
    try (PlasmaOutputStream out = client.openOutput(Location.of("/behind"), WriteOptions.UPDATE)) {
      for (int at = 0; at < 200_000; at += 50_000) {
        byte[] piece = bytes(50_000 + at);
        out.write(piece, 0, 50_000);
        out.sync();
        System.arraycopy(piece, 0, model, at, 50_000);
        assertThat(client.readAll("/behind")).isEqualTo(model);
      }
    }
    assertThat(client.readAll("/behind")).isEqualTo(model);
  }

  @Test
  void abortAfterASyncKeepsWhatWasSynced() throws IOException {
    PlasmaOutputStream out = client.openOutput("/half");
    out.sync();
    assertThat(client.stat("/half").size()).isZero();
    out.write(bytes(100_000));
    out.sync();
    out.write(bytes(70_000));
    out.abort();
    assertThat(client.readAll("/half")).isEqualTo(bytes(100_000));
  }

  @Test
  void writingOnAfterSomebodyElseWroteIsAConflict() throws IOException {
    PlasmaOutputStream out = client.openOutput("/disputed");
    out.write(bytes(100_000));
    out.sync();
    client.write("/disputed", bytes(50));
    out.write(bytes(1000));
    assertThatThrownBy(out::sync)
        .isInstanceOfSatisfying(
            PlasmaIOException.class,
            e -> assertThat(e.failure().status()).isEqualTo(FsStatus.ECONFLICT));
    assertThatThrownBy(out::close).isInstanceOf(IOException.class);
    assertThat(client.readAll("/disputed")).isEqualTo(bytes(50));
  }

  @Test
  void syncInATransactionShowsNothingToOthers() throws IOException {
    byte[] content = bytes(150_000);
    try (Transaction tx = client.begin();
        PlasmaOutputStream out = tx.openOutput("/inner")) {
      for (int at = 0; at < 150_000; at += 30_000) {
        out.write(content, at, 30_000);
        out.sync();
        assertThat(tx.readAll("/inner")).isEqualTo(Arrays.copyOf(content, at + 30_000));
        assertThat(client.exists("/inner")).isFalse();
      }
      out.close();
      long unused = tx.commit();
    }
    assertThat(client.readAll("/inner")).isEqualTo(content);
  }

  @Test
  void manyFilesAreReadInOneCall() {
    int[] sizes = {0, 1, 5000, 8193, 70_000, 1 << 20, (1 << 20) + 1, 100};
    List<Location> files = new ArrayList<>();
    for (int size : sizes) {
      client.write("/many" + size, bytes(size));
      files.add(Location.of("/many" + size));
    }
    client.create("/many-hole");
    client.truncate("/many-hole", 100_000);
    files.add(Location.of("/many-hole"));
    files.add(Location.of("/many-missing"));
    files.add(Location.of("/many1"));
    List<Optional<ByteBuffer>> contents = client.readMany(files);
    for (int i = 0; i < sizes.length; i++) {
      Optional<ByteBuffer> expected =
          sizes[i] > 1 << 20 ? Optional.empty() : Optional.of(ByteBuffer.wrap(bytes(sizes[i])));
      assertThat(contents.get(i)).as("%d bytes", sizes[i]).isEqualTo(expected);
    }
    assertThat(contents.get(sizes.length)).contains(ByteBuffer.allocate(100_000));
    assertThat(contents.subList(sizes.length + 1, files.size()))
        .hasSize(2)
        .allMatch(Optional::isEmpty);
  }

  @Test
  void starWritesAllCopies() {
    byte[] content = bytes(3_000_000);
    client.write(
        Location.of("/star"),
        ByteBuffer.wrap(content),
        WriteOptions.DEFAULT.with(WriteOptions.FanOut.STAR));
    assertThat(client.readAll("/star")).isEqualTo(content);
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> client.readAll("/no/such"))
        .isInstanceOf(FsException.class)
        .hasMessageContaining("no");
  }
}
