package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.postgres.TemporaryPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Random commits against a model in memory, with starts and crashes in between.
class RandomCommitsTest {
  @Test
  void theTablesAreWhatTheCommitsSayAcrossRestarts() throws SQLException {
    long seed = System.nanoTime();
    System.out.println("RandomCommitsTest seed " + seed);
    Samples samples = new Samples(seed);
    MapModel model = new MapModel();
    StoreSettings settings = Databases.fresh();
    long sequence = 0;
    for (int round = 0; round < 6; round++) {
      Progress progress = new Progress();
      try (PostgresStore store = new PostgresStore(settings)) {
        store.onApplied(progress::reached);
        MetadataStore.State state = store.open();
        assertThat(state.sequence()).as("seed %d", seed).isEqualTo(sequence);
        model.compare(store, Samples.INODES);
        int batches = samples.random().nextInt(60);
        for (int i = 0; i < batches; i++) {
          CommitBatch batch = samples.randomBatch(state.epoch(), sequence + 1);
          store.append(batch).join();
          model.apply(batch);
          sequence = batch.last();
        }
        if (batches > 0 && samples.random().nextBoolean()) {
          progress.await(sequence);
          model.compare(store, Samples.INODES);
          assertThat(contents(settings)).as("seed %d", seed).isEqualTo(model.contents());
        }
      }
    }
  }

  /// Rows with contents, seen or not.
  private static int contents(StoreSettings settings) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM small_file")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /// The postmaster is killed at random moments while batches are appended. Whatever was
  /// acknowledged is there afterwards, and no batch is there by half; a batch whose outcome the
  /// store reports goes on with exactly that outcome, without a new start of the store.
  @Test
  void whatWasAcknowledgedSurvivesTheDeathOfPostgres() throws Exception {
    long seed = System.nanoTime();
    System.out.println("RandomCommitsTest seed " + seed);
    Random random = new Random(seed);
    Samples samples = new Samples(seed);
    MapModel model = new MapModel();
    try (TemporaryPostgres postgres = TemporaryPostgres.start(false)) {
      StoreSettings settings =
          Databases.settings(postgres.server(), postgres.newDatabase(Optional.empty()));
      long sequence = 0;
      for (int round = 0; round < 5; round++) {
        Progress progress = new Progress();
        try (PostgresStore store = new PostgresStore(settings)) {
          store.onApplied(progress::reached);
          MetadataStore.State state = store.open();
          assertThat(state.sequence()).as("seed %d", seed).isEqualTo(sequence);
          for (int kill = 0; kill < 2; kill++) {
            int delay = random.nextInt(150);
            CompletableFuture<Void> crash =
                CompletableFuture.runAsync(
                    () -> {
                      postgres.kill();
                      postgres.restart();
                    },
                    CompletableFuture.delayedExecutor(delay, TimeUnit.MILLISECONDS));
            int after = 5;
            while (after > 0) {
              CommitBatch batch = samples.randomBatch(state.epoch(), sequence + 1);
              // Succeeds although the server dies meanwhile: the store finds out what became of it.
              store.append(batch).get(60, TimeUnit.SECONDS);
              model.apply(batch);
              sequence = batch.last();
              if (crash.isDone()) {
                after--;
              }
            }
            crash.join();
          }
          if (round % 2 == 0) {
            progress.await(sequence);
            model.compare(store, Samples.INODES);
          } else {
            // Everything dies at once.
            postgres.kill();
          }
        }
        if (round % 2 == 1) {
          postgres.restart();
        }
      }
      try (PostgresStore store = new PostgresStore(settings)) {
        assertThat(store.open().sequence()).as("seed %d", seed).isEqualTo(sequence);
        model.compare(store, Samples.INODES);
      }
    }
  }
}
