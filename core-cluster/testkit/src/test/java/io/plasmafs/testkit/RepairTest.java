package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Replica;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/// Copies that were lost are made anew, and only from good ones.
class RepairTest {
  private static TestCluster.Options options() {
    return TestCluster.options()
        .datanodes(3)
        .namenode("heartbeat-millis", "50")
        .namenode("suspect-after-millis", "500")
        .namenode("dead-after-millis", "1000")
        .namenode("repair-after-millis", "500")
        .namenode("repair-interval-millis", "100")
        .namenode("repair-scan-millis", "500")
        .namenode("repair-bytes-per-second", "1g");
  }

  private static Map<String, byte[]> fill(PlasmaClient client) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    Random random = new Random(7);
    for (int i = 0; i < 12; i++) {
      byte[] content = new byte[9000 + random.nextInt(i < 10 ? 400_000 : 3_000_000)];
      random.nextBytes(content);
      files.put("/file" + i, content);
      client.write("/file" + i, content);
    }
    return files;
  }

  private static DatanodeId idOf(TestCluster cluster, PlasmaClient client, int number) {
    return client.status().datanodes().stream()
        .filter(datanode -> datanode.identity().equals(cluster.identity(number)))
        .map(Datanode::id)
        .findFirst()
        .orElseThrow();
  }

  private static void awaitEmpty(PlasmaClient client, DatanodeId id) {
    Eventually.await(
        "an empty datanode",
        () ->
            client.status().datanodes().stream()
                .filter(datanode -> datanode.id().equals(id))
                .allMatch(datanode -> datanode.used() == 0));
  }

  private static void awaitExtents(
      PlasmaClient client, Map<String, byte[]> files, Predicate<Extent> right) {
    Eventually.await(
        "the copies of all files",
        () ->
            files.keySet().stream()
                .allMatch(path -> client.extents(FsPath.of(path)).allMatch(right)));
  }

  private static Predicate<Extent> copies(int count, DatanodeId not) {
    return extent ->
        extent.replicas().size() == count
            && extent.replicas().stream().map(Replica::datanode).distinct().count() == count
            && extent.replicas().stream().noneMatch(replica -> replica.datanode().equals(not));
  }

  private static void assertReadable(PlasmaClient client, Map<String, byte[]> files)
      throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      assertThat(client.readAll(file.getKey())).as(file.getKey()).isEqualTo(file.getValue());
    }
  }

  private static long looks(PlasmaClient client) {
    return client.status().counters().getOrDefault("repair_looks", 0L);
  }

  private static boolean isRemoved(PlasmaClient client, String identity) {
    try {
      client.datanodes().remove(identity);
      return true;
    } catch (FsException e) {
      return false;
    }
  }

  @Test
  void whatALostDatanodeHeldIsCopiedAnew() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      Map<String, byte[]> files = fill(client);
      // blocks that were in use before, under later generations than what is copied there
      for (int i = 0; i < 5; i++) {
        client.write("/later" + i, new byte[6 << 20]);
      }
      for (int i = 0; i < 5; i++) {
        client.unlink("/later" + i);
      }
      DatanodeId lost = idOf(cluster, client, 0);
      cluster.stopDatanode(0);
      awaitExtents(client, files, copies(2, lost));
      assertReadable(client, files);
      cluster.stopDatanode(1);
      assertReadable(client, files);
    }
  }

  /// Everything it held is on others, or gone, when it returns: what its disk has is stale.
  @Test
  void aDatanodeThatReturnsLateHoldsNothingAndIsUsedAgain() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Map<String, byte[]> files = fill(client);
      DatanodeId late = idOf(cluster, client, 0);
      cluster.stopDatanode(0);
      byte[] changed = new byte[1 << 20];
      client.write("/file0", changed);
      files.put("/file0", changed);
      client.unlink("/file1");
      files.remove("/file1");
      awaitExtents(client, files, copies(2, late));

      cluster.startDatanode(0);
      cluster.awaitDatanodes(3);
      awaitEmpty(client, late);
      Eventually.await("a clean check", () -> Checked.isClean(client));
      for (String path : files.keySet()) {
        client.setReplication(path, 3);
      }
      awaitExtents(client, files, copies(3, new DatanodeId(999)));
      cluster.stopDatanode(1);
      cluster.stopDatanode(2);
      assertReadable(client, files);
    }
  }

  @Test
  void aDatanodeIsEmptiedAndRemoved() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      Map<String, byte[]> files = fill(client);
      DatanodeId leaving = idOf(cluster, client, 1);
      client.datanodes().drain(cluster.identity(1));
      awaitExtents(client, files, copies(2, leaving));
      awaitEmpty(client, leaving);
      cluster.stopDatanode(1);
      Eventually.await(
          "the datanode to be silent long enough", () -> isRemoved(client, cluster.identity(1)));
      assertThat(client.status().datanodes()).hasSize(2);
      assertReadable(client, files);
    }
  }

  @Test
  void changedReplicationIsSatisfied() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      Map<String, byte[]> files = fill(client);
      for (int replication : List.of(3, 1)) {
        for (String path : files.keySet()) {
          client.setReplication(path, replication);
        }
        awaitExtents(client, files, copies(replication, new DatanodeId(999)));
        assertReadable(client, files);
      }
    }
  }

  @Test
  void flippedBitsAreMendedAndNeverCopiedOn() throws IOException {
    byte[] content = new byte[1 << 20];
    new Random(11).nextBytes(content);
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      client.write("/file", content);
      // the copy that is read first
      List<Replica> before =
          client.extents(FsPath.of("/file")).map(extent -> extent.replicas().get(0)).toList();
      int victim = 0;
      while (!idOf(cluster, client, victim).equals(before.get(0).datanode())) {
        victim++;
      }
      FaultTest.damage(cluster.datanodeDirectory(victim), content);
      client.setReplication("/file", 3);
      awaitExtents(
          client,
          Map.of("/file", content),
          copies(3, new DatanodeId(999))
              .and(extent -> before.stream().noneMatch(extent.replicas()::contains)));
      for (int i = 0; i < 3; i++) {
        if (i != victim) {
          cluster.stopDatanode(i);
        }
      }
      assertThat(client.readAll("/file")).isEqualTo(content);
    }
  }

  @Test
  void noCopyIsGivenUpBeforeTheOthersWereReadThrough() throws IOException {
    byte[] content = new byte[1 << 20];
    new Random(12).nextBytes(content);
    // all files are looked at once, at the start, and not again while this runs
    try (TestCluster cluster =
            options().replication(3).namenode("repair-scan-millis", "600000").start();
        PlasmaClient client = cluster.connect()) {
      client.write("/file", content);
      List<Replica> before =
          client.extents(FsPath.of("/file")).findFirst().orElseThrow().replicas();
      // the copies that would be kept, and nobody has noticed yet
      for (int i = 0; i < 3; i++) {
        if (!idOf(cluster, client, i).equals(before.get(2).datanode())) {
          FaultTest.damage(cluster.datanodeDirectory(i), content);
        }
      }
      client.setReplication("/file", 1);
      awaitExtents(
          client,
          Map.of("/file", content),
          extent ->
              extent.replicas().size() == 1
                  && extent.replicas().get(0).datanode().equals(before.get(2).datanode()));
      assertThat(client.readAll("/file")).isEqualTo(content);
    }
  }

  @Test
  void aChangeOfReplicationIsNoticedAtTheCommit() throws IOException {
    try (TestCluster cluster = options().namenode("repair-scan-millis", "600000").start();
        PlasmaClient client = cluster.connect()) {
      Map<String, byte[]> files = fill(client);
      client.transact(tx -> {
        for (String path : files.keySet()) {
          tx.setReplication(path, 3);
        }
      });
      awaitExtents(client, files, copies(3, new DatanodeId(999)));
      client.setReplication("/file0", 1);
      awaitExtents(client, Map.of("/file0", files.get("/file0")), copies(1, new DatanodeId(999)));
      assertReadable(client, files);
      assertThat(client.status().counters())
          .containsEntry("repair_queue", 0L)
          .hasEntrySatisfying("repair_copied_bytes", bytes -> assertThat(bytes).isPositive());
    }
  }

  @Test
  void aFileThatSomebodyChangesIsMendedLaterWhichIsNoFailure() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      byte[] content = RandomBytes.bytes(300_000);
      client.write("/file", content);
      DatanodeId lost =
          client.extents(FsPath.of("/file")).findFirst().orElseThrow().replicas().get(0).datanode();
      int number = 0;
      while (!idOf(cluster, client, number).equals(lost)) {
        number++;
      }
      try (Transaction transaction = client.begin()) {
        var unused = transaction.chmod("/file", 0600);
        cluster.stopDatanode(number);
        Eventually.await(
            "the loss", () -> client.status().counters().getOrDefault("repair_queue", 0L) > 0);
        long looks = looks(client);
        Eventually.await("more looks at the file", () -> looks(client) > looks + 3);
        assertThat(client.status().counters())
            .containsEntry("repair_failures", 0L)
            .containsEntry("repair_copies", 0L);
        transaction.commit();
      }
      awaitExtents(client, Map.of("/file", content), copies(2, lost));
      assertThat(client.status().counters()).containsEntry("repair_failures", 0L);
    }
  }

  @Test
  void whatIsOnADisabledDatanodeIsNotLost() throws IOException {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connect()) {
      Map<String, byte[]> files = fill(client);
      DatanodeId disabled = idOf(cluster, client, 0);
      client.datanodes().disable(cluster.identity(0));
      long looks = looks(client);
      Eventually.await(
          "looks at all files after the datanode would count as lost",
          () -> looks(client) > looks + 3);
      assertThat(client.status().counters()).containsEntry("repair_copies", 0L);
      assertReadable(client, files);
      client.datanodes().enable(cluster.identity(0));
      cluster.awaitDatanodes(3);
      assertThat(files.keySet().stream().flatMap(path -> client.extents(FsPath.of(path))))
          .anyMatch(extent ->
              extent.replicas().stream().anyMatch(replica -> replica.datanode().equals(disabled)));
    }
  }
}
