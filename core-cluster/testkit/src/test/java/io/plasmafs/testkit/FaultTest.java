package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.datanode.store.Disk;
import io.plasmafs.datanode.store.DiskFile;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Datanodes and the namenode go away at bad moments.
class FaultTest {

  @Test
  void datanodeLostWhileWritingIsReplaced() throws IOException {
    byte[] content = bytes(12 << 20);
    try (TestCluster cluster = TestCluster.options().datanodes(3).start();
        PlasmaClient client = cluster.connect()) {
      for (int victim = 0; victim < 2; victim++) {
        String path = "/file" + victim;
        try (PlasmaOutputStream out = client.openOutput(path)) {
          out.write(content, 0, 5 << 20);
          cluster.stopDatanode(victim);
          out.write(content, 5 << 20, 7 << 20);
        }
        assertThat(client.readAll(path)).isEqualTo(content);
        cluster.startDatanode(victim);
        cluster.awaitDatanodes(3);
        assertThat(client.extents(FsPath.of(path)))
            .allSatisfy(extent -> assertThat(extent.replicas()).hasSize(2));
      }
    }
  }

  @Test
  void writeWithoutEnoughDatanodesFailsAndLeavesNothing() throws IOException {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connect()) {
      PlasmaOutputStream out = client.openOutput("/file");
      out.write(bytes(2 << 20));
      cluster.stopDatanode(0);
      assertThatThrownBy(
              () -> {
                out.write(bytes(20 << 20));
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining("1 of these are to be avoided")
          .hasMessageContaining(cluster.address(0));
      assertThatThrownBy(out::close).isInstanceOf(IOException.class);
      assertThat(client.exists("/file")).isFalse();
    }
  }

  /// The disk says once that it could not make stable what was written, as disks do: asked again it
  /// would say that all is well. A small file is made stable by the call that brings it, others by
  /// one before the commit.
  @ParameterizedTest
  @ValueSource(ints = {100_000, 3 << 20})
  void whatADiskCouldNotMakeStableIsWrittenElsewhereBeforeTheCommit(int length) {
    byte[] content = bytes(length);
    AtomicBoolean fails = new AtomicBoolean();
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      String failing =
          cluster.identity(
              cluster.addDatanode(file -> onceUnstable(Disk.local().open(file), fails)));
      cluster.awaitDatanodes(3);
      FsPath path = FsPath.of("/file");
      fails.set(true);
      var unused =
          client.write(
              Location.of(path), ByteBuffer.wrap(content), WriteOptions.DEFAULT.withHost("host2"));
      assertThat(fails).isFalse();
      Datanode broken =
          client.status().datanodes().stream()
              .filter(datanode -> datanode.identity().equals(failing))
              .findFirst()
              .orElseThrow();
      assertThat(client.extents(path))
          .allSatisfy(extent ->
              assertThat(extent.replicas())
                  .hasSize(2)
                  .noneMatch(replica -> replica.datanode().equals(broken.id())));
      assertThat(client.readAll("/file")).isEqualTo(content);
      Eventually.await(
          "the datanode to be out of service",
          () ->
              client.status().datanodes().stream()
                  .anyMatch(datanode ->
                      datanode.id().equals(broken.id())
                          && datanode.state() == Datanode.State.DEAD));
      client.write("/later", content);
      assertThat(client.readAll("/later")).isEqualTo(content);
    }
  }

  /// A datanode refuses the first of several pieces and would take the next, which leaves a gap
  /// then: it does not know the keys of tickets yet and learns them between the two. It is well,
  /// and there is none to take its place.
  @ParameterizedTest
  @EnumSource
  void whoRefusesOnePieceIsNotLostForThoseBehindIt(WriteOptions.FanOut fanOut) {
    byte[] content = bytes(3 << 20);
    AtomicBoolean refuses = new AtomicBoolean();
    try (TestCluster cluster =
            TestCluster.options().datanodes(1).blockSize(4 << 20).replication(2).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      int unusedNumber =
          cluster.addDatanode(file -> onceRefusing(Disk.local().open(file), refuses));
      cluster.awaitDatanodes(2);
      FsPath path = FsPath.of("/file");
      for (int round = 0; round < 5; round++) {
        refuses.set(true);
        var unused =
            client.write(
                Location.of(path), ByteBuffer.wrap(content), WriteOptions.DEFAULT.with(fanOut));
        assertThat(refuses).isFalse();
        assertThat(client.extents(path))
            .allSatisfy(extent -> assertThat(extent.replicas()).hasSize(2));
        assertThat(client.readAll("/file")).isEqualTo(content);
      }
    }
  }

  private static DiskFile onceRefusing(DiskFile real, AtomicBoolean refuses) {
    return onceFailing(
        real,
        "write",
        refuses,
        () -> {
          Thread.sleep(100); // until the pieces behind this one are here, too
          throw new FsException(FsStatus.ETICKET, "the ticket is not good now");
        });
  }

  private static DiskFile onceUnstable(DiskFile real, AtomicBoolean fails) {
    return onceFailing(
        real,
        "sync",
        fails,
        () -> {
          throw new IOException("Input/output error");
        });
  }

  /// A file that fails in this method, once each time that `fails` is set.
  private static DiskFile onceFailing(
      DiskFile real, String name, AtomicBoolean fails, Callable<Object> failure) {
    return (DiskFile)
        Proxy.newProxyInstance(
            DiskFile.class.getClassLoader(),
            new Class<?>[] {DiskFile.class},
            (proxy, method, arguments) ->
                method.getName().equals(name) && fails.getAndSet(false)
                    ? failure.call()
                    : method.invoke(real, arguments));
  }

  /// A client stands still in the middle of a block for longer than its transaction may be idle.
  /// Meanwhile the block, and all others, are given to another file.
  @Test
  void whoWritesOnAfterALongPauseReachesNoBlockOfOthers() throws IOException {
    int block = 4 << 20;
    try (TestCluster cluster =
            TestCluster.options().blockSize(block).datanodeBytes(5L * block).start();
        PlasmaClient paused = PlasmaClient.connect(cluster.config().withLeakDetection(false));
        PlasmaClient other = cluster.connectWithoutCache()) {
      Transaction transaction = paused.begin(Optional.empty(), Duration.ofSeconds(3));
      PlasmaOutputStream out = transaction.openOutput("/late");
      out.write(bytes((1 << 20) + 1));

      long blocks = other.status().datanodes().get(0).blocks();
      byte[] content = bytes((int) blocks * block);
      Eventually.await(
          "the blocks of the paused client", () -> isWritten(other, "/other", content));

      assertThatThrownBy(
              () -> {
                out.write(bytes(2 << 20));
                out.close();
              })
          .isInstanceOf(IOException.class);
      assertThatThrownBy(transaction::commit).isInstanceOf(FsException.class);
      transaction.close();
      for (int i = 0; i < 2; i++) {
        cluster.stopDatanode(i);
        assertThat(other.readAll("/other")).isEqualTo(content);
        cluster.startDatanode(i);
        cluster.awaitDatanodes(2);
      }
      assertThat(other.exists("/late")).isFalse();
    }
  }

  private static boolean isWritten(PlasmaClient client, String path, byte[] content) {
    try {
      client.write(path, content);
      return true;
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.ENOSPC);
      return false;
    }
  }

  @Test
  void aFullClusterRefusesTheWriteAndLeavesNothing() {
    try (TestCluster cluster = TestCluster.options().datanodeBytes(4 << 20).start();
        PlasmaClient client = cluster.connect()) {
      client.write("/fits", bytes(2 << 20));
      assertThatThrownBy(
              () -> {
                try (PlasmaOutputStream out = client.openOutput("/full")) {
                  out.write(bytes(6 << 20));
                }
              })
          .isInstanceOfSatisfying(
              PlasmaIOException.class,
              e -> assertThat(e.failure().status()).isEqualTo(FsStatus.ENOSPC));
      assertThat(client.exists("/full")).isFalse();
      assertThat(client.readAll("/fits")).isEqualTo(bytes(2 << 20));
      client.unlink("/fits");
      Eventually.await("free blocks", () -> isWritten(client, "/fits-again", bytes(3 << 20)));
      assertThat(client.readAll("/fits-again")).isEqualTo(bytes(3 << 20));
    }
  }

  @Test
  void readGoesToTheOtherCopy() {
    byte[] content = bytes(3 << 20);
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connect()) {
      client.write("/file", content);
      cluster.stopDatanode(0);
      assertThat(client.readAll("/file")).isEqualTo(content);
      cluster.startDatanode(0);
      cluster.awaitDatanodes(2);
      cluster.stopDatanode(1);
      assertThat(client.readAll("/file")).isEqualTo(content);
    }
  }

  @Test
  void flippedBitsAreReadFromTheOtherCopyOrNotAtAll() throws IOException {
    byte[] content = bytes(1 << 20);
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = PlasmaClient.connect(cluster.config().withCache(CacheLimits.NONE))) {
      client.write("/file", content);
      damage(cluster.datanodeDirectory(0), content);
      for (int i = 0; i < 10; i++) {
        assertThat(client.readAll("/file")).isEqualTo(content);
      }
      damage(cluster.datanodeDirectory(1), content);
      assertThatThrownBy(() -> client.readAll("/file"))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EIO));
    }
  }

  /// Flips a bit in the middle of where `content` lies in the largest file of a directory.
  static void damage(Path directory, byte[] content) throws IOException {
    Path data;
    try (Stream<Path> files = Files.walk(directory)) {
      data =
          files
              .filter(Files::isRegularFile)
              .max((a, b) -> Long.compare(a.toFile().length(), b.toFile().length()))
              .orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(data.toFile(), "rw")) {
      byte[] wanted = new byte[64];
      System.arraycopy(content, 512 << 10, wanted, 0, 64);
      byte[] found = new byte[64];
      for (long at = 0; at + 64 <= file.length(); at += 4096) {
        file.seek(at);
        file.readFully(found);
        if (java.util.Arrays.equals(found, wanted)) {
          file.seek(at + 7);
          file.write(found[7] ^ 1);
          return;
        }
      }
    }
    throw new IllegalStateException("the content was not found in " + data);
  }

  @Test
  void namenodeRestartIsHidden() {
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connect()) {
      client.mkdir("/before");
      Transaction open = client.begin();
      open.mkdir("/lost");
      cluster.stopNamenode();
      Thread restart = Thread.ofVirtual().start(cluster::startNamenode);
      client.mkdir("/after");
      assertThat(client.exists("/before")).isTrue();
      assertThat(client.exists("/lost")).isFalse();
      assertThatThrownBy(open::commit).isInstanceOf(FsException.class);
      int[] runs = {0};
      client.transact(tx -> {
        tx.mkdirs("/again");
        if (runs[0]++ == 0) {
          restart.join();
          cluster.stopNamenode();
          cluster.startNamenode();
        }
        tx.mkdirs("/again/more");
      });
      assertThat(runs[0]).isEqualTo(2);
      // A namenode that is not there is passed over.
      try (PlasmaClient another =
          PlasmaClient.connect(ClientConfig.of("test", "127.0.0.1:1," + cluster.namenodes()))) {
        assertThat(another.exists("/again/more")).isTrue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void newKeysAreNotNoticed() throws IOException {
    byte[] content = bytes(12 << 20);
    try (TestCluster cluster =
            TestCluster.options()
                .namenode("ticket-lifetime-seconds", "2")
                .namenode("key-interval-seconds", "1")
                .start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/read", content);
      try (PlasmaFile file = client.openFile("/read");
          PlasmaOutputStream out = client.openOutput("/written")) {
        // Longer than the tickets of the beginning and the keys that they were made with.
        long end = System.nanoTime() + 5_000_000_000L;
        int at = 0;
        do {
          ByteBuffer part = ByteBuffer.allocate(100_000);
          assertThat(file.read(part, at)).isEqualTo(part.capacity());
          assertThat(part.array()).isEqualTo(Arrays.copyOfRange(content, at, at + part.capacity()));
          out.write(content, at, part.capacity());
          at += part.capacity();
          Thread.sleep(40);
        } while (System.nanoTime() < end && at + 100_000 < content.length);
        out.close();
        assertThat(client.readAll("/written")).isEqualTo(Arrays.copyOf(content, at));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void nobodyThereIsOneClearFailure() {
    assertThatThrownBy(() ->
            PlasmaClient.connect(
                ClientConfig.of("127.0.0.1:1").withTimeout(Duration.ofMillis(300))))
        .isInstanceOfSatisfying(
            FsException.class,
            e -> {
              assertThat(e.status()).isEqualTo(FsStatus.EUNAVAIL);
              assertThat(e).hasMessageContaining("127.0.0.1:1");
            });
  }
}
