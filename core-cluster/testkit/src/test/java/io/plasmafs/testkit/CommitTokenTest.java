package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.Committed;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaClient.CommitOutcome;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Commits whose tokens callers choose: repeated, they have the effect of one.
class CommitTokenTest {
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
  void repeatedWorkIsDoneOnce() {
    CommitToken token = CommitToken.ofKey("alice", "repeated");
    AtomicInteger runs = new AtomicInteger();
    Committed<Integer> first = once(token, "/repeated", runs);
    Committed<Integer> second = once(token, "/repeated", runs);
    assertThat(first.result()).contains(1);
    assertThat(first.sequence()).isPositive().isEqualTo(second.sequence());
    assertThat(second.repeated()).isTrue();
    assertThat(runs).hasValue(1);
    assertThat(client.outcomeOf(token))
        .isEqualTo(new CommitOutcome(CommitOutcome.State.DONE, first.sequence()));
  }

  @Test
  void tokensOfDifferentScopesDiffer() {
    assertThat(CommitToken.ofKey("ab", "c")).isNotEqualTo(CommitToken.ofKey("a", "bc"));
    assertThat(CommitToken.ofKey("ab", "c")).isEqualTo(CommitToken.ofKey("ab", "c"));
  }

  @Test
  void workRepeatedAtTheSameTimeIsDoneOnce() throws Exception {
    CommitToken token = CommitToken.ofKey("alice", "at the same time");
    AtomicInteger runs = new AtomicInteger();
    List<Committed<Integer>> results = new ArrayList<>();
    try (ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Committed<Integer>> work = () -> once(token, "/same-time", runs);
      for (Future<Committed<Integer>> one : workers.invokeAll(List.of(work, work, work, work))) {
        results.add(one.get());
      }
    }
    assertThat(results).extracting(Committed::sequence).containsOnly(results.get(0).sequence());
    assertThat(results).filteredOn(one -> !one.repeated()).isNotEmpty();
    assertThat(client.stat("/same-time").version()).isEqualTo(results.get(0).sequence());
  }

  @Test
  void workOfFailedAttemptMayBeRepeated() {
    CommitToken token = CommitToken.ofKey("alice", "failed");
    assertThatThrownBy(() ->
            client.transactOnce(
                token,
                tx -> {
                  tx.write("/failed", new byte[] {1});
                  tx.mkdir("/no/such/parent");
                  return 1;
                }))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ENOENT));
    assertThat(client.exists("/failed")).isFalse();
    assertThat(once(token, "/failed", new AtomicInteger()).repeated()).isFalse();
  }

  @Test
  void beginWithUsedTokenChangesNothing() {
    CommitToken token = CommitToken.random();
    long first;
    try (Transaction tx = client.begin(token, Optional.empty(), Duration.ZERO)) {
      tx.write("/first", new byte[] {1});
      first = tx.commit();
      assertThat(tx.sequence()).isEqualTo(first);
    }
    try (Transaction tx = client.begin(token, Optional.empty(), Duration.ZERO)) {
      tx.write("/second", new byte[] {1});
      assertThat(tx.commit()).isEqualTo(first);
    }
    assertThat(client.exists("/second")).isFalse();
  }

  @Test
  void tokenIsKnownAfterRestart() {
    try (TestCluster own = TestCluster.options().datanodeBytes(16 << 20).start();
        PlasmaClient before = own.connect()) {
      CommitToken token = CommitToken.ofKey("alice", "restart");
      Committed<Boolean> first =
          before.transactOnce(
              token,
              tx -> {
                tx.mkdir("/made");
                return true;
              });
      own.stopNamenode();
      own.startNamenode();
      try (PlasmaClient after = own.connect()) {
        assertThat(after.outcomeOf(token).sequence()).isEqualTo(first.sequence());
        AtomicInteger runs = new AtomicInteger();
        Committed<Integer> again =
            after.transactOnce(
                token,
                tx -> {
                  tx.mkdir("/made");
                  return runs.incrementAndGet();
                });
        assertThat(again.sequence()).isEqualTo(first.sequence());
        assertThat(runs).hasValue(0);
      }
    }
  }

  private static Committed<Integer> once(CommitToken token, String path, AtomicInteger runs) {
    return client.transactOnce(
        token,
        tx -> {
          tx.create(path);
          return runs.incrementAndGet();
        });
  }
}
