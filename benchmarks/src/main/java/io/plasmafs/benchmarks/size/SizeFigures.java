package io.plasmafs.benchmarks.size;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// Measures what size costs. The first argument is a directory in which the cluster lives, to be
/// found again by the next call; the others say what to do, one after the other:
///
/// | Argument | What it does |
/// |---|---|
/// | `load=N` | makes files until there are N, a thousand in each directory; three of four have a block on two datanodes, the fourth has 100 bytes inline |
/// | `measure` | start-up, memory, rates of stat and create |
/// | `directory=N` | one directory of N entries: rates of create by 100 clients, of lookups, of listings |
/// | `tail=N` | latencies while a tree of N files is copied, and while it is removed |
public final class SizeFigures {
  private static final int FILES_PER_DIRECTORY = 1000;
  private static final int CLIENTS = 32;
  private static final Duration MEASURED = Duration.ofSeconds(8);
  private static final FsPath FILES = FsPath.of("/files");

  private final FigureCluster cluster;
  private final PlasmaClient client;

  private SizeFigures(FigureCluster cluster, PlasmaClient client) {
    this.cluster = cluster;
    this.client = client;
  }

  /// Does what the arguments say.
  public static void main(String[] arguments) throws Exception {
    try (FigureCluster cluster = new FigureCluster(Path.of(arguments[0]));
        PlasmaClient client = cluster.connect()) {
      SizeFigures figures = new SizeFigures(cluster, client);
      for (int i = 1; i < arguments.length; i++) {
        String[] words = arguments[i].split("=");
        int number = words.length > 1 ? Integer.parseInt(words[1]) : 0;
        switch (words[0]) {
          case "load" -> figures.load(FILES, number);
          case "measure" -> figures.measure();
          case "directory" -> figures.directory(number);
          case "tail" -> figures.tail(number);
          default -> throw new IllegalArgumentException("what is " + arguments[i] + "?");
        }
      }
    }
  }

  // ---- load

  private void load(FsPath top, int files) throws Exception {
    client.mkdirs(top, 0755);
    int have = (int) client.stat(top).size();
    int wanted = Math.ceilDiv(files, FILES_PER_DIRECTORY);
    AtomicInteger next = new AtomicInteger(have);
    long start = System.nanoTime();
    inParallel(
        4,
        thread -> {
          for (int d = next.getAndIncrement(); d < wanted; d = next.getAndIncrement()) {
            loadDirectory(top, d);
            if (d % 100 == 99) {
              say("%d directories, %.0f s", d + 1, seconds(start));
            }
          }
        });
    if (wanted > have) {
      double rate = (double) (wanted - have) * FILES_PER_DIRECTORY / seconds(start);
      say("loaded %d files, %.0f files/s", wanted * FILES_PER_DIRECTORY, rate);
    }
  }

  private void loadDirectory(FsPath top, int number) {
    List<Operation> operations = new ArrayList<>();
    operations.add(
        new Operation.MakeDirectory(Location.of(top.resolve(directoryName(number))), 0755, false));
    Bytes content = Bytes.wrap(new byte[100]);
    for (int f = 0; f < FILES_PER_DIRECTORY; f++) {
      int create = operations.size();
      Location where = new Location(new Location.Base.Result(0), FsPath.of(fileName(f)));
      operations.add(new Operation.Create(where, CreateMode.EXCLUSIVE, 0644, 2));
      Location made = Location.ofResult(create);
      operations.add(
          f % 4 == 0
              ? new Operation.WriteInline(made, content)
              : new Operation.Allocate(made, 0, 1, 2, List.of(), Set.of()));
    }
    try (Transaction transaction = client.begin()) {
      List<Outcome> outcomes = transaction.execute(operations);
      List<Operation> attach = new ArrayList<>();
      for (int i = 1; i < outcomes.size(); i += 2) {
        InodeId inode = ((Outcome.Inode) outcomes.get(i)).attributes().inode();
        if (outcomes.get(i + 1) instanceof Outcome.Allocation allocation) {
          Extent run = allocation.extents().get(0).extent();
          Extent written =
              new Extent(
                  run.index(), run.count(), run.generation(), run.replicas(), Checksums.of(number));
          attach.add(new Operation.Attach(Location.of(inode), written, 60_000));
        }
      }
      List<Outcome> unused = transaction.execute(attach);
      long sequence = transaction.commit();
      if (sequence == 0) {
        throw new IllegalStateException("nothing was committed");
      }
    }
  }

  private static Name directoryName(int number) {
    return Name.of(String.format("d%05d", number));
  }

  private static Name fileName(int number) {
    return Name.of(String.format("file-%04d", number));
  }

  private static FsPath file(FsPath top, int number) {
    return top.resolve(directoryName(number / FILES_PER_DIRECTORY))
        .resolve(fileName(number % FILES_PER_DIRECTORY));
  }

  // ---- what size costs

  private void measure() throws Exception {
    int files = (int) client.stat(FILES).size() * FILES_PER_DIRECTORY;
    client.statFilesystem();
    Duration first = cluster.restart();
    Duration second = cluster.restart();
    long idle = cluster.residentBytes();
    long live = cluster.liveHeap();
    try (PlasmaClient fresh = cluster.connect()) {
      double hot =
          rate((random, thread) -> fresh.stat(file(FILES, random.nextInt(Math.min(files, 1000)))));
      double cold = rate((random, thread) -> fresh.stat(file(FILES, random.nextInt(files))));
      String run = Long.toString(System.nanoTime(), 36);
      for (int t = 0; t < CLIENTS; t++) {
        fresh.mkdirs("/made/" + run + "/" + t);
      }
      AtomicLong names = new AtomicLong();
      double create =
          rate((random, thread) ->
              fresh.create("/made/" + run + "/" + thread + "/" + names.incrementAndGet()));
      say(
          "%,d files: start-up %.2f s and %.2f s; at rest %d MiB resident, %d MiB live heap;"
              + " stat of 1,000 files %,.0f/s, of all files %,.0f/s; create %,.0f/s; then %d MiB"
              + " resident, %d MiB live heap",
          files,
          first.toMillis() / 1e3,
          second.toMillis() / 1e3,
          idle >> 20,
          live >> 20,
          hot,
          cold,
          create,
          cluster.residentBytes() >> 20,
          cluster.liveHeap() >> 20);
    }
  }

  // ---- one directory

  private void directory(int entries) throws Exception {
    FsPath top = FsPath.of("/large");
    client.mkdirs(top, 0755);
    long have = client.stat(top).size();
    AtomicLong next = new AtomicLong(have);
    long start = System.nanoTime();
    // most of them many at a time
    long bulk = entries - 20_000L;
    inParallel(
        4,
        thread -> {
          for (long n = next.getAndAdd(1000); n < bulk; n = next.getAndAdd(1000)) {
            List<Operation> operations = new ArrayList<>();
            for (long i = n; i < n + 1000; i++) {
              operations.add(
                  new Operation.Create(
                      Location.of(top.resolve(entry(i))), CreateMode.EXCLUSIVE, 0644, 0));
            }
            List<Outcome> unused = client.execute(operations);
          }
        });
    say("%,d entries made, %.0f s", client.stat(top).size(), seconds(start));
    long base = client.stat(top).size();
    AtomicLong more = new AtomicLong(base);
    AtomicLong conflicts = new AtomicLong();
    long begin = System.nanoTime();
    inParallel(
        100,
        thread -> {
          for (long n = more.getAndIncrement(); n < base + 20_000; n = more.getAndIncrement()) {
            try {
              client.create(top.resolve(entry(n)), CreateMode.EXCLUSIVE, 0644, 0);
            } catch (FsException e) {
              if (e.status() != FsStatus.ECONFLICT) {
                throw e;
              }
              conflicts.incrementAndGet();
            }
          }
        });
    double creates = 20_000 / seconds(begin);
    long all = client.stat(top).size();
    double lookups =
        rate((random, thread) -> client.stat(top.resolve(entry(random.nextLong(all)))));
    Histogram pages = new Histogram(3);
    long listing = System.nanoTime();
    long listed = 0;
    Optional<Name> after = Optional.empty();
    while (true) {
      long page = System.nanoTime();
      Outcome.Listing found = client.listPage(top, after, 1000, true);
      pages.recordValue(System.nanoTime() - page);
      listed += found.entries().size();
      if (found.complete()) {
        break;
      }
      after = Optional.of(found.entries().get(found.entries().size() - 1).name());
    }
    say(
        "one directory of %,d entries: 100 clients create %,.0f/s, %d conflicts; lookups %,.0f/s;"
            + " %,d listed with attributes in %.1f s by pages of 1,000: p50 %.1f ms, p99 %.1f ms",
        all,
        creates,
        conflicts.get(),
        lookups,
        listed,
        seconds(listing),
        pages.getValueAtPercentile(50) / 1e6,
        pages.getValueAtPercentile(99) / 1e6);
  }

  private static Name entry(long number) {
    return Name.of(String.format("entry-%08d", number));
  }

  // ---- latencies

  private void tail(int files) throws Exception {
    FsPath top = FsPath.of("/tree-" + Long.toString(System.nanoTime(), 36));
    FsPath copy = FsPath.of(top + "-copy");
    makeTree(top, files);
    client.mkdirs("/beside");
    latencies("nothing", Optional.empty());
    latencies("a copy of " + files + " files", Optional.of(() -> client.copyTree(top, copy, true)));
    latencies("a removal of " + files + " files", Optional.of(() -> client.removeTree(copy)));
    long unused = client.removeTree(top);
  }

  /// Small files with content, a thousand in a directory.
  private void makeTree(FsPath top, int files) throws Exception {
    client.mkdirs(top, 0755);
    Bytes content = Bytes.wrap("some content".getBytes(StandardCharsets.UTF_8));
    AtomicInteger next = new AtomicInteger();
    inParallel(
        4,
        thread -> {
          for (int d = next.getAndIncrement();
              d < files / FILES_PER_DIRECTORY;
              d = next.getAndIncrement()) {
            List<Operation> operations = new ArrayList<>();
            operations.add(
                new Operation.MakeDirectory(
                    Location.of(top.resolve(directoryName(d))), 0755, false));
            for (int f = 0; f < FILES_PER_DIRECTORY; f++) {
              int create = operations.size();
              operations.add(
                  new Operation.Create(
                      new Location(new Location.Base.Result(0), FsPath.of(fileName(f))),
                      CreateMode.EXCLUSIVE,
                      0644,
                      0));
              operations.add(new Operation.WriteInline(Location.ofResult(create), content));
            }
            List<Outcome> unused = client.execute(operations);
          }
        });
  }

  /// One client commits, another one stats, one call after the other, as long as the work takes; it
  /// waits for what the server does behind it too.
  private void latencies(String beside, Optional<Runnable> work) throws Exception {
    Histogram commits = new ConcurrentHistogram(3);
    Histogram stats = new ConcurrentHistogram(3);
    AtomicBoolean done = new AtomicBoolean();
    AtomicLong worked = new AtomicLong();
    long inodes = client.statFilesystem().inodes();
    client.write("/beside/file", new byte[10]);
    try (PlasmaClient committing = cluster.connect();
        PlasmaClient looking = cluster.connect()) {
      inParallel(
          3,
          thread -> {
            switch (thread) {
              case 0 -> {
                long start = System.nanoTime();
                if (work.isPresent()) {
                  work.get().run();
                  worked.set(System.nanoTime() - start);
                  settle(inodes);
                } else {
                  Thread.sleep(5000);
                }
                done.set(true);
              }
              case 1 -> {
                for (long n = 0; !done.get(); n++) {
                  byte[] content = new byte[] {(byte) n};
                  record(commits, () -> committing.write("/beside/own", content));
                }
              }
              default -> {
                while (!done.get()) {
                  record(stats, () -> looking.stat("/beside/file"));
                }
              }
            }
          });
    }
    say("beside %s (%.1f s):", beside, worked.get() / 1e9);
    say("  commit %s", percentiles(commits));
    say("  stat   %s", percentiles(stats));
  }

  /// Waits until what was removed is deleted: the number of inodes stands still.
  private void settle(long before) throws InterruptedException {
    long last = before;
    for (int same = 0; same < 5; ) {
      Thread.sleep(100);
      long now = client.statFilesystem().inodes();
      same = now == last ? same + 1 : 0;
      last = now;
    }
  }

  private static void record(Histogram histogram, Runnable call) {
    long start = System.nanoTime();
    call.run();
    histogram.recordValue(System.nanoTime() - start);
  }

  private static String percentiles(Histogram histogram) {
    return String.format(
        "%,8d calls, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, most %.1f ms",
        histogram.getTotalCount(),
        histogram.getValueAtPercentile(50) / 1e6,
        histogram.getValueAtPercentile(99) / 1e6,
        histogram.getValueAtPercentile(99.9) / 1e6,
        histogram.getMaxValue() / 1e6);
  }

  // ---- at the same time

  private interface Body {
    void run(int thread) throws Exception;
  }

  private interface Call {
    Object run(ThreadLocalRandom random, int thread);
  }

  private static double rate(Call call) throws Exception {
    AtomicLong calls = new AtomicLong();
    long begin = System.nanoTime();
    inParallel(
        CLIENTS,
        thread -> {
          ThreadLocalRandom random = ThreadLocalRandom.current();
          while (System.nanoTime() - begin < MEASURED.toNanos()) {
            Object unused = call.run(random, thread);
            calls.incrementAndGet();
          }
        });
    return calls.get() / seconds(begin);
  }

  private static void inParallel(int threads, Body body) throws Exception {
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        all.add(
            executor.submit(() -> {
              body.run(thread);
              return true;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static void say(String format, Object... values) {
    System.out.printf(format + "%n", values);
  }
}
