package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Clients read the files of datanodes on their host; whatever is wrong with those, they get the
/// right bytes.
class LocalFilesTest {
  private static final byte[] CONTENT = bytes((3 << 20) + 777);

  private static Path data(TestCluster cluster, int datanode) {
    return cluster.datanodeDirectory(datanode).resolve("data");
  }

  /// Puts another file in the place of a datanode's, which goes on with the one that it has open.
  private static void exchange(Path file, long keep) throws IOException {
    Path aside = file.resolveSibling("aside");
    Files.move(file, aside);
    try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw");
        RandomAccessFile real = new RandomAccessFile(aside.toFile(), "r")) {
      byte[] head = new byte[(int) keep];
      real.readFully(head);
      other.write(head);
      other.setLength(real.length());
    }
  }

  @Test
  void blocksAreReadFromTheFilesOfDatanodesOnTheHost() throws IOException {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/file", CONTENT);
      assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      try (PlasmaInputStream in = client.openInput("/file")) {
        assertThat(in.readAllBytes()).isEqualTo(CONTENT);
      }
      assertThat(client.localReads().read()).isPositive();
      assertThat(client.localReads().useless()).isZero();
    }
  }

  @Test
  void aClientOrADatanodeMayDoWithout() {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient without = PlasmaClient.connect(cluster.config().withLocalFiles(false))) {
      without.write("/file", CONTENT);
      assertThat(without.readAll("/file")).isEqualTo(CONTENT);
      assertThat(without.localReads().read()).isZero();
    }
    try (TestCluster cluster = TestCluster.options().datanode("local-files", "false").start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/file", CONTENT);
      assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      assertThat(client.localReads().read()).isZero();
      assertThat(client.localReads().useless()).isZero();
    }
  }

  @Test
  void whatCannotBeOpenedOrIsAnotherFileIsLeftAlone() throws IOException {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Files.move(data(cluster, 0), data(cluster, 0).resolveSibling("aside"));
      exchange(data(cluster, 1), 0);
      client.write("/file", CONTENT);
      assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      assertThat(client.localReads().read()).isZero();
      assertThat(client.localReads().useless()).isZero();
    }
  }

  @Test
  void aFileThatHoldsOtherBytesIsReadInVainAndThenLeftAlone() throws IOException {
    try (TestCluster cluster = TestCluster.options().datanodes(1).replication(1).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      exchange(data(cluster, 0), 4096);
      client.write("/file", CONTENT);
      for (int i = 0; i < 20; i++) {
        assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      }
      assertThat(client.localReads().read()).isZero();
      assertThat(client.localReads().useless()).isPositive().isLessThan(80);
    }
  }

  @Test
  void aFileThatWasCutIsReadInVain() throws IOException {
    try (TestCluster cluster = TestCluster.options().datanodes(1).replication(1).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      exchange(data(cluster, 0), 4096);
      client.write("/file", CONTENT);
      try (RandomAccessFile file = new RandomAccessFile(data(cluster, 0).toFile(), "rw")) {
        file.setLength(4096);
      }
      assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      assertThat(client.localReads().useless()).isPositive();
    }
  }

  @Test
  void bitsThatFlippedInOneCopyAreReadFromAnother() throws IOException {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/file", CONTENT);
      FaultTest.damage(cluster.datanodeDirectory(0), CONTENT);
      for (int i = 0; i < 10; i++) {
        assertThat(client.readAll("/file")).isEqualTo(CONTENT);
      }
      assertThat(client.localReads().read()).isPositive();
    }
  }

  /// A small store, in which blocks that are given back are soon given out again, to the next
  /// content of the file that others are reading.
  @Test
  void whatIsReadWhileBlocksChangeHandsIsAlwaysOneContent() {
    int length = (1 << 20) + 4321;
    AtomicBoolean done = new AtomicBoolean();
    try (TestCluster cluster =
            TestCluster.options().datanodes(1).replication(1).datanodeBytes(8L << 20).start();
        PlasmaClient writer = cluster.connectWithoutCache();
        PlasmaClient reader = cluster.connectWithoutCache()) {
      writer.write("/file", filled(length, 0));
      List<CompletableFuture<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        readers.add(
            CompletableFuture.supplyAsync(() -> {
              int reads = 0;
              for (; !done.get() || reads == 0; reads++) {
                byte[] found = reader.readAll("/file");
                assertThat(found).isEqualTo(filled(length, found[0]));
              }
              return reads;
            }));
      }
      for (int version = 1; version <= 60; version++) {
        writer.write("/file", filled(length, version));
      }
      done.set(true);
      readers.forEach(reads -> assertThat(reads.join()).isPositive());
      assertThat(reader.localReads().read()).isPositive();
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
