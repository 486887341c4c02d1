package io.plasmafs.testkit;

import static io.plasmafs.testkit.RandomBytes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.WriteOptions.FanOut;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Datanodes are killed, or held, at every stage of a write. Each is a process of its own.
///
/// There are three copies and four datanodes. The racks are such that the copies of a file whose
/// first one is wished on `host0` lie on the datanodes 0, 1 and 2, in this order, as long as 3 is
/// disabled:
///
/// ```
/// rack a: 0 2    rack b: 1    rack c: 3, the spare one
/// ```
///
/// `plasma.rounds` says how often everything is done, and with more than one round more is: each
/// datanode is killed where otherwise one is, drawn by lot (`plasma.seed`), and who is held stays
/// so for half a minute.
class LostDatanodeTest {
  private static final int SPARE = 3;
  private static final int COPIES = 3;
  private static final int ROUNDS = Integer.getInteger("plasma.rounds", 1);
  private static final long SEED = Long.getLong("plasma.seed", System.nanoTime());
  private static final WriteOptions FIRST_ON_0 = WriteOptions.DEFAULT.withHost("host0");
  private static final Duration FORWARD_TIMEOUT = Duration.ofSeconds(12);
  private static final Duration LONG_HOLD = Duration.ofSeconds(30);

  private static final List<DatanodeProcess> datanodes = new ArrayList<>();
  private static final Random random = new Random(SEED);
  private static TestCluster cluster;
  private static PlasmaClient client;

  @BeforeAll
  static void start() {
    System.out.println("plasma.seed=" + SEED);
    cluster =
        TestCluster.options()
            .datanodes(0)
            .replication(COPIES)
            .blockSize(2 << 20)
            .datanodeBytes(256 << 20)
            .start();
    for (String rack : List.of("a", "b", "a", "c")) {
      datanodes.add(
          DatanodeProcess.create(
              cluster,
              datanodes.size(),
              "rack=" + rack,
              "forward-timeout-millis=" + FORWARD_TIMEOUT.toMillis()));
    }
    startAll(List.of(0, 1, 2, SPARE));
    client = PlasmaClient.connect(config());
  }

  @AfterAll
  static void stop() {
    client.close();
    datanodes.forEach(DatanodeProcess::close);
    cluster.close();
  }

  @BeforeEach
  void spareOneIsOff() {
    client.datanodes().disable(datanodes.get(SPARE).identity());
  }

  private static void useSpareOne() {
    client.datanodes().enable(datanodes.get(SPARE).identity());
    awaitAlive(SPARE);
  }

  /// After each test everything is as it should be, whatever was lost.
  @AfterEach
  void everythingFitsTogether() {
    useSpareOne();
    Eventually.await("a clean check", () -> Checked.isClean(client));
  }

  /// Everything is read from datanodes.
  private static ClientConfig config() {
    return cluster.config().withCache(CacheLimits.NONE);
  }

  /// Starts datanodes side by side; they take part when this returns.
  private static void startAll(List<Integer> numbers) {
    List<Thread> starts =
        numbers.stream()
            .map(number -> Thread.ofPlatform().start(() -> datanodes.get(number).start()))
            .toList();
    try {
      for (Thread each : starts) {
        each.join();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    try (PlasmaClient operator = cluster.connect()) {
      numbers.forEach(
          number -> Eventually.await("datanode " + number, () -> isAlive(operator, number)));
    }
  }

  private static void awaitAlive(int number) {
    Eventually.await("datanode " + number, () -> isAlive(client, number));
  }

  /// Whether this very process takes part, and not only one that was at its place.
  private static boolean isAlive(PlasmaClient operator, int number) {
    DatanodeProcess process = datanodes.get(number);
    return operator.status().datanodes().stream()
        .anyMatch(datanode ->
            datanode.identity().equals(process.identity())
                && datanode.pid() == process.pid()
                && datanode.state() == Datanode.State.ALIVE);
  }

  private static DatanodeId idOf(int number) {
    return client.status().datanodes().stream()
        .filter(datanode -> datanode.identity().equals(datanodes.get(number).identity()))
        .map(Datanode::id)
        .findFirst()
        .orElseThrow();
  }

  private static List<Integer> placesOf(String path) {
    List<Integer> places = new ArrayList<>();
    client
        .extents(FsPath.of(path))
        .findFirst()
        .orElseThrow()
        .replicas()
        .forEach(replica ->
            places.add(
                IntStream.range(0, datanodes.size())
                    .filter(number -> idOf(number).equals(replica.datanode()))
                    .findFirst()
                    .orElseThrow()));
    return places;
  }

  /// Each read begins with another copy, drawn by lot.
  private static void assertReadable(String path, byte[] content) {
    for (int i = 0; i < 2 * COPIES; i++) {
      assertThat(client.readAll(path)).isEqualTo(content);
    }
  }

  private static void assertCopiesWithout(String path, DatanodeId lost) {
    assertThat(client.extents(FsPath.of(path)))
        .allSatisfy(extent ->
            assertThat(extent.replicas())
                .hasSize(COPIES)
                .noneMatch(replica -> replica.datanode().equals(lost)));
  }

  /// Positions in the chain at which somebody is to die: each, or one drawn by lot.
  private static List<Integer> someOrAll() {
    return ROUNDS > 1 ? List.of(0, 1, 2) : List.of(random.nextInt(COPIES));
  }

  private static void write(Transaction transaction, String path, byte[] content) {
    var unused =
        transaction.write(Location.of(FsPath.of(path)), ByteBuffer.wrap(content), FIRST_ON_0);
  }

  @Test
  void copiesLieAsTheOthersTestsSuppose() {
    for (int round = 0; round < ROUNDS; round++) {
      client.transact(tx -> write(tx, "/places", bytes(5 << 20)));
      assertThat(placesOf("/places")).containsExactly(0, 1, 2);
      client.unlink("/places");
    }
  }

  @Test
  void whoeverDiesInTheMiddleOfABlockIsReplaced() throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      for (int victim = 0; victim < COPIES; victim++) {
        dieInTheMiddleOfABlock(FanOut.CHAIN, victim);
      }
      for (int victim = 0; victim < COPIES && ROUNDS > 1; victim++) {
        dieInTheMiddleOfABlock(FanOut.STAR, victim);
      }
    }
  }

  private void dieInTheMiddleOfABlock(FanOut fanOut, int victim) throws IOException {
    byte[] content = bytes((7 << 20) + 777);
    int half = (3 << 20) + 33_333;
    boolean onTheWay = random.nextBoolean();
    DatanodeId lost = idOf(victim);
    spareOneIsOff();
    try (PlasmaOutputStream out = client.openOutput("/killed", FIRST_ON_0.with(fanOut))) {
      out.write(content, 0, half);
      // what was sent has been acknowledged when this returns, most likely
      useSpareOne();
      if (onTheWay) {
        out.write(content, half, 1 << 20);
      }
      datanodes.get(victim).kill();
      int written = half + (onTheWay ? 1 << 20 : 0);
      out.write(content, written, content.length - written);
    }
    assertCopiesWithout("/killed", lost);
    assertReadable("/killed", content);
    startAll(List.of(victim));
    assertReadable("/killed", content);
    client.unlink("/killed");
  }

  @Test
  void whatDiesBetweenWriteAndSyncIsReplaced() {
    byte[] content = bytes((5 << 20) + 1);
    for (int round = 0; round < ROUNDS; round++) {
      for (int victim : someOrAll()) {
        spareOneIsOff();
        DatanodeId lost = idOf(victim);
        try (Transaction transaction = client.begin()) {
          write(transaction, "/unsynced", content);
          useSpareOne();
          datanodes.get(victim).kill();
          transaction.commit();
        }
        assertCopiesWithout("/unsynced", lost);
        assertReadable("/unsynced", content);
        startAll(List.of(victim));
        client.unlink("/unsynced");
      }
    }
  }

  @Test
  void whatDiesAndComesBackBetweenWriteAndSyncIsWrittenAgain() {
    byte[] content = bytes(5 << 20);
    for (int round = 0; round < ROUNDS; round++) {
      try (Transaction transaction = client.begin()) {
        write(transaction, "/restarted", content);
        List<Integer> restarted = someOrAll();
        restarted.forEach(number -> datanodes.get(number).kill());
        startAll(restarted);
        transaction.commit();
      }
      assertReadable("/restarted", content);
      client.unlink("/restarted");
    }
  }

  @Test
  void whatDiesBetweenSyncAndCommitHoldsNothingUpAndHasItsCopyWhenItReturns() throws IOException {
    byte[] content = bytes((3 << 20) + 5);
    for (int round = 0; round < ROUNDS; round++) {
      for (int victim : someOrAll()) {
        spareOneIsOff();
        try (Transaction transaction = client.begin()) {
          try (PlasmaOutputStream out = transaction.openOutput("/synced", FIRST_ON_0)) {
            out.write(content);
            out.sync();
            datanodes.get(victim).kill();
          }
          transaction.commit();
        }
        assertReadable("/synced", content);
        startAll(List.of(victim));
        assertThat(placesOf("/synced")).containsExactly(0, 1, 2);
        assertReadable("/synced", content);
        client.unlink("/synced");
      }
    }
  }

  @Test
  void oneCopyOfThreeIsEnoughToReadAndNotToWrite() {
    byte[] content = bytes(3 << 20);
    for (int round = 0; round < ROUNDS; round++) {
      int left = random.nextInt(COPIES);
      List<Integer> lost = IntStream.range(0, COPIES).filter(i -> i != left).boxed().toList();
      client.transact(tx -> write(tx, "/two-lost", content));
      lost.forEach(number -> datanodes.get(number).kill());
      assertReadable("/two-lost", content);
      assertThatThrownBy(() -> client.write("/too-few", content))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ENONODE));
      assertThat(client.exists("/too-few")).isFalse();
      startAll(lost);
      assertReadable("/two-lost", content);
      client.unlink("/two-lost");
    }
  }

  /// The last of a chain is held. Whoever is before it in the chain must not be taken for the one
  /// that does not answer: then too few datanodes would be left.
  @Test
  void aDatanodeThatIsHeldIsReplacedAndNobodyElse() throws IOException {
    byte[] content = bytes(6 << 20);
    Duration patience = FORWARD_TIMEOUT.plusSeconds(2);
    for (int round = 0; round < ROUNDS; round++) {
      for (int victim : ROUNDS > 1 ? List.of(2, 1, 0) : List.of(2)) {
        spareOneIsOff();
        DatanodeProcess held = datanodes.get(victim);
        try (PlasmaClient writer = PlasmaClient.connect(config().withCallTimeout(patience));
            PlasmaOutputStream out = writer.openOutput("/held", FIRST_ON_0)) {
          out.write(content, 0, 1 << 20);
          useSpareOne();
          held.hold();
          out.write(content, 1 << 20, 5 << 20);
          out.close();
          if (ROUNDS > 1) {
            LockSupport.parkNanos(LONG_HOLD.toNanos());
          }
        } finally {
          held.release();
        }
        awaitAlive(victim);
        assertCopiesWithout("/held", idOf(victim));
        assertReadable("/held", content);
        client.unlink("/held");
        spareOneIsOff();
        Eventually.await("the others to notice that it answers", () -> isWritable(content));
      }
    }
  }

  private static boolean isWritable(byte[] content) {
    try {
      client.transact(tx -> write(tx, "/again", content));
      client.unlink("/again");
      return true;
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.ENONODE);
      return false;
    }
  }

  /// Nobody gives up a call within this test: a reader who is not answered must ask another copy.
  @Test
  @Timeout(300)
  void whatHeldDatanodesDoNotAnswerIsReadFromTheLast() {
    byte[] content = bytes(200_000);
    client.transact(tx -> write(tx, "/slow", content));
    for (int round = 0; round < ROUNDS; round++) {
      int left = random.nextInt(COPIES);
      List<DatanodeProcess> held =
          IntStream.range(0, COPIES).filter(i -> i != left).mapToObj(datanodes::get).toList();
      held.forEach(DatanodeProcess::hold);
      try {
        for (int i = 0; i < 2; i++) {
          try (PlasmaClient patient =
              PlasmaClient.connect(config().withCallTimeout(Duration.ofHours(1)))) {
            assertThat(patient.readAll("/slow")).isEqualTo(content);
          }
        }
      } finally {
        held.forEach(DatanodeProcess::release);
      }
    }
    client.unlink("/slow");
  }

  @Test
  void aDatanodeThatReturnsServesNothingStale() {
    for (int round = 0; round < ROUNDS; round++) {
      for (int victim : someOrAll()) {
        client.transact(tx -> write(tx, "/old", bytes(2 << 20)));
        client.transact(tx -> write(tx, "/gone", bytes(3 << 20)));
        useSpareOne();
        datanodes.get(victim).kill();
        byte[] content = bytes((2 << 20) + 1);
        client.write("/old", content);
        client.unlink("/gone");
        client.write("/other", bytes(1 << 20));
        startAll(List.of(victim));
        assertReadable("/old", content);
        assertReadable("/other", bytes(1 << 20));
        client.unlink("/old");
        client.unlink("/other");
        spareOneIsOff();
      }
    }
  }
}
