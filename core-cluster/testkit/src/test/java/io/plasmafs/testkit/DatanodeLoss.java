package io.plasmafs.testkit;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// Measures what the loss of one of three datanodes costs: the time until every block has two
/// copies again, and how long reads of others take meanwhile.
///
/// Run by hand: `DatanodeLoss [MEBIBYTES [BYTES_PER_SECOND [MILLIS]]]`: what the lost datanode
/// holds (1024), the limit of repair (64m), and the pause of each reader between two reads (10).
/// Namenode and datanodes are in this JVM; PostgreSQL is a process of its own.
final class DatanodeLoss {
  private static final int FILE = 64 << 20;
  private static final int READ = 64 << 10;
  private static final int READERS = 4;
  private static final Duration UNDISTURBED = Duration.ofSeconds(15);

  private final PlasmaClient client;
  private final int files;
  private final long pauseMillis;

  private DatanodeLoss(PlasmaClient client, int files, long pauseMillis) {
    this.client = client;
    this.files = files;
    this.pauseMillis = pauseMillis;
  }

  public static void main(String[] arguments) throws Exception {
    long mebibytes = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1024;
    String limit = arguments.length > 1 ? arguments[1] : "64m";
    long pause = arguments.length > 2 ? Long.parseLong(arguments[2]) : 10;
    // two copies on three datanodes: each holds two thirds of the content
    int files = (int) Math.ceilDiv((mebibytes << 20) * 3 / 2, (long) FILE);
    try (TestCluster cluster =
            TestCluster.options()
                .datanodes(3)
                .datanodeBytes((mebibytes << 20) * 7 / 4)
                .namenode("suspect-after-millis", "3000")
                .namenode("dead-after-millis", "5000")
                .namenode("repair-after-millis", "0")
                .namenode("repair-interval-millis", "1000")
                .namenode("repair-bytes-per-second", limit)
                .start();
        PlasmaClient client = cluster.connectWithoutCache()) {
      DatanodeLoss run = new DatanodeLoss(client, files, pause);
      run.fill();
      run.read(() -> false, Duration.ofSeconds(5));
      run.print("undisturbed", run.read(() -> false, UNDISTURBED));
      DatanodeId lost = idOf(client, cluster.identity(2));
      long held = usedBytes(client, lost);
      long begun = System.nanoTime();
      cluster.stopDatanode(2);
      long[] during = run.read(() -> run.isWhole(lost), Duration.ofHours(1));
      System.out.printf(
          Locale.ROOT,
          "%d MiB lost, all copies there again after %.1f s (limit %s a second)%n",
          held >> 20,
          (System.nanoTime() - begun) / 1e9,
          limit);
      run.print("from the loss to the last copy", during);
      run.print("afterwards", run.read(() -> false, UNDISTURBED));
    }
    System.exit(0);
  }

  private static DatanodeId idOf(PlasmaClient client, String identity) {
    return client.status().datanodes().stream()
        .filter(datanode -> datanode.identity().equals(identity))
        .map(Datanode::id)
        .findFirst()
        .orElseThrow();
  }

  private static long usedBytes(PlasmaClient client, DatanodeId id) {
    return client.status().datanodes().stream()
        .filter(datanode -> datanode.id().equals(id))
        .mapToLong(datanode -> datanode.used() * client.cluster().blockSize())
        .sum();
  }

  private static String path(int file) {
    return "/file" + file;
  }

  private void fill() throws IOException {
    byte[] bytes = new byte[1 << 20];
    new Random(1).nextBytes(bytes);
    for (int file = 0; file < files; file++) {
      try (PlasmaOutputStream out =
          client.openOutput(Location.of(FsPath.of(path(file))), WriteOptions.CREATE_NEW)) {
        for (int i = 0; i < FILE; i += bytes.length) {
          out.write(bytes);
        }
      }
    }
  }

  private boolean isWhole(DatanodeId lost) {
    Map<String, Long> figures = client.status().counters();
    if (figures.getOrDefault("repair_queue", 1L) > 0
        || figures.getOrDefault("repair_copies", 0L) == 0) {
      return false;
    }
    for (int file = 0; file < files; file++) {
      boolean whole =
          client
              .extents(FsPath.of(path(file)))
              .allMatch(run ->
                  run.replicas().size() == 2
                      && run.replicas().stream().noneMatch(r -> r.datanode().equals(lost)));
      if (!whole) {
        return false;
      }
    }
    return true;
  }

  /// When to stop reading.
  private interface End {
    boolean isReached();
  }

  /// Reads at random until the end; answers how many nanoseconds each read took, in order.
  private long[] read(End end, Duration most) throws InterruptedException {
    long deadline = System.nanoTime() + most.toNanos();
    List<Reader> readers = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      readers.add(new Reader(i, deadline));
    }
    readers.forEach(Thread::start);
    while (System.nanoTime() < deadline && !end.isReached()) {
      Thread.sleep(200);
    }
    readers.forEach(reader -> reader.stopped = true);
    List<long[]> all = new ArrayList<>();
    for (Reader reader : readers) {
      reader.join();
      all.add(Arrays.copyOf(reader.nanos, reader.count));
    }
    return all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
  }

  private final class Reader extends Thread {
    private final Random random;
    private final long deadline;
    private long[] nanos = new long[1 << 16];
    private int count;
    private volatile boolean stopped;

    private Reader(int number, long deadline) {
      this.random = new Random(number);
      this.deadline = deadline;
    }

    @Override
    public void run() {
      ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
      while (!stopped && System.nanoTime() < deadline) {
        Location file = Location.of(FsPath.of(path(random.nextInt(files))));
        long at = (long) random.nextInt(FILE / READ) * READ;
        long begun = System.nanoTime();
        try (PlasmaFile open = client.openFile(file)) {
          buffer.clear();
          while (buffer.hasRemaining()) {
            open.read(buffer, at + buffer.position());
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        if (count == nanos.length) {
          nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = System.nanoTime() - begun;
        try {
          Thread.sleep(pauseMillis);
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private void print(String what, long[] nanos) {
    System.out.printf(
        Locale.ROOT,
        "%-32s %7d reads of 64 KiB, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, longest %.2f ms%n",
        what,
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6,
        nanos[(int) (nanos.length * 0.999)] / 1e6,
        nanos[nanos.length - 1] / 1e6);
  }
}
