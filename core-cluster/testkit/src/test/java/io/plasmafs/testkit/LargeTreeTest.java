package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Trees and directories that many work on, copied and removed, with real datanodes.
final class LargeTreeTest {
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

  private static void makeFiles(String directory, int count) {
    client.mkdirs(directory);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      operations.add(
          new Operation.Create(Location.of(directory + "/f" + i), CreateMode.EXCLUSIVE, 0644, 0));
    }
    assertThat(client.execute(operations)).hasSize(count);
  }

  /// Runs it so many times at the same time.
  private static <T> List<T> together(int times, Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> all = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        all.add(threads.submit(work));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> one : all) {
        results.add(one.get());
      }
      return results;
    }
  }

  @Test
  void copyOfATreeHasTheContentOfAllFiles() throws Exception {
    client.mkdirs("/from/d/empty");
    byte[] small = bytes(100);
    byte[] medium = bytes(200_000);
    byte[] large = bytes(3_000_001);
    client.write("/from/small", small);
    client.write("/from/d/medium", medium);
    client.write("/from/d/large", large);
    client.chmod("/from/d/large", 0440);
    client.symlink("/from/link", "d/medium");
    // two blocks at its ends, and a hole of 10 MiB between
    try (var channel = client.openChannel("/from/sparse", WriteOptions.DEFAULT)) {
      assertThat(channel.write(ByteBuffer.wrap(medium, 0, 65536), 0)).isEqualTo(65536);
      assertThat(channel.write(ByteBuffer.wrap(medium, 0, 1000), 10 << 20)).isEqualTo(1000);
    }

    assertThat(client.copyTree("/from", "/to")).isEqualTo(8);

    assertThat(client.readAll("/to/small")).isEqualTo(small);
    assertThat(client.readAll("/to/d/medium")).isEqualTo(medium);
    assertThat(client.readAll("/to/d/large")).isEqualTo(large);
    assertThat(client.readAll("/to/link")).isEqualTo(medium);
    assertThat(client.readAll("/to/sparse")).isEqualTo(client.readAll("/from/sparse"));
    assertThat(client.stat("/to/sparse").blocks()).isEqualTo(client.stat("/from/sparse").blocks());
    assertThat(client.stat("/to/d/large").mode()).isEqualTo(0440);
    assertThat(client.stat("/to/d/large").inode())
        .isNotEqualTo(client.stat("/from/d/large").inode());
    client.removeTree("/from");
    assertThat(client.readAll("/to/d/large")).isEqualTo(large);
    assertThatThrownBy(() -> client.copyTree("/to", "/to/d/within"))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EHIER));
  }

  @Test
  void preservedTimesSurviveTheContent() {
    client.mkdirs("/old");
    client.write("/old/file", bytes(300_000));
    client.setModified("/old/file", java.time.Instant.ofEpochSecond(1_000_000, 5));
    try (Transaction transaction = client.begin()) {
      long unused = transaction.copyTree(FsPath.of("/old"), FsPath.of("/new"), true);
      assertThat(client.exists("/new")).isFalse();
      unused = transaction.commit();
    }
    Attributes copy = client.stat("/new/file");
    assertThat(copy.mtime()).isEqualTo(client.stat("/old/file").mtime());
    assertThat(client.readAll("/new/file")).isEqualTo(client.readAll("/old/file"));
  }

  @Test
  void threeClientsRemoveOneTreeAndAllEndCleanly() throws Exception {
    for (int d = 0; d < 5; d++) {
      makeFiles("/doomed/d" + d, 1000);
    }
    List<Long> removed =
        together(
            3,
            () -> {
              try (PlasmaClient own = cluster.connect()) {
                return own.removeTree("/doomed");
              } catch (FsException e) {
                assertThat(e.status()).isEqualTo(FsStatus.ENOENT);
                return 0L;
              }
            });
    assertThat(removed).containsOnlyOnce(5006L);
    assertThat(client.exists("/doomed")).isFalse();
  }

  @Test
  void hundredClientsCreateInOneDirectoryWithoutConflict() throws Exception {
    client.mkdirs("/crowd");
    java.util.concurrent.atomic.AtomicInteger names =
        new java.util.concurrent.atomic.AtomicInteger();
    List<Integer> unused =
        together(
            100,
            () -> {
              try (Transaction transaction = client.begin()) {
                for (int i = 0; i < 10; i++) {
                  Attributes made = transaction.create("/crowd/" + names.incrementAndGet());
                  assertThat(made.size()).isZero();
                }
                return (int) transaction.commit();
              }
            });
    assertThat(client.stat("/crowd").size()).isEqualTo(1000);
    try (var entries = client.list("/crowd")) {
      assertThat(entries).hasSize(1000);
    }
  }
}
