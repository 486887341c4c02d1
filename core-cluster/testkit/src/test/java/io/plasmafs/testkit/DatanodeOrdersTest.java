package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.LongWork;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Datanodes come and go by order, and are evened out.
class DatanodeOrdersTest {
  private static TestCluster.Options options() {
    return TestCluster.options()
        .datanodeBytes(32L << 20)
        .namenode("heartbeat-millis", "50")
        .namenode("repair-interval-millis", "100")
        .namenode("repair-scan-millis", "600000");
  }

  private static Map<String, byte[]> fill(PlasmaClient client, int replication) {
    Map<String, byte[]> files = new HashMap<>();
    Random random = new Random(5);
    for (int i = 0; i < 16; i++) {
      byte[] content = new byte[100_000 + random.nextInt(1_500_000)];
      random.nextBytes(content);
      files.put("/file" + i, content);
      client.write(
          Location.of(FsPath.of("/file" + i)),
          ByteBuffer.wrap(content),
          WriteOptions.DEFAULT.withReplication(replication));
    }
    return files;
  }

  private static void assertSound(PlasmaClient client, Map<String, byte[]> files) {
    files.forEach((path, content) -> assertThat(client.readAll(path)).as(path).isEqualTo(content));
    assertThat(Checked.all(client).findings()).isEmpty();
  }

  private static List<Extent> extents(PlasmaClient client, Map<String, byte[]> files) {
    return files.keySet().stream().flatMap(path -> client.extents(FsPath.of(path))).toList();
  }

  private static DatanodeId idOf(TestCluster cluster, PlasmaClient client, int number) {
    return client.status().datanodes().stream()
        .filter(datanode -> datanode.identity().equals(cluster.identity(number)))
        .map(Datanode::id)
        .findFirst()
        .orElseThrow();
  }

  private static void assertRefused(FsStatus status, String why, ThrowingCallable order) {
    assertThatThrownBy(order)
        .hasMessageContaining(why)
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void aDatanodeIsUsedOnceItIsAdded() throws IOException {
    try (TestCluster cluster = options().datanodes(0).namenode("new-datanodes", "wait").start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      int number = cluster.addDatanode();
      String address = cluster.address(number);
      assertRefused(FsStatus.ENONODE, "1 replicas need", () -> fill(client, 1));

      DatanodeId added = client.datanodes().add(address);

      cluster.awaitDatanodes(1);
      Map<String, byte[]> files = fill(client, 1);
      assertThat(idOf(cluster, client, number)).isEqualTo(added);
      assertSound(client, files);
      assertRefused(FsStatus.EEXIST, "already, as " + added, () -> client.datanodes().add(address));
    }
  }

  @Test
  void whatIsNoDatanodeOfTheClusterIsNotAdded() throws IOException {
    try (TestCluster cluster = options().datanodes(1).replication(1).start();
        TestCluster other = options().datanodes(1).replication(1).blockSize(128 << 10).start();
        PlasmaClient client = cluster.connectWithoutCache();
        ServerSocket mute = new ServerSocket(0)) {
      int closed;
      try (ServerSocket socket = new ServerSocket(0)) {
        closed = socket.getLocalPort();
      }
      assertRefused(
          FsStatus.EUNAVAIL,
          "no datanode answers at",
          () -> client.datanodes().add("127.0.0.1:" + closed));
      assertRefused(
          FsStatus.EUNAVAIL,
          "no datanode answers at",
          () -> client.datanodes().add("127.0.0.1:" + mute.getLocalPort()));
      assertRefused(
          FsStatus.EUNAVAIL,
          "no datanode answers at",
          () -> client.datanodes().add(cluster.namenodes()));
      assertRefused(
          FsStatus.EINVAL,
          "no address of the form host:port",
          () -> client.datanodes().add("somewhere"));
      assertRefused(
          FsStatus.EINVAL, "has blocks of 131072", () -> client.datanodes().add(other.address(0)));
      assertThat(client.status().datanodes()).hasSize(1);
    }
  }

  @Test
  void copiesMoveToEmptyDatanodesUntilAllAreEven() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Map<String, byte[]> files = fill(client, 2);
      cluster.addDatanode();
      cluster.addDatanode();
      cluster.awaitDatanodes(4);
      assertThat(balance(client, 0.05)).containsEntry("even", 1L);

      List<Long> used = client.status().datanodes().stream().map(Datanode::used).sorted().toList();
      assertThat(used.get(3) - used.get(0)).isLessThanOrEqualTo(2 * 512 / 20);
      assertThat(extents(client, files))
          .allSatisfy(run ->
              assertThat(run.replicas().stream().map(Replica::datanode).distinct()).hasSize(2));
      assertSound(client, files);
      assertThat(balance(client, 0.05)).containsEntry("even", 1L).containsEntry("moved_copies", 0L);
    }
  }

  @Test
  void whatCannotBeEvenIsSaid() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      // one run, which is more than the datanodes may differ by
      byte[] content = new byte[16 << 20];
      client.write(
          Location.of(FsPath.of("/file")),
          ByteBuffer.wrap(content),
          WriteOptions.DEFAULT.withReplication(1));
      assertThat(balance(client, 0.05)).containsEntry("even", 0L).containsEntry("moved_copies", 0L);
      assertThat(balance(client, 0.6)).containsEntry("even", 1L);
      assertRefused(FsStatus.EINVAL, "make no sense", () -> client.balance(0, 1 << 20));
      assertSound(client, Map.of("/file", content));
    }
  }

  private static Map<String, Long> balance(PlasmaClient client, double threshold) {
    try (LongWork work = client.balance(threshold, 1L << 30)) {
      LongWork.Page page;
      do {
        page = work.next();
      } while (!page.finished());
      return page.figures();
    }
  }

  /// Whoever has a ticket from before is refused as well.
  @Test
  void aDisabledDatanodeIsNotReadUntilItIsEnabled() throws IOException {
    byte[] content = RandomBytes.bytes(1 << 20);
    try (TestCluster cluster = options().start();
        PlasmaClient client =
            PlasmaClient.connect(
                cluster.config().withCache(CacheLimits.NONE).withTimeout(Duration.ofSeconds(2)))) {
      client.write(
          Location.of(FsPath.of("/one")),
          ByteBuffer.wrap(content),
          WriteOptions.DEFAULT.withReplication(1));
      client.write("/two", content);
      DatanodeId only =
          client.extents(FsPath.of("/one")).findFirst().orElseThrow().replicas().get(0).datanode();
      String identity = cluster.identity(idOf(cluster, client, 0).equals(only) ? 0 : 1);
      try (PlasmaFile one = client.openFile("/one");
          PlasmaFile two = client.openFile("/two")) {
        assertThat(isReadable(one)).isTrue();
        client.datanodes().disable(identity);
        Eventually.await("the end of all tickets", () -> !isReadable(one));
        assertThat(isReadable(two)).isTrue();
        assertThat(client.readAll("/two")).isEqualTo(content);
        client.datanodes().enable(identity);
        Eventually.await("new tickets", () -> isReadable(one));
      }
      assertThat(client.readAll("/one")).isEqualTo(content);
    }
  }

  @Test
  void aStreamGoesOnWhenADatanodeIsDisabledUnderIt() throws IOException {
    byte[] content = RandomBytes.bytes(6 << 20);
    try (TestCluster cluster = options().datanodes(3).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      try (PlasmaOutputStream out = client.openOutput("/file")) {
        out.write(content, 0, 3 << 20);
        client.datanodes().disable(cluster.identity(0));
        out.write(content, 3 << 20, 3 << 20);
      }
      assertThat(client.readAll("/file")).isEqualTo(content);
      client.datanodes().enable(cluster.identity(0));
      cluster.awaitDatanodes(3);
      assertSound(client, Map.of("/file", content));
    }
  }

  private static boolean isReadable(PlasmaFile file) {
    try {
      return file.read(ByteBuffer.allocate(100_000), 0) == 100_000;
    } catch (IOException | FsException e) {
      return false;
    }
  }

  @Test
  void aDatanodeIsEmptiedThoughAnotherIsDisabled() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Map<String, byte[]> files = fill(client, 2);
      DatanodeId disabled = idOf(cluster, client, 0);
      DatanodeId leaving = idOf(cluster, client, 1);
      cluster.addDatanode();
      cluster.addDatanode();
      cluster.awaitDatanodes(4);
      client.datanodes().disable(cluster.identity(0));
      client.datanodes().drain(cluster.identity(1));

      Eventually.await(
          "an empty datanode",
          () ->
              extents(client, files).stream()
                  .noneMatch(
                      run -> run.replicas().stream().anyMatch(r -> r.datanode().equals(leaving))));

      client.datanodes().enable(cluster.identity(0));
      cluster.awaitDatanodes(3);
      Eventually.await(
          "as many copies as are wanted",
          () -> extents(client, files).stream().allMatch(run -> run.replicas().size() == 2));
      assertThat(disabled).isNotEqualTo(leaving);
      assertSound(client, files);
    }
  }
}
