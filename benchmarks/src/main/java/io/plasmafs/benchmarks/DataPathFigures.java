package io.plasmafs.benchmarks;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.WriteOptions.FanOut;
import io.plasmafs.client.cache.CacheLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Large files beside what disk and loopback can do: copies, chain and star, one stream and four,
/// warm and cold. All take turns for some rounds; medians are told, in MiB a second, each write
/// until its commit.
///
/// `benchmarks/data-path` starts a cluster and runs this.
public final class DataPathFigures {
  private static final int CHUNK = 1 << 20;
  private static final int ROUNDS = 3;
  private static final Path DROP_CACHES = Path.of("/proc/sys/vm/drop_caches");
  private static final String DISK = "disk: a file in place, synced at the end";
  private static final String LOOPBACK = "loopback: one TCP connection";

  private final PlasmaClient client;
  private final Map<String, PlasmaClient> readers;
  private final Path directory;
  private final long bytes;
  private final String root = "/data-path-" + System.nanoTime();
  private final Map<String, List<Double>> figures = new LinkedHashMap<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private DataPathFigures(
      PlasmaClient client, Map<String, PlasmaClient> readers, Path directory, long bytes) {
    this.client = client;
    this.readers = readers;
    this.directory = directory;
    this.bytes = bytes;
  }

  /// Arguments: a namenode, a directory on the disk of the datanodes, MiB in each file, and whether
  /// the datanodes' own files can be read from here (`files`) or all is sent (`sent`).
  public static void main(String[] args) throws IOException, InterruptedException {
    ClientConfig config = ClientConfig.of(args[0]).withCache(CacheLimits.NONE);
    try (PlasmaClient client = PlasmaClient.connect(config);
        PlasmaClient sent = PlasmaClient.connect(config.withLocalFiles(false))) {
      Map<String, PlasmaClient> readers = new LinkedHashMap<>();
      if (args[3].equals("files")) {
        readers.put("from the files of datanodes", client);
      }
      readers.put("sent", sent);
      new DataPathFigures(client, readers, Path.of(args[1]), Long.parseLong(args[2]) << 20).run();
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private void measure(String what, Work work) throws IOException, InterruptedException {
    long start = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - start) / 1e9;
    figures.computeIfAbsent(what, w -> new ArrayList<>()).add(bytes / seconds / (1 << 20));
  }

  private void run() throws IOException, InterruptedException {
    Object unused = client.mkdirs(root);
    Path scratch = Files.createTempFile(directory, "scratch", "");
    try {
      write(scratch);
      for (int round = 0; round < ROUNDS; round++) {
        measure(DISK, () -> write(scratch));
        measure(LOOPBACK, this::loopback);
        writes();
        reads();
      }
    } finally {
      threads.shutdown();
      Files.delete(scratch);
      long unusedCount = client.removeTree(root);
    }
    tell();
  }

  private void writes() throws IOException, InterruptedException {
    for (int streams : List.of(1, 4)) {
      for (int copies = 1; copies <= 3; copies++) {
        for (FanOut fanOut : FanOut.values()) {
          if (copies == 1 && fanOut == FanOut.STAR) {
            continue;
          }
          WriteOptions how = WriteOptions.CREATE_NEW.withReplication(copies).with(fanOut);
          String what =
              "write, %d in parallel, copies: %d%s"
                  .formatted(
                      streams,
                      copies,
                      copies == 1 ? "" : ", " + fanOut.name().toLowerCase(Locale.ROOT));
          measure(what, () -> together(streams, i -> writeFile("/w" + i, how, bytes / streams)));
          empty();
        }
      }
    }
  }

  private void reads() throws IOException, InterruptedException {
    for (int i = 0; i < 4; i++) {
      writeFile("/r" + i, WriteOptions.CREATE_NEW.withReplication(1), bytes / 4);
    }
    for (Map.Entry<String, PlasmaClient> reader : readers.entrySet()) {
      for (int streams : List.of(1, 4)) {
        measure(
            "read, %d in parallel, %s".formatted(streams, reader.getKey()),
            () -> readAll(reader.getValue(), streams));
      }
      if (Files.isWritable(DROP_CACHES)) {
        Object unused = Files.writeString(DROP_CACHES, "3");
        measure(
            "read, 1 in parallel, %s, cold".formatted(reader.getKey()),
            () -> readAll(reader.getValue(), 1));
      }
    }
    empty();
  }

  private void empty() {
    long unused = client.removeTree(root);
    Object unusedDirectory = client.mkdirs(root);
  }

  private interface Each {
    void run(int number) throws IOException;
  }

  /// Does something so many times side by side.
  private void together(int count, Each each) throws IOException, InterruptedException {
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = i;
      all.add(
          threads.submit(() -> {
            each.run(number);
            return true;
          }));
    }
    for (Future<?> one : all) {
      try {
        Object unused = one.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
  }

  private static ByteBuffer noise() {
    byte[] noise = new byte[CHUNK];
    new Random(1).nextBytes(noise);
    return ByteBuffer.allocateDirect(CHUNK).put(noise).flip();
  }

  private void writeFile(String name, WriteOptions how, long length) throws IOException {
    ByteBuffer chunk = noise();
    try (PlasmaOutputStream out = client.openOutput(root + name, how)) {
      for (long at = 0; at < length; at += CHUNK) {
        out.write(chunk.duplicate());
      }
    }
  }

  /// All four files, by one thread or four.
  private void readAll(PlasmaClient reader, int streams) throws IOException, InterruptedException {
    together(
        streams,
        first -> {
          ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
          for (int i = first; i < 4; i += streams) {
            Streams.readAll(reader, root + "/r" + i, buffer, bytes / 4);
          }
        });
  }

  /// The file was written before: its space is there, as that of a datanode is.
  private void write(Path scratch) throws IOException {
    ByteBuffer chunk = noise();
    try (FileChannel file = FileChannel.open(scratch, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; ) {
        at += file.write(chunk.duplicate(), at);
      }
      file.force(false);
    }
  }

  private void loopback() throws IOException, InterruptedException {
    try (ServerSocketChannel server = ServerSocketChannel.open()) {
      Object unused = server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      together(
          2,
          side -> {
            if (side == 0) {
              receive(server);
            } else {
              send(server);
            }
          });
    }
  }

  private void receive(ServerSocketChannel server) throws IOException {
    try (SocketChannel from = server.accept()) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
      long total = 0;
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer.clear())) {
        total += n;
      }
      Streams.check(total, bytes);
    }
  }

  private void send(ServerSocketChannel server) throws IOException {
    ByteBuffer chunk = noise();
    try (SocketChannel to = SocketChannel.open(server.getLocalAddress())) {
      for (long at = 0; at < bytes; at += CHUNK) {
        ByteBuffer left = chunk.duplicate();
        while (left.hasRemaining()) {
          int unused = to.write(left);
        }
      }
    }
  }

  private double median(String what) {
    List<Double> all = figures.getOrDefault(what, List.of()).stream().sorted().toList();
    return all.get(all.size() / 2);
  }

  private void tell() {
    for (String what : figures.keySet()) {
      double rate = median(what);
      double limit = median(what.startsWith("write") ? DISK : LOOPBACK);
      String ratio =
          what.equals(DISK) || what.equals(LOOPBACK) ? "" : "%.2f".formatted(rate / limit);
      System.out.printf(Locale.ROOT, "%-56s %8.0f MiB/s %6s%n", what, rate, ratio);
    }
    if (!Files.isWritable(DROP_CACHES)) {
      System.out.println("cold reads: not measured, " + DROP_CACHES + " cannot be written to");
    }
  }
}
