package io.plasmafs.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.postgres.TemporaryPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL is killed under a namenode that works, and comes back.
final class DatabaseLossTest {
  private static final int CLIENTS = 4;
  private static final int KILLS = 2;
  private static final int COMMITS_BETWEEN = 50;
  private static final long SECONDS = 120;

  /// What may be answered to a commit while the database is away.
  private static final Set<FsStatus> OF_THE_LOSS =
      Set.of(FsStatus.EUNAVAIL, FsStatus.EFAILEDCOMMIT, FsStatus.EUNKNOWN);

  @TempDir Path directory;
  private final TemporaryPostgres postgres = TemporaryPostgres.start(false);
  private LocalNamenode local;

  @BeforeEach
  void start() throws IOException {
    local = LocalNamenode.start(directory, postgres);
    try (RawClient root = connect()) {
      root.ok(0, mkdir("/d"));
    }
  }

  @AfterEach
  void stop() {
    local.close();
    postgres.close();
  }

  private RawClient connect() {
    return RawClient.as("root", local.transport(), local.port());
  }

  private static Operation mkdir(String path) {
    return new Operation.MakeDirectory(Location.of(path), 0755, false);
  }

  private static Operation stat(String path) {
    return new Operation.Stat(Location.of(path), true);
  }

  private static Operation create(String path) {
    return new Operation.Create(Location.of(path), Operation.CreateMode.EXCLUSIVE, 0644, 0);
  }

  private static FsStatus status(Answer answer) {
    return answer.failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
  }

  private static void eventually(String what, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      Thread.sleep(20);
    }
  }

  @Test
  void cachedDataAreReadMeanwhileAndServiceReturnsByItself() throws Exception {
    try (RawClient client = connect()) {
      client.ok(0, mkdir("/d/a"), create("/d/a/f"));
      postgres.kill();
      client.ok(0, stat("/d/a/f"));
      CompletableFuture<Answer> writing =
          client.submit(new Compound(0, Optional.empty(), List.of(mkdir("/d/b"))));
      client.ok(0, stat("/d/a/f"));
      assertThat(client.status(0, stat("/d/b"))).isEqualTo(FsStatus.ENOENT);
      postgres.restart();
      FsStatus written = status(writing.get(SECONDS, TimeUnit.SECONDS));
      if (written == FsStatus.OK) {
        client.ok(0, stat("/d/b"));
      } else {
        assertThat(written).isIn(OF_THE_LOSS);
      }
      eventually("it serves again", () -> client.status(0, mkdir("/d/c")) == FsStatus.OK);
    }
  }

  @Test
  void whatWasAcknowledgedIsThereWheneverTheDatabaseWasKilled() throws Exception {
    Set<Name> acknowledged = new ConcurrentSkipListSet<>();
    AtomicBoolean done = new AtomicBoolean();
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int c = 0; c < CLIENTS; c++) {
      String prefix = "c" + c + "-";
      clients.add(
          CompletableFuture.runAsync(
              () -> createUntil(done, prefix, acknowledged), Thread::startVirtualThread));
    }
    try {
      for (int kill = 0; kill <= KILLS; kill++) {
        int wanted = acknowledged.size() + COMMITS_BETWEEN;
        eventually("commits go on", () -> acknowledged.size() >= wanted || ended(clients));
        if (kill < KILLS) {
          postgres.kill();
          postgres.restart();
        }
      }
    } finally {
      done.set(true);
    }
    for (CompletableFuture<Void> client : clients) {
      client.get(SECONDS, TimeUnit.SECONDS);
    }
    local.restart();
    try (RawClient client = connect()) {
      Set<Name> found = names(client);
      assertThat(found).containsAll(acknowledged);
      Outcome.Inode d = (Outcome.Inode) client.ok(0, stat("/d")).get(0);
      assertThat(d.attributes().size()).isEqualTo(found.size());
    }
  }

  private static boolean ended(List<CompletableFuture<Void>> clients) {
    return clients.stream().anyMatch(CompletableFuture::isDone);
  }

  private void createUntil(AtomicBoolean done, String prefix, Set<Name> acknowledged) {
    try (RawClient client = connect()) {
      for (int i = 0; !done.get(); i++) {
        FsStatus status = client.status(0, create("/d/" + prefix + i));
        if (status == FsStatus.OK) {
          acknowledged.add(Name.of(prefix + i));
        } else {
          assertThat(status).isIn(OF_THE_LOSS);
        }
      }
    }
  }

  private static Set<Name> names(RawClient client) {
    Set<Name> found = new TreeSet<>();
    Optional<Name> after = Optional.empty();
    while (true) {
      Outcome.Listing page =
          (Outcome.Listing)
              client
                  .ok(0, new Operation.ListDirectory(Location.of("/d"), after, 10_000, false))
                  .get(0);
      for (Outcome.Entry entry : page.entries()) {
        found.add(entry.name());
        after = Optional.of(entry.name());
      }
      if (page.complete()) {
        return found;
      }
    }
  }
}
