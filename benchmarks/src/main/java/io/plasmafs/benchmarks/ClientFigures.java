package io.plasmafs.benchmarks;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.NewFile;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.client.cache.CacheStatistics;
import io.plasmafs.client.tree.SyncListener;
import io.plasmafs.client.tree.SyncOptions;
import io.plasmafs.client.tree.SyncSummary;
import io.plasmafs.client.tree.SyncUpload;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/// What the client library makes of a cluster that runs: streams beside plain positional reads, a
/// large file read again from memory, many small files cold and warm, and the sync of a tree in
/// which nothing has changed. Rates are the best of some rounds, in which what is compared takes
/// turns; all else is one run. Repeat it to see how it varies.
///
/// `benchmarks/client-figures` starts a cluster and runs this.
public final class ClientFigures {
  private static final int SMALL_FILES = 10_000;
  private static final int SMALL_BYTES = 3000;
  private static final int TREE_FILES = 20_000;
  private static final int CHUNK = 1 << 20;
  private static final int POSITIONAL = 8 << 20;

  /// What is written by one call, which hands it to the datanodes as it is.
  private static final int WHOLE = 64 << 20;

  private static final int COPIED = 256 << 20;
  private static final int WRITE_ROUNDS = 2;
  private static final int READ_ROUNDS = 3;

  private final ClientConfig config;
  private final long largeBytes;
  private final String root = "/figures-" + System.nanoTime();

  private ClientFigures(ClientConfig config, long largeBytes) {
    this.config = config;
    this.largeBytes = largeBytes;
  }

  /// Measures all, and prints a line for each figure.
  public static void main(String[] args) throws IOException {
    long mib = args.length > 1 ? Long.parseLong(args[1]) : 1024;
    // A stream leaves the cache alone if the file is larger than half of it.
    CacheLimits cache = new CacheLimits(64 << 20, (2 * mib + 64) << 20);
    new ClientFigures(ClientConfig.of(args[0]).withCache(cache), mib << 20).run();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static double seconds(Work work) throws IOException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static void tell(String what, long count) {
    System.out.printf(Locale.ROOT, "%-58s %9d%n", what, count);
  }

  private static void tell(String what, double value, String unit) {
    System.out.printf(Locale.ROOT, "%-58s %12.2f %s%n", what, value, unit);
  }

  private void run() throws IOException {
    try (PlasmaClient client = PlasmaClient.connect(config)) {
      Object unused = client.mkdirs(root);
      try {
        large(client);
        small(client);
        tree(client);
      } finally {
        long unusedCount = client.removeTree(root);
      }
    }
  }

  // ---- one large file

  private interface Rate {
    double measure() throws IOException;
  }

  /// The best rates of things that take turns.
  private static double[] best(int rounds, Rate... rates) throws IOException {
    double[] best = new double[rates.length];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < rates.length; i++) {
        best[i] = Math.max(best[i], rates[i].measure());
      }
    }
    return best;
  }

  private void large(PlasmaClient client) throws IOException {
    String path = root + "/large";
    double[] written = best(WRITE_ROUNDS, () -> whole(client), () -> streamOut(client, path));
    tell("files of 64 MiB out, each by one call, committed", written[0], "MB/s");
    tell("stream out, committed", written[1], "MB/s");
    tell("  of files by one call", 100 * written[1] / written[0], "%");
    try (PlasmaClient plain = PlasmaClient.connect(config.withCache(CacheLimits.NONE))) {
      long before = directBytes();
      double[] read = best(READ_ROUNDS, () -> positional(plain, path), () -> streamIn(plain, path));
      tell("positional reads of 8 MiB, no cache", read[0], "MB/s");
      tell("stream in, no cache", read[1], "MB/s");
      tell("  of positional reads", 100 * read[1] / read[0], "%");
      tell("  direct memory that it took", (directBytes() - before) >> 20);
    }
    tell("stream in, cache empty", streamIn(client, path), "MB/s");
    CacheStatistics before = client.cacheStatistics();
    double[] warm =
        best(
            READ_ROUNDS,
            ClientFigures::copy,
            () -> positional(client, path),
            () -> streamIn(client, path));
    CacheStatistics after = client.cacheStatistics();
    tell("memory copied to memory, by 1 MiB", warm[0], "MB/s");
    tell("positional reads of 8 MiB, all in the cache", warm[1], "MB/s");
    tell("stream in, all in the cache", warm[2], "MB/s");
    tell("slices fetched for all of these", after.blockMisses() - before.blockMisses());
  }

  /// Direct memory in use: buffers, and the cache of blocks.
  private static long directBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }

  /// What the machine can do at best: more than its caches hold is copied.
  private static double copy() throws IOException {
    ByteBuffer source = ByteBuffer.allocateDirect(COPIED);
    ByteBuffer target = ByteBuffer.allocateDirect(CHUNK);
    for (int at = 0; at < COPIED; at += 4096) {
      source.put(at, (byte) 1);
    }
    double seconds =
        seconds(() -> {
          for (int at = 0; at < COPIED; at += CHUNK) {
            target.put(0, source, at, CHUNK);
          }
        });
    return COPIED / seconds / 1e6;
  }

  private double whole(PlasmaClient client) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(WHOLE);
    new Random(2).nextBytes(content.array());
    long files = Math.max(1, largeBytes / WHOLE);
    double seconds =
        seconds(() -> {
          try (Transaction transaction = client.begin()) {
            Object unused = transaction.mkdirs(root + "/whole");
            for (long i = 0; i < files; i++) {
              unused =
                  transaction.write(
                      Location.of(root + "/whole/" + i),
                      content.duplicate(),
                      WriteOptions.CREATE_NEW);
            }
            long unusedCommit = transaction.commit();
          }
        });
    long unused = client.removeTree(root + "/whole");
    return files * WHOLE / seconds / 1e6;
  }

  private double streamOut(PlasmaClient client, String path) throws IOException {
    byte[] chunk = new byte[CHUNK];
    new Random(1).nextBytes(chunk);
    double seconds =
        seconds(() -> {
          try (PlasmaOutputStream out = client.openOutput(path)) {
            for (long at = 0; at < largeBytes; at += CHUNK) {
              out.write(chunk);
            }
          }
        });
    return largeBytes / seconds / 1e6;
  }

  private double streamIn(PlasmaClient client, String path) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
    double seconds = seconds(() -> Streams.readAll(client, path, buffer, largeBytes));
    return largeBytes / seconds / 1e6;
  }

  private double positional(PlasmaClient client, String path) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(POSITIONAL);
    double seconds =
        seconds(() -> {
          try (PlasmaFile file = client.openFile(path)) {
            long at = 0;
            for (int n = file.read(buffer.clear(), at); n > 0; n = file.read(buffer.clear(), at)) {
              at += n;
            }
            Streams.check(at, largeBytes);
          }
        });
    return largeBytes / seconds / 1e6;
  }

  // ---- many small files

  private void small(PlasmaClient client) throws IOException {
    List<FsPath> paths = new ArrayList<>();
    double written =
        seconds(() -> {
          try (Transaction transaction = client.begin()) {
            for (int d = 0; d < 10; d++) {
              String directory = root + "/small/" + d;
              Object unused = transaction.mkdirs(directory);
              List<NewFile> files = new ArrayList<>();
              for (int i = 0; i < SMALL_FILES / 10; i++) {
                FsPath path = FsPath.of(directory + "/file" + i);
                paths.add(path);
                files.add(
                    new NewFile(
                        Location.of(path),
                        WriteOptions.CREATE_NEW,
                        AttributeChanges.NONE,
                        ByteBuffer.allocate(SMALL_BYTES)));
              }
              Object unusedInodes = transaction.writeAll(files);
            }
            long unused = transaction.commit();
          }
        });
    tell("10,000 files of 3,000 bytes written, one transaction", written, "s");
    try (PlasmaClient fresh = PlasmaClient.connect(config)) {
      tell(
          "10,000 files opened and read, cold, one by one",
          seconds(() -> readAll(fresh, paths)),
          "s");
    }
    try (PlasmaClient fresh = PlasmaClient.connect(config)) {
      tell("10,000 stat, cold, in bulk", seconds(() -> statAll(fresh, paths)) * 1000, "ms");
      long before = fresh.namenodeCalls();
      tell("10,000 stat, warm, in bulk", seconds(() -> statAll(fresh, paths)) * 1000, "ms");
      tell("  calls for them", fresh.namenodeCalls() - before);
      before = fresh.namenodeCalls();
      tell("1,000 stat, warm, one by one", seconds(() -> statEach(fresh, paths)) * 1000, "ms");
      tell("  calls for them", fresh.namenodeCalls() - before);
      tell(
          "10,000 files opened and read, cold, in bulk",
          seconds(() -> readMany(fresh, paths)),
          "s");
      tell(
          "10,000 files opened and read, warm, in bulk",
          seconds(() -> readMany(fresh, paths)),
          "s");
      tell(
          "10,000 files opened and read, warm, one by one",
          seconds(() -> readAll(fresh, paths)),
          "s");
    }
  }

  private static void statAll(PlasmaClient client, List<FsPath> paths) {
    Object unused = client.statMany(paths, true);
  }

  private static void statEach(PlasmaClient client, List<FsPath> paths) {
    for (FsPath path : paths.subList(0, 1000)) {
      Object unused = client.stat(path);
    }
  }

  private static void readMany(PlasmaClient client, List<FsPath> paths) throws IOException {
    long total = 0;
    for (int from = 0; from < paths.size(); from += 1000) {
      List<Location> some = paths.subList(from, from + 1000).stream().map(Location::of).toList();
      for (var content : client.readMany(some)) {
        total += content.orElseThrow().remaining();
      }
    }
    Streams.check(total, (long) paths.size() * SMALL_BYTES);
  }

  private static void readAll(PlasmaClient client, List<FsPath> paths) throws IOException {
    long total = 0;
    for (FsPath path : paths) {
      total += client.readAll(Location.of(path)).length;
    }
    Streams.check(total, (long) paths.size() * SMALL_BYTES);
  }

  // ---- a tree that has not changed

  private void tree(PlasmaClient client) throws IOException {
    Path local = Files.createTempDirectory("figures");
    try {
      for (int i = 0; i < TREE_FILES; i++) {
        Path directory = Files.createDirectories(local.resolve("d" + i / 100));
        Object unused = Files.write(directory.resolve("f" + i), new byte[i % 4000]);
      }
      SyncOptions options = SyncOptions.DEFAULT.withDelete().withAtomic();
      FsPath target = FsPath.of(root + "/tree");
      tell(
          "sync of 20,000 files, all new",
          seconds(() -> sync(client, options, local, target)),
          "s");
      tell(
          "sync of 20,000 files, none new",
          seconds(() -> sync(client, options, local, target)),
          "s");
      Object unused = Files.writeString(local.resolve("d7/f777"), "changed");
      long before = client.namenodeCalls();
      SyncSummary[] summary = new SyncSummary[1];
      double one = seconds(() -> summary[0] = sync(client, options, local, target));
      tell("sync of 20,000 files, one changed", one, "s");
      tell("  files copied", summary[0].copied());
      tell("  calls", client.namenodeCalls() - before);
    } finally {
      try (Stream<Path> walk = Files.walk(local)) {
        for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static SyncSummary sync(
      PlasmaClient client, SyncOptions options, Path local, FsPath target) throws IOException {
    return new SyncUpload(client, options, SyncListener.SILENT).run(local, target);
  }
}
