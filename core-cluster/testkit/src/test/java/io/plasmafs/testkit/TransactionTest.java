package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.RetryPolicy;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.Requirement;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Transactions through the client: all or nothing, conflicts, lost connections.
class TransactionTest {
  private static TestCluster cluster;
  private static PlasmaClient client;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().datanodeBytes(16 << 20).start();
    client = cluster.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @Test
  void abortLeavesNothingAndItsBlocksAreReusable() {
    // Each round takes more than half of the space.
    for (int round = 0; round < 4; round++) {
      try (Transaction tx = client.begin()) {
        tx.write("/aborted", new byte[5 << 20]);
        assertThat(tx.exists("/aborted")).isTrue();
      }
      assertThat(client.exists("/aborted")).isFalse();
    }
    assertThat(client.statFilesystem().reservedBlocks()).isGreaterThanOrEqualTo(0);
  }

  @Test
  void concurrentChangesOfOneFileAllHappen() throws Exception {
    client.write("/counter", new byte[] {0});
    int threads = 8;
    int each = 10;
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            workers.submit(() -> {
              for (int n = 0; n < each; n++) {
                client.transact(tx -> {
                  long version = tx.stat("/counter").contentVersion();
                  byte value = tx.readAll("/counter")[0];
                  tx.require(FsPath.of("/counter"), Requirement.CONTENT_VERSION, version);
                  tx.write("/counter", new byte[] {(byte) (value + 1)});
                });
              }
            }));
      }
      for (Future<?> one : all) {
        Object unused = one.get();
      }
    }
    assertThat(client.readAll("/counter")).containsExactly(threads * each);
  }

  @Test
  void conflictNamesTheFile() {
    client.write("/contested", new byte[] {1});
    try (Transaction first = client.begin();
        Transaction second = client.begin()) {
      first.chmod("/contested", 0600);
      assertThatThrownBy(() -> second.chmod("/contested", 0640))
          .isInstanceOfSatisfying(
              FsException.class,
              e -> {
                assertThat(e.status()).isEqualTo(FsStatus.ECONFLICT);
                assertThat(e.conflicts()).isNotEmpty();
              });
    }
  }

  @Test
  void failureOfTheBodyAborts() {
    assertThatThrownBy(() ->
            client.transact(tx -> {
              tx.mkdir("/half");
              throw new IllegalStateException("no");
            }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(client.exists("/half")).isFalse();
  }

  @Test
  void closedClientAbortsItsTransactions() {
    Transaction left;
    try (PlasmaClient other = cluster.connect()) {
      left = other.begin();
      Object unused = left.mkdir("/left");
    }
    assertThat(client.exists("/left")).isFalse();
    client.mkdir("/left");
    assertThatThrownBy(() -> left.mkdir("/left/more")).isInstanceOf(FsException.class);
    left.close();
  }

  @Test
  void commitIsKnownByItsToken() {
    Transaction tx = client.begin();
    tx.mkdir("/token");
    long sequence = tx.commit();
    PlasmaClient.CommitOutcome outcome = client.outcomeOf(tx.token());
    assertThat(outcome.state()).isEqualTo(PlasmaClient.CommitOutcome.State.DONE);
    assertThat(outcome.sequence()).isEqualTo(sequence);
  }

  @Test
  void manyTransactionsThatNobodyClosesHarmNobody() {
    try (PlasmaClient careless = PlasmaClient.connect(cluster.config().withLeakDetection(false))) {
      List<Transaction> forgotten = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  Transaction tx = careless.begin();
                  forgotten.add(tx);
                  tx.mkdir("/forgotten" + i);
                }
              })
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ELIMIT))
          .hasMessageContaining("transactions");
      assertThat(forgotten).hasSizeGreaterThan(100);
      client.mkdir("/unharmed");
      assertThat(client.exists("/forgotten0")).isFalse();
    }
    client.mkdir("/forgotten0");
  }

  @Test
  void manyFilesThatNobodyClosesHarmNobody() throws IOException {
    byte[] content = new byte[100_000];
    client.write("/popular", content);
    try (PlasmaClient careless = PlasmaClient.connect(cluster.config().withLeakDetection(false))) {
      List<PlasmaFile> forgotten = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  forgotten.add(careless.openFile("/popular"));
                }
              })
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ELIMIT));
      client.write("/popular", new byte[10]);
      assertThat(client.readAll("/popular")).hasSize(10);
      // What is open stays as it was, and what is closed makes room.
      ByteBuffer back = ByteBuffer.allocate(content.length);
      assertThat(forgotten.getLast().read(back, 0)).isEqualTo(content.length);
      forgotten.getFirst().close();
      try (PlasmaFile one = openWhenThereIsRoom(careless)) {
        assertThat(one.size()).isEqualTo(10);
      }
    }
  }

  /// A transaction that is closed is aborted in the background.
  private static PlasmaFile openWhenThereIsRoom(PlasmaClient careless) {
    for (int attempt = 1; ; attempt++) {
      try {
        return careless.openFile("/popular");
      } catch (FsException e) {
        if (e.status() != FsStatus.ELIMIT || attempt == 10_000) {
          throw e;
        }
      }
    }
  }

  @Test
  void leaseOfAnIdleTransactionEnds() {
    RetryPolicy patient =
        new RetryPolicy(
            100_000, Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofMinutes(2));
    try (PlasmaClient careless = PlasmaClient.connect(cluster.config().withLeakDetection(false));
        PlasmaClient other = PlasmaClient.connect(cluster.config().withRetry(patient))) {
      Transaction forgotten = careless.begin(Optional.empty(), Duration.ofMillis(500));
      Object unused = forgotten.mkdir("/leased");
      // Is told of a conflict until the lease has ended.
      other.transact(tx -> {
        Object unusedToo = tx.mkdir("/leased");
      });
      assertThatThrownBy(forgotten::commit)
          .isInstanceOfSatisfying(
              FsException.class,
              e -> assertThat(e.status()).isIn(FsStatus.ELONGTRANS, FsStatus.ENOTRANS));
      forgotten.close();
    }
  }
}
