package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.postgres.TemporaryPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Measures, and prints what it measured: run with `-Dplasmafs.figures=true`. The server waits for
/// the disk as in earnest. One creation is what a namenode commits for a new file: the file's
/// inode, its directory's, the entry, one extent, a token.
@EnabledIfSystemProperty(named = "plasmafs.figures", matches = "true")
class StoreFiguresTest {
  private static final long NANOS_EACH = 4_000_000_000L;
  private static final int[] SIZES = {1, 10, 100, 1000};

  @Test
  void appendingToTheLogAndApplyingBehind() {
    for (int size : SIZES) {
      try (TemporaryPostgres postgres = TemporaryPostgres.start(true);
          PostgresStore store = new PostgresStore(fresh(postgres))) {
        Progress progress = new Progress();
        store.onApplied(progress::reached);
        store.open();
        long[] latencies = new long[200_000];
        int batches = 0;
        long bytes = 0;
        long sequence = 0;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < NANOS_EACH && batches < latencies.length) {
          CommitBatch batch = Samples.creations(1, sequence + 1, size);
          long start = System.nanoTime();
          store.append(batch).join();
          latencies[batches++] = System.nanoTime() - start;
          sequence = batch.last();
          if (batches == 1) {
            bytes = LogCodec.encode(batch).length;
          }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long lag = store.lag().commits();
        progress.await(sequence);
        double drained = (System.nanoTime() - begin) / 1e9;
        Arrays.sort(latencies, 0, batches);
        System.out.printf(
            "log first, %4d creations a batch: %6.0f batches/s %7.0f creations/s %5.1f MB/s,"
                + " median %.2f ms, p99 %.2f ms; lag at the end %d commits;"
                + " applied all: %.0f creations/s%n",
            size,
            batches / seconds,
            sequence / seconds,
            bytes * (batches / seconds) / 1e6,
            latencies[batches / 2] / 1e6,
            latencies[batches * 99 / 100] / 1e6,
            lag,
            sequence / drained);
      }
    }
  }

  @Test
  void applyingRowsInTheCommit() throws SQLException {
    for (int size : SIZES) {
      try (TemporaryPostgres postgres = TemporaryPostgres.start(true)) {
        StoreSettings settings = fresh(postgres);
        Schema.migrate(settings);
        try (Link link = new Link(settings, "figures", Tables.LOOK_UPS, settings.patience())) {
          Connection connection = link.connection();
          connection.setAutoCommit(false);
          long sequence = 0;
          int batches = 0;
          long[] latencies = new long[200_000];
          long begin = System.nanoTime();
          while (System.nanoTime() - begin < NANOS_EACH && batches < latencies.length) {
            CommitBatch batch = Samples.creations(1, sequence + 1, size);
            ChangeWindow window = new ChangeWindow();
            batch.commits().forEach(window::add);
            long start = System.nanoTime();
            Tables.write(connection, window);
            connection.commit();
            latencies[batches++] = System.nanoTime() - start;
            sequence = batch.last();
          }
          double seconds = (System.nanoTime() - begin) / 1e9;
          Arrays.sort(latencies, 0, batches);
          System.out.printf(
              "rows in the commit, %4d creations a batch: %6.0f batches/s %7.0f creations/s,"
                  + " median %.2f ms, p99 %.2f ms%n",
              size,
              batches / seconds,
              sequence / seconds,
              latencies[batches / 2] / 1e6,
              latencies[batches * 99 / 100] / 1e6);
        }
      }
    }
  }

  @Test
  void readingAndScanning() {
    int files = 300_000;
    try (TemporaryPostgres postgres = TemporaryPostgres.start(true);
        PostgresStore store = new PostgresStore(fresh(postgres))) {
      Progress progress = new Progress();
      store.onApplied(progress::reached);
      store.open();
      for (int i = 0; i < files / 1000; i++) {
        store.append(Samples.creations(1, 1 + i * 1000L, 1000)).join();
      }
      progress.await(files);
      Random random = new Random(1);
      for (int outstanding : new int[] {1, 10, 100, 1000}) {
        for (int round = 0; round < 2; round++) {
          long begin = System.nanoTime();
          long answered = 0;
          List<Long> latencies = new ArrayList<>();
          while (System.nanoTime() - begin < NANOS_EACH / 2) {
            long start = System.nanoTime();
            List<CompletableFuture<Optional<InodeRecord>>> answers = new ArrayList<>();
            for (int i = 0; i < outstanding; i++) {
              InodeId inode = new InodeId(101L + random.nextInt(files - 200));
              answers.add(store.fetch(new Fetch.OfInode(inode)));
            }
            for (CompletableFuture<Optional<InodeRecord>> answer : answers) {
              assertThat(answer.join()).isPresent();
            }
            latencies.add(System.nanoTime() - start);
            answered += outstanding;
          }
          latencies.sort(null);
          if (round == 1) {
            System.out.printf(
                "fetch, %4d inodes asked at once: %7.0f answers/s, median %.2f ms for all%n",
                outstanding,
                answered / ((System.nanoTime() - begin) / 1e9),
                latencies.get(latencies.size() / 2) / 1e6);
          }
        }
      }
      long begin = System.nanoTime();
      int listed =
          store.fetch(new Fetch.OfEntries(new InodeId(5), Optional.empty(), 2000)).join().size();
      System.out.printf(
          "listing of %d names with inodes: %.1f ms%n", listed, (System.nanoTime() - begin) / 1e6);
      AtomicLong seen = new AtomicLong();
      for (int round = 0; round < 2; round++) {
        seen.set(0);
        begin = System.nanoTime();
        store.scanExtents((inode, extent) -> seen.incrementAndGet());
      }
      System.out.printf(
          "scan: %d extents, %.0f rows/s%n",
          seen.get(), seen.get() / ((System.nanoTime() - begin) / 1e9));
    }
  }

  private static StoreSettings fresh(TemporaryPostgres postgres) {
    return Databases.settings(postgres.server(), postgres.newDatabase(Optional.empty()));
  }
}
