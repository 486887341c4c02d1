package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.NewFile;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.cache.CacheStatistics;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What a client remembers: how few calls it makes, and that nobody sees what is old, or not his.
class ClientCacheTest {
  private static final Duration LONG = Duration.ofHours(1);

  private static TestCluster cluster;

  /// Changes things behind the other's back.
  private static PlasmaClient writer;

  private static PlasmaClient client;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    writer = cluster.connect();
    client = cluster.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    writer.close();
    cluster.close();
  }

  private static long callsOf(Runnable work) {
    long before = client.namenodeCalls();
    work.run();
    return client.namenodeCalls() - before;
  }

  @Test
  void warmStatCostsOneRoundTrip() {
    writer.mkdirs("/warm/a/b");
    writer.write("/warm/a/b/file", new byte[100]);
    client.stat("/warm/a/b/file");
    assertThat(callsOf(() -> client.stat("/warm/a/b/file"))).isEqualTo(1);
  }

  @Test
  void thousandsAreValidatedByOneCallEach4096() {
    int files = 10_000;
    List<FsPath> paths = new ArrayList<>();
    try (Transaction tx = writer.begin()) {
      for (int d = 0; d < 10; d++) {
        tx.mkdirs("/many/" + d);
        List<NewFile> batch = new ArrayList<>();
        for (int i = 0; i < files / 10; i++) {
          FsPath path = FsPath.of("/many/" + d + "/file" + i);
          paths.add(path);
          batch.add(
              new NewFile(
                  Location.of(path),
                  WriteOptions.CREATE_NEW,
                  AttributeChanges.NONE,
                  ByteBuffer.allocate(1)));
        }
        tx.writeAll(batch);
      }
      tx.commit();
    }
    List<Outcome.Found> cold = client.statMany(paths, true);
    assertThat(cold).allSatisfy(found -> assertThat(found.status()).isEqualTo(FsStatus.OK));
    CacheStatistics before = client.cacheStatistics();
    assertThat(callsOf(() -> assertThat(client.statMany(paths, true)).isEqualTo(cold)))
        .isLessThan(20);
    CacheStatistics after = client.cacheStatistics();
    assertThat(after.hits() - before.hits()).isEqualTo(files);
    assertThat(after.misses()).isEqualTo(before.misses());
    assertThat(after.validations() - before.validations()).isBetween(1L, 3L);

    writer.write("/many/7/file7", new byte[9]);
    writer.unlink("/many/3/file3");
    List<Outcome.Found> now = client.statMany(paths, true);
    assertThat(now.get(7007).attributes().orElseThrow().size()).isEqualTo(9);
    assertThat(now.get(3003).status()).isEqualTo(FsStatus.ENOENT);
    assertThat(client.cacheStatistics().outdated()).isGreaterThan(after.outdated());
  }

  @Test
  void whoAllowsStalenessAsksNobody() {
    writer.mkdirs("/stale/dir");
    writer.write("/stale/dir/file", bytes(1000));
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    assertThat(relaxed.stat("/stale/dir/file").size()).isEqualTo(1000);
    assertThat(relaxed.exists("/stale/dir/none")).isFalse();
    assertThat(relaxed.readAll("/stale/dir/file")).isEqualTo(bytes(1000));
    assertThat(
            callsOf(() -> {
              assertThat(relaxed.stat("/stale/dir/file").size()).isEqualTo(1000);
              assertThat(relaxed.exists("/stale/dir/none")).isFalse();
              assertThat(relaxed.readAll("/stale/dir/file")).isEqualTo(bytes(1000));
            }))
        .isZero();

    writer.write("/stale/dir/file", bytes(2000));
    writer.write("/stale/dir/none", bytes(1));
    assertThat(relaxed.stat("/stale/dir/file").size()).isEqualTo(1000);
    assertThat(relaxed.exists("/stale/dir/none")).isFalse();
    // What the client itself has seen it never takes back.
    assertThat(client.stat("/stale/dir/file").size()).isEqualTo(2000);
    assertThat(relaxed.stat("/stale/dir/file").size()).isEqualTo(2000);
    assertThat(client.exists("/stale/dir/none")).isTrue();
    assertThat(relaxed.exists("/stale/dir/none")).isTrue();
  }

  @Test
  void whatALongListingShowedIsNeverTakenBack() {
    try (Transaction tx = writer.begin()) {
      tx.mkdirs("/long");
      List<NewFile> batch = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        batch.add(
            new NewFile(
                Location.of(FsPath.of("/long/file" + i)),
                WriteOptions.CREATE_NEW,
                AttributeChanges.NONE,
                ByteBuffer.allocate(0)));
      }
      tx.writeAll(batch);
      tx.commit();
    }
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    int before = relaxed.stat("/long/file7").mode();
    writer.setAttributes(FsPath.of("/long/file7"), AttributeChanges.NONE.withMode(0111));
    assertThat(relaxed.stat("/long/file7").mode()).isEqualTo(before);
    assertThat(client.list("/long").filter(e -> modeOf(e) == 0111)).hasSize(1);
    assertThat(relaxed.stat("/long/file7").mode()).isEqualTo(0111);

    // Who allows staleness remembers all of it.
    assertThat(relaxed.list("/long")).hasSize(1000);
    assertThat(callsOf(() -> assertThat(relaxed.stat("/long/file8").mode()).isEqualTo(before)))
        .isZero();
  }

  private static int modeOf(Outcome.Entry entry) {
    return entry.attributes().orElseThrow().mode();
  }

  @Test
  void ownCommitsAreSeenAtOnceAndAbortsNever() {
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    client.mkdirs("/own");
    client.write("/own/file", bytes(10));
    assertThat(relaxed.stat("/own/file").size()).isEqualTo(10);
    try (Transaction tx = relaxed.begin()) {
      tx.write("/own/file", bytes(20));
      tx.write("/own/other", bytes(30));
      assertThat(tx.stat("/own/file").size()).isEqualTo(20);
      assertThat(tx.readAll("/own/other")).isEqualTo(bytes(30));
      assertThat(relaxed.stat("/own/file").size()).isEqualTo(10);
    }
    assertThat(relaxed.stat("/own/file").size()).isEqualTo(10);
    assertThat(relaxed.exists("/own/other")).isFalse();
    client.transact(tx -> {
      tx.rename("/own/file", "/own/moved");
      tx.write("/own/file", bytes(40));
    });
    assertThat(relaxed.stat("/own/file").size()).isEqualTo(40);
    assertThat(relaxed.stat("/own/moved").size()).isEqualTo(10);
  }

  @Test
  void nobodySeesThroughTheCacheWhatTheNamenodeRefuses() {
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    PlasmaClient alice = relaxed.as(new Principal("alice", "users", Set.of("users")));
    PlasmaClient bob = relaxed.as(new Principal("bob", "users", Set.of("users")));
    writer.mkdirs("/private/alice");
    writer.write("/private/alice/file", bytes(10));
    writer.chmod("/private/alice/file", 0600);
    writer.chmod("/private/alice", 0700);
    writer.chown("/private/alice/file", "alice", "users");
    writer.chown("/private/alice", "alice", "users");
    for (int i = 0; i < 2; i++) {
      assertThat(alice.stat("/private/alice/file").size()).isEqualTo(10);
      assertThat(alice.readAll("/private/alice/file")).isEqualTo(bytes(10));
      assertThat(relaxed.stat("/private/alice/file").size()).isEqualTo(10);
      for (Runnable attempt :
          List.<Runnable>of(
              () -> bob.stat("/private/alice/file"),
              () -> bob.readAll("/private/alice/file"),
              () -> bob.exists("/private/alice/none"))) {
        assertThatThrownBy(attempt::run)
            .isInstanceOfSatisfying(
                FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EACCES));
      }
    }
    assertThat(
            bob.withMaxStaleness(Duration.ZERO)
                .statMany(List.of(FsPath.of("/private/alice/file"), FsPath.of("/private")), true))
        .extracting(Outcome.Found::status)
        .containsExactly(FsStatus.EACCES, FsStatus.OK);
    // Rights that go away go away for everybody who asks.
    writer.chmod("/private", 0700);
    assertThatThrownBy(() -> alice.withMaxStaleness(Duration.ZERO).stat("/private/alice/file"))
        .isInstanceOf(FsException.class);
  }

  @Test
  void actorOwnsWhatItMakes() {
    writer.mkdirs("/actor");
    writer.chmod("/actor", 0777);
    PlasmaClient carol = client.as(new Principal("carol", "staff", Set.of()));
    carol.write("/actor/file", bytes(100_000));
    carol.mkdir("/actor/dir");
    assertThat(client.stat("/actor/file").owner()).isEqualTo("carol");
    assertThat(client.stat("/actor/dir").group()).isEqualTo("staff");
    assertThat(carol.readAll("/actor/file")).isEqualTo(bytes(100_000));
    assertThat(carol.readMany(List.of(Location.of("/actor/file"))).get(0).orElseThrow())
        .isEqualTo(ByteBuffer.wrap(bytes(100_000)));
    assertThatThrownBy(() -> carol.mkdir("/actor/dir")).isInstanceOf(FsException.class);
  }

  @Test
  void warmBlocksNeedNoDatanode() throws IOException {
    byte[] content = bytes(5_000_000);
    try (TestCluster own = TestCluster.options().start();
        PlasmaClient reader = own.connect()) {
      reader.write("/file", content);
      assertThat(reader.readAll("/file")).isEqualTo(content);
      long misses = reader.cacheStatistics().blockMisses();
      own.stopDatanode(0);
      own.stopDatanode(1);
      assertThat(reader.readAll("/file")).isEqualTo(content);
      try (PlasmaInputStream in = reader.openInput("/file")) {
        assertThat(in.readAllBytes()).isEqualTo(content);
      }
      try (var file = reader.openFile(Location.of("/file"))) {
        ByteBuffer part = ByteBuffer.allocate(100_000);
        assertThat(file.read(part, 1_234_567)).isEqualTo(100_000);
        assertThat(part.flip()).isEqualTo(ByteBuffer.wrap(content, 1_234_567, 100_000));
      }
      assertThat(reader.cacheStatistics().blockMisses()).isEqualTo(misses);
      assertThat(reader.cacheStatistics().blockHits()).isPositive();
    }
  }

  @Test
  void blocksThatAChangeLeavesAloneStayWarm() throws IOException {
    byte[] content = bytes(1 << 20);
    writer.write("/partly", content);
    assertThat(client.readAll("/partly")).isEqualTo(content);
    long misses = client.cacheStatistics().blockMisses();
    try (var channel = writer.openChannel("/partly", WriteOptions.UPDATE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 300_000);
    }
    content[300_000] = 1;
    content[300_001] = 2;
    content[300_002] = 3;
    assertThat(client.readAll("/partly")).isEqualTo(content);
    assertThat(client.cacheStatistics().blockMisses() - misses).isEqualTo(1);
  }

  @Test
  void concurrentMissesOfOneBlockLoadItOnce() throws Exception {
    byte[] content = bytes(4 << 20);
    writer.write("/once", content);
    try (PlasmaClient fresh = cluster.connect();
        ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<byte[]> read = () -> fresh.readAll("/once");
      for (Future<byte[]> one :
          readers.invokeAll(IntStream.range(0, 16).mapToObj(i -> read).toList())) {
        assertThat(one.get()).isEqualTo(content);
      }
      assertThat(fresh.cacheStatistics().blockMisses()).isEqualTo((4 << 20) / (64 << 10));
    }
  }

  @Test
  void bulkReadsOfWarmFilesMoveNoContent() {
    writer.mkdirs("/bulk");
    List<Location> files = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      writer.write("/bulk/" + i, bytes(i * 300));
      files.add(Location.of("/bulk/" + i));
    }
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    List<Optional<ByteBuffer>> cold = relaxed.readMany(files);
    assertThat(callsOf(() -> assertThat(relaxed.readMany(files)).isEqualTo(cold))).isZero();
    assertThat(callsOf(() -> assertThat(client.readMany(files)).isEqualTo(cold))).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      assertThat(cold.get(i).orElseThrow()).isEqualTo(ByteBuffer.wrap(bytes(i * 300)));
    }
    writer.write("/bulk/50", new byte[] {1});
    assertThat(client.readMany(files).get(50).orElseThrow())
        .isEqualTo(ByteBuffer.wrap(new byte[] {1}));
  }

  @Test
  void symbolicLinksAreFollowedByTheNamenode() {
    writer.mkdirs("/links/a");
    writer.mkdirs("/links/b");
    writer.write("/links/a/file", bytes(1));
    writer.write("/links/b/file", bytes(2));
    writer.symlink("/links/now", "a");
    writer.symlink("/links/file", "a/file");
    PlasmaClient relaxed = client.withMaxStaleness(LONG);
    for (int i = 0; i < 2; i++) {
      assertThat(relaxed.stat("/links/now/file").size()).isEqualTo(1);
      assertThat(relaxed.stat("/links/file").size()).isEqualTo(1);
      assertThat(relaxed.lstat("/links/file").isSymlink()).isTrue();
    }
    writer.transact(tx -> {
      tx.unlink("/links/now");
      tx.symlink("/links/now", "b");
    });
    assertThat(client.stat("/links/now/file").size()).isEqualTo(2);
    assertThat(
            client.statMany(List.of(FsPath.of("/links/now/file"), FsPath.of("/links/file")), true))
        .extracting(found -> found.attributes().orElseThrow().size())
        .containsExactly(2L, 1L);
  }
}
