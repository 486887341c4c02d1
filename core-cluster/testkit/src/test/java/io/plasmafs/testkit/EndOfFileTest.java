package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The end of a file that is extended by a little, again and again, is kept with the metadata until
/// a block is full. Whoever reads or changes the file does not notice.
class EndOfFileTest {
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
    assertThat(Checked.isClean(client)).isTrue();
    client.close();
    cluster.close();
  }

  private static Outcome.Body bodyOf(String path) {
    return ((Outcome.Content)
            client.execute(new Operation.Read(Location.of(path), true, 0, 1 << 16)))
        .body();
  }

  @Test
  void syncedAppendsTouchDatanodesOnlyWhenABlockIsFull() throws IOException {
    byte[] content = RandomBytes.bytes(3 * BLOCK);
    try (PlasmaOutputStream out = client.openOutput("/log")) {
      for (int at = 0; at < content.length; at += 4096) {
        out.write(content, at, 4096);
        out.sync();
        int end = at + 4096;
        assertThat(client.stat("/log").blocks()).isEqualTo(end / BLOCK);
        assertThat(client.readAll("/log")).isEqualTo(Arrays.copyOf(content, end));
      }
    }
    assertThat(client.stat("/log").blocks()).isEqualTo(3);
  }

  @Test
  void anAppendFromElsewhereGoesOnWithTheMetadata() {
    byte[] content = RandomBytes.bytes(BLOCK + 30_000);
    client.write("/parts", Arrays.copyOf(content, BLOCK));
    for (int at = BLOCK; at < content.length; at += 5000) {
      client.append("/parts", Arrays.copyOfRange(content, at, at + 5000));
    }
    assertThat(client.readAll("/parts")).isEqualTo(content);
    assertThat(client.stat("/parts").blocks()).isEqualTo(1);
    assertThat(bodyOf("/parts"))
        .isInstanceOfSatisfying(
            Outcome.Body.Blocks.class,
            body -> {
              assertThat(body.inline()).isPresent();
              assertThat(body.inline().orElseThrow().index()).isEqualTo(1);
              assertThat(body.inline().orElseThrow().bytes().length()).isEqualTo(30_000);
            });
  }

  @Test
  void appendsThatEndWithinABlockTouchDatanodesOnlyWhenOneIsFull() throws IOException {
    byte[] content = RandomBytes.bytes(3 * BLOCK);
    int step = 5000;
    client.write("/odd", new byte[0]);
    for (int at = 0; at + step <= content.length; at += step) {
      client.append("/odd", Arrays.copyOfRange(content, at, at + step));
      assertThat(client.stat("/odd").blocks()).isEqualTo((at + step) / BLOCK);
    }
    try (PlasmaOutputStream out = client.openOutput("/oddly")) {
      for (int at = 0; at + step <= content.length; at += step) {
        out.write(content, at, step);
        out.sync();
        assertThat(client.stat("/oddly").blocks()).isEqualTo((at + step) / BLOCK);
      }
    }
    byte[] whole = Arrays.copyOf(content, content.length / step * step);
    assertThat(client.readAll("/odd")).isEqualTo(whole);
    assertThat(client.readAll("/oddly")).isEqualTo(whole);
  }

  @Test
  void theEndOfALargeFileThatWasWrittenAtOnceStaysOnItsDatanodes() {
    byte[] content = RandomBytes.bytes(BLOCK + 30_000);
    client.write("/once", Arrays.copyOf(content, BLOCK + 20_000));
    client.append("/once", Arrays.copyOfRange(content, BLOCK + 20_000, content.length));
    assertThat(client.readAll("/once")).isEqualTo(content);
    assertThat(client.stat("/once").blocks()).isEqualTo(2);
  }

  /// A small file that was made longer has its bytes in block 0, and can have them nowhere else.
  @Test
  void aFileWithBytesElsewhereIsAppendedToInBlocks() throws IOException {
    byte[] content = Arrays.copyOf(RandomBytes.bytes(3000), 5 * BLOCK + 9000);
    client.write("/sparse", Arrays.copyOf(content, 3000));
    client.truncate("/sparse", 5 * BLOCK);
    byte[] end = RandomBytes.bytes(9000);
    System.arraycopy(end, 0, content, 5 * BLOCK, 9000);
    try (PlasmaOutputStream out = client.openOutput("/sparse", WriteOptions.APPEND)) {
      out.write(end, 0, 4000);
      out.sync();
      out.write(end, 4000, 5000);
    }
    assertThat(client.readAll("/sparse")).isEqualTo(content);
    assertThat(client.stat("/sparse").blocks()).isEqualTo(1);
  }

  /// Its block list comes in pages: this end is on a later one.
  @Test
  void aReaderOfALargeFileSeesItsEndWhenThatMovesToTheMetadata() throws IOException {
    byte[] content = RandomBytes.bytes(28 << 10);
    long start = 70_000L * BLOCK;
    client.write("/large", new byte[0]);
    try (PlasmaChannel channel = client.openChannel("/large", WriteOptions.UPDATE)) {
      assertThat(channel.write(ByteBuffer.wrap(content, 0, 20 << 10), start)).isEqualTo(20 << 10);
    }
    try (PlasmaFile reader = client.openFile("/large")) {
      try (PlasmaOutputStream out = client.openOutput("/large", WriteOptions.APPEND)) {
        out.write(content, 20 << 10, 4 << 10);
        out.sync();
        out.write(content, 24 << 10, 4 << 10);
        out.sync();
      }
      assertThat(client.stat("/large").blocks()).isZero();
      ByteBuffer end = ByteBuffer.allocate(20 << 10);
      assertThat(reader.read(end, start)).isEqualTo(20 << 10);
      assertThat(end.array()).isEqualTo(Arrays.copyOf(content, 20 << 10));
    }
  }

  @Test
  void whereNothingIsToBeKeptWithTheMetadataEndsAreNotEither() throws IOException {
    byte[] content = RandomBytes.bytes(30_000);
    try (TestCluster own = TestCluster.options().inlineLimit(0).start();
        PlasmaClient through = own.connect()) {
      try (PlasmaOutputStream out = through.openOutput("/log")) {
        for (int at = 0; at < content.length; at += 3000) {
          out.write(content[at]);
          out.write(content, at + 1, 2999);
          out.sync();
          assertThat(through.stat("/log").blocks()).isEqualTo(1);
        }
      }
      through.append("/log", content);
      assertThat(through.readAll("/log"))
          .startsWith(content)
          .endsWith(content)
          .hasSize(2 * content.length);
      assertThat(Checked.isClean(through)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {BLOCK, 1 << 20})
  void whateverIsDoneToAFileItsBytesAreThoseOfAnArray(int blockSize) throws IOException {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    try (TestCluster own = TestCluster.options().blockSize(blockSize).start();
        PlasmaClient through = own.connect();
        PlasmaClient other = own.connect()) {
      Random random = new Random(seed);
      for (int file = 0; file < 6; file++) {
        new OneFile(through, other, "/f" + file, random, "seed " + seed).change(60);
      }
      assertThat(Checked.isClean(through)).as("seed %d", seed).isTrue();
    }
  }

  /// A file, and what must be in it.
  private static final class OneFile {
    private final PlasmaClient client;
    private final PlasmaClient other;
    private final String path;
    private final Random random;
    private final String seed;
    private byte[] model = new byte[0];

    OneFile(PlasmaClient client, PlasmaClient other, String path, Random random, String seed) {
      this.client = client;
      this.other = other;
      this.path = path;
      this.random = random;
      this.seed = seed;
      client.write(path, model);
    }

    void change(int rounds) throws IOException {
      for (int round = 0; round < rounds; round++) {
        int kind = random.nextInt(12);
        switch (kind) {
          case 0, 1, 2 -> {
            byte[] more = piece();
            client.append(path, more);
            append(more);
          }
          case 3, 4, 5 -> appendInSteps();
          case 6 -> truncate(random.nextInt(model.length + 1));
          case 7 -> truncate(model.length + random.nextInt(100_000));
          case 8 -> writeInTheMiddle();
          case 9 -> updateFromTheStart();
          case 10 -> appendInATransaction();
          default -> copyAndRename();
        }
        check(round + ", kind " + kind);
      }
    }

    private byte[] piece() {
      int largest = random.nextInt(6) == 0 ? 150_000 : 9000;
      byte[] piece = new byte[1 + random.nextInt(largest)];
      random.nextBytes(piece);
      return piece;
    }

    private void append(byte[] more) {
      int end = model.length;
      model = Arrays.copyOf(model, end + more.length);
      System.arraycopy(more, 0, model, end, more.length);
    }

    private void appendInSteps() throws IOException {
      try (PlasmaOutputStream out = client.openOutput(path, WriteOptions.APPEND)) {
        appendTo(out);
      }
    }

    private void appendTo(PlasmaOutputStream out) throws IOException {
      int steps = random.nextInt(25);
      for (int step = 0; step < steps; step++) {
        byte[] more = piece();
        out.write(more);
        append(more);
        if (random.nextInt(4) != 0) {
          out.sync();
        }
      }
    }

    private void truncate(int size) {
      client.truncate(path, size);
      model = Arrays.copyOf(model, size);
    }

    private void writeInTheMiddle() throws IOException {
      int at = random.nextInt(model.length + 1);
      byte[] piece = piece();
      try (PlasmaChannel channel = client.openChannel(path, WriteOptions.UPDATE)) {
        assertThat(channel.write(ByteBuffer.wrap(piece), at)).isEqualTo(piece.length);
      }
      overwrite(at, piece);
    }

    private void overwrite(int at, byte[] piece) {
      model = Arrays.copyOf(model, Math.max(model.length, at + piece.length));
      System.arraycopy(piece, 0, model, at, piece.length);
    }

    private void updateFromTheStart() throws IOException {
      try (PlasmaOutputStream out = client.openOutput(Location.of(path), WriteOptions.UPDATE)) {
        int at = 0;
        for (int step = random.nextInt(6); step >= 0; step--) {
          byte[] piece = piece();
          out.write(piece);
          overwrite(at, piece);
          at += piece.length;
          if (random.nextBoolean()) {
            out.sync();
          }
        }
      }
    }

    private void appendInATransaction() throws IOException {
      try (Transaction tx = client.begin()) {
        try (PlasmaOutputStream out = tx.openOutput(path, WriteOptions.APPEND)) {
          appendTo(out);
        }
        int size = random.nextInt(model.length + 1);
        if (random.nextBoolean()) {
          tx.truncate(path, size);
          model = Arrays.copyOf(model, size);
        }
        byte[] more = piece();
        tx.append(path, more);
        append(more);
        assertThat(tx.readAll(path)).as(seed).isEqualTo(model);
        long unused = tx.commit();
      }
    }

    private void copyAndRename() {
      long unused = client.copyTree(path, path + "c");
      client.unlink(path);
      client.rename(path + "c", path);
    }

    private void check(String when) throws IOException {
      PlasmaClient reader = random.nextBoolean() ? client : other;
      assertThat(reader.readAll(path)).as("%s, round %s", seed, when).isEqualTo(model);
      try (PlasmaFile file = reader.openFile(path)) {
        assertThat(file.size()).isEqualTo(model.length);
        for (int i = 0; i < 3 && model.length > 0; i++) {
          int from = random.nextInt(model.length);
          ByteBuffer target = ByteBuffer.allocate(1 + random.nextInt(model.length - from));
          assertThat(file.read(target, from)).isEqualTo(target.capacity());
          assertThat(target.array())
              .as("%s, round %s, from %d on", seed, when, from)
              .isEqualTo(Arrays.copyOfRange(model, from, from + target.capacity()));
        }
      }
    }
  }
}
