package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.LongWork;
import io.plasmafs.client.LongWork.Finding;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// Damage is done to tables and datanodes behind the namenode's back, and found.
class FsckTest {
  private static final int BLOCK = 64 << 10;

  /// Repair looks at all files once at the start, and then only when it is told of something.
  private static TestCluster.Options options() {
    return TestCluster.options()
        .datanodes(3)
        .datanodeBytes(32L << 20)
        .namenode("heartbeat-millis", "50")
        .namenode("repair-interval-millis", "100")
        .namenode("repair-scan-millis", "600000");
  }

  /// Datanodes that are silent are soon dead.
  private static TestCluster.Options mortal() {
    return options().namenode("suspect-after-millis", "2000").namenode("dead-after-millis", "4000");
  }

  private static String path(Finding finding) {
    return "/" + new String(finding.path().unsafeArray(), StandardCharsets.UTF_8);
  }

  private static Extent write(PlasmaClient client, String path, int blocks) {
    client.write(path, bytes(blocks * BLOCK));
    return client.extents(FsPath.of(path)).findFirst().orElseThrow();
  }

  private static long inode(PlasmaClient client, String path) {
    return client.stat(path).inode().value();
  }

  private static long used(PlasmaClient client) {
    return client.status().datanodes().stream().mapToLong(Datanode::used).sum();
  }

  private static int numberOf(TestCluster cluster, PlasmaClient client, DatanodeId id) {
    for (int number = 0; ; number++) {
      String identity = cluster.identity(number);
      if (client.status().datanodes().stream()
          .anyMatch(each -> each.id().equals(id) && each.identity().equals(identity))) {
        return number;
      }
    }
  }

  @Test
  void whatWorksIsNotComplainedAbout() throws Exception {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.mkdirs("/a/b/c");
      client.write("/a/small", bytes(100));
      client.write("/a/large", bytes(3_000_000));
      client.link("/a/large", "/a/b/second name");
      client.symlink("/a/link", "nowhere");
      client.create("/empty");
      client.write("/hole", bytes(100_000));
      client.truncate(Location.of(FsPath.of("/hole")), 500_000);
      client.rename("/a/b", "/b");
      client.write("/gone", bytes(1_000_000));
      try (Transaction open = client.begin()) {
        open.write("/not committed", bytes(500_000));
        open.stat("/gone");
        client.unlink("/gone");

        Checked checked = Checked.all(client);

        assertThat(checked.findings()).isEmpty();
        // directories: the root, a, b, c; others: small, large, link, empty, hole
        assertThat(checked.sum("inodes") - checked.sum("unlinked")).isEqualTo(9);
        assertThat(checked.sum("runs")).isPositive();
      }
    }
  }

  @Test
  void workThatGoesOnIsNoProblemAndTakesNoHarm() throws Exception {
    long seed = new Random().nextLong();
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      AtomicBoolean ended = new AtomicBoolean();
      AtomicReference<RuntimeException> failure = new AtomicReference<>();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                Random random = new Random(seed);
                try {
                  while (!ended.get()) {
                    String path = "/file" + random.nextInt(20);
                    if (random.nextInt(4) == 0) {
                      client.transact(tx -> {
                        if (tx.exists(path)) {
                          tx.unlink(path);
                        }
                      });
                    } else {
                      // content that tells its own length
                      client.write(path, bytes(10_000 + random.nextInt(700_000)));
                    }
                  }
                } catch (RuntimeException e) {
                  failure.set(e);
                }
              });
      for (int i = 0; i < 12; i++) {
        assertThat(Checked.andRepaired(client).findings()).as("seed " + seed).isEmpty();
      }
      ended.set(true);
      writer.join();
      assertThat(failure.get()).as("seed " + seed).isNull();
      for (int i = 0; i < 20; i++) {
        if (client.exists("/file" + i)) {
          byte[] content = client.readAll("/file" + i);
          assertThat(content).as("seed " + seed).isEqualTo(bytes(content.length));
        }
      }
    }
  }

  @Test
  void inodesAndNamesThatDoNotFitAreFound() throws Exception {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.mkdirs("/d/e");
      client.write("/d/orphan", bytes(100));
      client.write("/d/links", bytes(100));
      client.write("/d/kind", bytes(100));
      client.write("/d/long", bytes(100));
      write(client, "/d/blocks", 3);
      long directory = inode(client, "/d");
      long orphan = inode(client, "/d/orphan");
      assertThat(Checked.all(client).findings()).isEmpty();

      cluster.sql("DELETE FROM entry WHERE inode = " + orphan);
      cluster.sql("UPDATE inode SET nlink = 2 WHERE id = " + inode(client, "/d/links"));
      cluster.sql("DELETE FROM small_file WHERE inode = " + inode(client, "/d/kind"));
      cluster.sql("UPDATE inode SET size = 5 WHERE id = " + inode(client, "/d/long"));
      cluster.sql("UPDATE inode SET blocks = 7 WHERE id = " + inode(client, "/d/blocks"));
      cluster.sql("UPDATE inode SET nlink = 9 WHERE id = " + inode(client, "/d/e"));
      cluster.sql(
          "INSERT INTO entry (parent, name, inode) VALUES (" + directory + ", 'nothing', 4711)");
      cluster.sql(
          "INSERT INTO entry (parent, name, inode) VALUES (4712, 'nowhere', " + directory + ")");
      Checked checked = Checked.all(client);

      assertThat(checked.only("orphan-inode").inode()).isEqualTo(new InodeId(orphan));
      assertThat(checked.of("link-count")).extracting(FsckTest::path).contains("/d/links", "/d/e");
      assertThat(path(checked.only("content-kind"))).isEqualTo("/d/kind");
      assertThat(path(checked.only("inline-size"))).isEqualTo("/d/long");
      assertThat(path(checked.only("block-count"))).isEqualTo("/d/blocks");
      assertThat(checked.only("entry-without-inode").message()).contains("nothing", "4711");
      assertThat(checked.only("entry-without-directory").message()).contains("nowhere", "4712");
      assertThat(checked.kinds()).contains("directory-names");
      assertThat(checked.findings()).allSatisfy(each -> assertThat(each.repair()).isEmpty());
    }
  }

  @Test
  void aPartOfTheTreeIsCheckedByItself() throws Exception {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.mkdirs("/good");
      client.mkdirs("/bad");
      client.write("/good/file", bytes(100_000));
      client.write("/bad/file", bytes(100_000));
      assertThat(Checked.all(client).findings()).isEmpty();
      cluster.sql("UPDATE inode SET nlink = 3 WHERE id = " + inode(client, "/bad/file"));

      assertThat(Checked.below(client, client.stat("/good").inode(), false).findings()).isEmpty();
      assertThat(Checked.below(client, client.stat("/bad").inode(), false).kinds())
          .containsExactly("link-count");
      assertThat(Checked.below(client, client.stat("/bad/file").inode(), false).sums())
          .containsEntry("inodes", 1L)
          .containsEntry("runs", 1L);
    }
  }

  @Test
  void copiesThatAnOldDiskDoesNotHaveAreFoundAndMadeAnew() throws Exception {
    byte[] content = bytes(2_000_000);
    try (TestCluster cluster = options().replication(3).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      cluster.stopDatanode(1);
      Path disk = cluster.datanodeDirectory(1);
      Path old = disk.resolveSibling("old");
      copy(disk, old);
      cluster.startDatanode(1);
      cluster.awaitDatanodes(3);
      client.write("/file", content);
      cluster.stopDatanode(1);
      delete(disk);
      Files.move(old, disk);
      cluster.startDatanode(1);
      cluster.awaitDatanodes(3);

      // what comes back is compared by repair as well, which may be first
      Eventually.await(
          "a clean bill", () -> Checked.isFinding(List.of(), () -> Checked.andRepaired(client)));

      cluster.stopDatanode(0);
      cluster.stopDatanode(2);
      assertThat(client.readAll("/file")).isEqualTo(content);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectory(to.resolve(from.relativize(directory)));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(from.relativize(file)));
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aLostDatanodeLeavesTooFewCopiesOrNone() throws Exception {
    try (TestCluster cluster =
            mortal().datanodes(2).namenode("repair-after-millis", "500").start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/two", bytes(300_000));
      client.write(
          Location.of(FsPath.of("/one")),
          ByteBuffer.wrap(bytes(300_000)),
          WriteOptions.DEFAULT.withReplication(1));
      DatanodeId holder =
          client.extents(FsPath.of("/one")).findFirst().orElseThrow().replicas().get(0).datanode();
      int number = numberOf(cluster, client, holder);
      cluster.stopDatanode(number);
      List<String> kinds = List.of("lost-blocks", "under-replicated");
      Eventually.await(
          "the datanode to be given up", () -> Checked.isFinding(kinds, () -> Checked.all(client)));

      Checked checked = Checked.andRepaired(client);

      assertThat(checked.kinds()).isEqualTo(kinds);
      assertThat(path(checked.of("lost-blocks").get(0))).isEqualTo("/one");
      assertThat(path(checked.of("under-replicated").get(0))).isEqualTo("/two");
      cluster.startDatanode(number);
      Eventually.await("a clean check", () -> Checked.isClean(client));
    }
  }

  @Test
  void copiesOnADeadDatanodeAreCountedBeforeTheyAreGivenUp() throws Exception {
    try (TestCluster cluster = mortal().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Extent run = write(client, "/file", 5);
      DatanodeId dead = run.replicas().get(0).datanode();
      int number = numberOf(cluster, client, dead);
      cluster.stopDatanode(number);
      Eventually.await(
          "the datanode to be dead",
          () -> Checked.isFinding(List.of("dead-datanode"), () -> Checked.all(client)));

      Finding finding = Checked.all(client).only("dead-datanode");
      assertThat(finding.datanode()).isEqualTo(dead.value());
      assertThat(finding.message()).contains("copies of 5 blocks");
      cluster.startDatanode(number);
      Eventually.await("a clean check", () -> Checked.isClean(client));
    }
  }

  @Test
  void tooFewAndTooManyCopiesAreToldToRepair() throws Exception {
    // repair looks once, before there is a file, and then waits until it is told of something
    try (TestCluster cluster = options().namenode("repair-interval-millis", "600000").start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      client.write("/few", bytes(300_000));
      client.write("/many", bytes(300_000));
      long few = inode(client, "/few");
      long many = inode(client, "/many");
      cluster.sql("UPDATE inode SET replication = 3 WHERE id = " + few);
      cluster.sql("UPDATE inode SET replication = 1 WHERE id = " + many);

      Checked checked = Checked.all(client);
      assertThat(path(checked.only("under-replicated"))).isEqualTo("/few");
      assertThat(path(checked.only("over-replicated"))).isEqualTo("/many");
      assertThat(checked.sums()).containsEntry("repaired", 0L);

      Checked repaired = Checked.andRepaired(client);
      assertThat(repaired.sums()).containsEntry("repaired", 2L);
    }
  }

  @Test
  void leakedBlocksAreFoundAndFreed() throws Exception {
    try (TestCluster cluster = mortal().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      write(client, "/stays", 5);
      Extent leaking = write(client, "/leaks", 7);
      write(client, "/stays too", 5);
      assertThat(Checked.andRepaired(client).findings()).isEmpty();
      long used = used(client);
      cluster.sql("DELETE FROM extent WHERE inode = " + inode(client, "/leaks"));

      Checked found = Checked.all(client);
      assertThat(found.kinds()).containsExactly("block-count", "leaked");
      assertThat(found.of("leaked"))
          .extracting(each -> new Replica(new DatanodeId(each.datanode()), each.block()))
          .containsExactlyInAnyOrderElementsOf(leaking.replicas());
      assertThat(found.of("leaked")).allSatisfy(each -> assertThat(each.count()).isEqualTo(7));
      assertThat(used(client)).isEqualTo(used);

      // what a datanode cannot say is not guessed
      DatanodeId silent = leaking.replicas().get(0).datanode();
      int number = numberOf(cluster, client, silent);
      cluster.stopDatanode(number);
      Eventually.await(
          "the datanode to be gone",
          () ->
              client.status().datanodes().stream()
                  .anyMatch(
                      each -> each.id().equals(silent) && each.state() == Datanode.State.DEAD));
      Checked half = Checked.andRepaired(client);
      assertThat(half.of("leaked"))
          .allSatisfy(each ->
              assertThat(each.repair()).isEqualTo(each.datanode() == silent.value() ? "" : "freed"))
          .hasSize(2);
      assertThat(used(client)).isEqualTo(used - 7);
      cluster.startDatanode(number);
      cluster.awaitDatanodes(3);

      assertThat(Checked.andRepaired(client).only("leaked").repair()).isEqualTo("freed");
      assertThat(used(client)).isEqualTo(used - 14);
      assertThat(Checked.andRepaired(client).kinds()).containsExactly("block-count");
      for (int i = 0; i < 20; i++) {
        write(client, "/new" + i, 5);
      }
      assertThat(client.readAll("/stays")).isEqualTo(bytes(5 * BLOCK));
      assertThat(client.readAll("/stays too")).isEqualTo(bytes(5 * BLOCK));
    }
  }

  @Test
  void blocksOfTwoFilesAreFoundAndNeverGivenToAThird() throws Exception {
    try (TestCluster cluster = options().datanodes(2).start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Extent owner = write(client, "/owner", 4);
      Extent thief = write(client, "/thief", 4);
      assertThat(Checked.all(client).findings()).isEmpty();
      DatanodeId datanode = thief.replicas().get(0).datanode();
      Replica stolen =
          owner.replicas().stream()
              .filter(replica -> replica.datanode().equals(datanode))
              .findFirst()
              .orElseThrow();
      cluster.sql(
          """
          UPDATE extent SET datanodes = ARRAY[%d, datanodes[2]],
            first_blocks = ARRAY[%d, first_blocks[2]] WHERE inode = %d
          """
              .formatted(stolen.datanode().value(), stolen.firstBlock(), inode(client, "/thief")));

      Checked found = Checked.all(client);
      assertThat(found.kinds()).contains("bad-copy", "doubly-used", "leaked");
      Finding twice = found.only("doubly-used");
      assertThat(new Replica(new DatanodeId(twice.datanode()), twice.block())).isEqualTo(stolen);
      assertThat(twice.count()).isEqualTo(4);
      assertThat(path(found.only("bad-copy"))).isEqualTo("/thief");
      assertThat(found.only("leaked").block()).isEqualTo(thief.replicas().get(0).firstBlock());

      assertThat(Checked.andRepaired(client).only("doubly-used").repair())
          .contains("not be given out");
      // the other copy is copied, by the tables, which know nothing of what the cache has
      cluster.stopNamenode();
      cluster.startNamenode();
      cluster.awaitDatanodes(2);
      Eventually.await("good copies", () -> Checked.andRepaired(client).of("bad-copy").isEmpty());
      for (int i = 0; i < 20; i++) {
        write(client, "/new" + i, 4);
      }
      assertThat(client.readAll("/owner")).isEqualTo(bytes(4 * BLOCK));
      assertThat(client.readAll("/thief")).isEqualTo(bytes(4 * BLOCK));
      assertThat(client.extents(FsPath.of("/owner")).findFirst().orElseThrow().replicas())
          .contains(stolen);
    }
  }

  @Test
  void whatTheMapDoesNotHaveAsUsedIsMarked() throws Exception {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      Extent extent = write(client, "/file", 2);
      assertThat(Checked.all(client).findings()).isEmpty();
      long used = used(client);
      int capacity = 512;
      String more =
          """
          INSERT INTO extent
          SELECT inode, %d, count, generation + 1, ARRAY[%d], ARRAY[%d::bigint], checksums
          FROM extent WHERE index = 0 AND inode = %d
          """;
      int datanode = extent.replicas().get(0).datanode().value();
      long inode = inode(client, "/file");
      cluster.sql(more.formatted(100, datanode, 300, inode));
      cluster.sql(more.formatted(200, datanode, capacity - 1, inode));
      cluster.sql(more.formatted(300, 99, 0, inode));

      Checked found = Checked.all(client);
      assertThat(found.only("used-but-free").block()).isEqualTo(300);
      assertThat(found.only("used-but-free").count()).isEqualTo(2);
      assertThat(found.only("beyond-end").block()).isEqualTo(capacity - 1);
      assertThat(found.only("unknown-datanode").datanode()).isEqualTo(99);
      assertThat(used(client)).isEqualTo(used);

      assertThat(Checked.andRepaired(client).only("used-but-free").repair())
          .isEqualTo("they are marked as used");
      assertThat(used(client)).isEqualTo(used + 2);
      assertThat(Checked.all(client).of("used-but-free")).isEmpty();
    }
  }

  @Test
  void runsWithoutAFileOrOnTopOfEachOtherAreFound() throws Exception {
    try (TestCluster cluster = options().start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      write(client, "/file", 4);
      assertThat(Checked.all(client).findings()).isEmpty();
      String copy =
          """
          INSERT INTO extent
          SELECT %s, %d, count, generation, datanodes, first_blocks, checksums
          FROM extent WHERE index = 0 AND inode = %d
          """;
      long inode = inode(client, "/file");
      cluster.sql(copy.formatted("4711", 0, inode));
      cluster.sql(copy.formatted("inode", 2, inode));

      Checked found = Checked.all(client);
      assertThat(found.only("run-without-inode").inode()).isEqualTo(new InodeId(4711));
      assertThat(path(found.only("overlapping-runs"))).isEqualTo("/file");
      assertThat(found.kinds()).contains("doubly-used");
    }
  }

  @Test
  void oneCheckAtATimeAndForSuperusersOnly() throws Exception {
    try (TestCluster cluster = options().datanodes(1).replication(1).start();
        PlasmaClient client = cluster.connectWithoutCache();
        PlasmaClient other =
            PlasmaClient.connect(
                cluster.config().withPrincipal(new Principal("nobody", "nogroup", Set.of())))) {
      assertThatThrownBy(() -> other.check(InodeId.NONE, false))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EPERM));
      // more findings than wait to be fetched, so that it is at work for as long as nobody fetches
      cluster.sql(
          """
          INSERT INTO entry (parent, name, inode)
          SELECT 1, convert_to('n' || n, 'UTF8'), 4711 FROM generate_series(1, 3000) n
          """);
      LongWork first = client.check(InodeId.NONE, false);
      assertThatThrownBy(() -> client.check(InodeId.NONE, false))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ELIMIT));
      assertThat(first.next().finished()).isFalse();
      first.close();
      assertThat(Checked.all(client).of("entry-without-inode")).hasSize(3000);
    }
  }
}
