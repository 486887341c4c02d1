import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaInputStream;
import io.plasmafs.client.PlasmaOutputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The gateway for HTTP beside the client library, in one run on one machine, and beside a static
/// file server if one is named. Needs a running cluster.
///
/// Runs from its source, with the classes of the client library: `java -cp CLASSES HttpLoad.java
/// HOST:PORT-of-namenode http://127.0.0.1:8080 [http://127.0.0.1:8090/4k [large MiB]]`
public final class HttpLoad {
  private static final int PIECE = 1 << 20;
  private static final int SMALL = 4096;
  private static final int CONNECTIONS = 8;
  private static final int PUTS = 1000;
  private static final int LARGE_ROUNDS = 4;
  private static final long GET_NANOS = 5_000_000_000L;

  /// A server in a JVM is as fast as it will be when what it runs often has been compiled.
  private static final long WARM_UP_NANOS = 20_000_000_000L;

  /// Of [#PUTS] PUTs in each of the ways.
  private static final int WARM_UP_ROUNDS = 5;

  private final PlasmaClient client;
  private final URI gateway;
  private final long largeBytes;
  private final byte[] piece = new byte[PIECE];

  private HttpLoad(PlasmaClient client, URI gateway, long largeBytes) {
    this.client = client;
    this.gateway = gateway;
    this.largeBytes = largeBytes;
    new Random(1).nextBytes(piece);
  }

  /// Runs all of it and prints a line for each figure.
  public static void main(String[] arguments) throws Exception {
    try (PlasmaClient client = PlasmaClient.connect(arguments[0])) {
      long mib = arguments.length > 3 ? Long.parseLong(arguments[3]) : 1024;
      HttpLoad benchmark = new HttpLoad(client, URI.create(arguments[1]), mib << 20);
      var unusedInode = client.mkdirs("/http-benchmark");
      benchmark.puts("fresh", true);
      for (int round = 0; round < WARM_UP_ROUNDS; round++) {
        benchmark.puts("warm-up-" + round, false);
      }
      benchmark.puts("warm", true);
      benchmark.large();
      benchmark.gets("plasma http", benchmark.gateway.resolve("/v1/fs/http-benchmark/4k"));
      if (arguments.length > 2 && !arguments[2].isEmpty()) {
        benchmark.gets("static server", URI.create(arguments[2]));
      }
      long unused = client.removeTree("/http-benchmark");
    }
  }

  private static void print(String what, double figure, String unit) {
    System.out.println(String.format(Locale.ROOT, "%-46s %10.1f %s", what, figure, unit));
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private interface Work {
    void run() throws Exception;
  }

  private void rate(String what, Work work) throws Exception {
    long start = System.nanoTime();
    work.run();
    print(what, largeBytes / seconds(start) / (1 << 20), "MiB/s");
  }

  /// Several times, in turns, so that both meet the same machine.
  private void large() throws Exception {
    for (int round = 1; round <= LARGE_ROUNDS; round++) {
      rate("PUT, client library, round " + round, this::nativePut);
      rate("PUT, HTTP, round " + round, this::httpPut);
      rate("GET, client library, round " + round, this::nativeGet);
      rate("GET, HTTP, round " + round, this::httpGet);
    }
  }

  private void nativePut() throws IOException {
    try (PlasmaOutputStream out = client.openOutput("/http-benchmark/native")) {
      for (long at = 0; at < largeBytes; at += PIECE) {
        out.write(piece);
      }
    }
  }

  private void nativeGet() throws IOException {
    try (PlasmaInputStream in = client.openInput("/http-benchmark/native");
        WritableByteChannel sink = Channels.newChannel(OutputStream.nullOutputStream())) {
      long unused = in.transferTo(sink, count -> {});
    }
  }

  private void httpPut() throws IOException {
    try (HttpConnection connection = new HttpConnection(gateway)) {
      connection.put("/v1/fs/http-benchmark/http", piece, largeBytes);
    }
  }

  private void httpGet() throws IOException {
    try (HttpConnection connection = new HttpConnection(gateway)) {
      long length = connection.get("/v1/fs/http-benchmark/http");
      if (length != largeBytes) {
        throw new IOException(length + " bytes came");
      }
    }
  }

  private void gets(String what, URI target) throws Exception {
    var unusedInode = client.write("/http-benchmark/4k", Arrays.copyOf(piece, SMALL));
    long unused = gets(target, WARM_UP_NANOS);
    long count = gets(target, GET_NANOS);
    print("GET 4 KiB, " + CONNECTIONS + " connections, " + what, count / (GET_NANOS / 1e9), "1/s");
  }

  private static long gets(URI target, long nanos) throws Exception {
    return sideBySide(
        CONNECTIONS,
        () -> {
          long count = 0;
          try (HttpConnection connection = new HttpConnection(target)) {
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
              if (connection.get(target.getPath()) != SMALL) {
                throw new IOException("not " + SMALL + " bytes");
              }
              count++;
            }
          }
          return count;
        });
  }

  /// @param name of the directory they go to, which says when it was
  /// @param print whether the figures are of interest
  private void puts(String name, boolean print) throws Exception {
    String directory = "/v1/fs/http-benchmark/" + name;
    byte[] small = Arrays.copyOf(piece, SMALL);
    try (HttpConnection connection = new HttpConnection(gateway)) {
      String unused = connection.post(directory + "?op=mkdir");
      long start = System.nanoTime();
      for (int i = 0; i < PUTS; i++) {
        connection.put(directory + "/each-" + i, small, SMALL);
      }
      puts(print, name + ", each its own commit, 1 connection", PUTS / seconds(start));
    }
    long start = System.nanoTime();
    long done =
        sideBySide(
            CONNECTIONS,
            () -> {
              long thread = Thread.currentThread().threadId();
              try (HttpConnection connection = new HttpConnection(gateway)) {
                for (int i = 0; i < PUTS / CONNECTIONS; i++) {
                  connection.put(directory + "/side-" + thread + "-" + i, small, SMALL);
                }
              }
              return (long) PUTS / CONNECTIONS;
            });
    puts(print, name + ", each its own commit, 8 connections", done / seconds(start));
    start = System.nanoTime();
    try (HttpConnection connection = new HttpConnection(gateway)) {
      String transaction = connection.post("/v1/tx");
      for (int i = 0; i < PUTS; i++) {
        connection.put(transaction + "/fs/http-benchmark/" + name + "/one-" + i, small, SMALL);
      }
      String unused = connection.post(transaction + "/commit");
    }
    puts(print, name + ", in one transaction", PUTS / seconds(start));
  }

  private static void puts(boolean print, String how, double rate) {
    if (print) {
      print("PUT 4 KiB, " + how, rate, "1/s");
    }
  }

  private static long sideBySide(int threads, Callable<Long> work)
      throws InterruptedException, ExecutionException {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Long>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(executor.submit(work));
      }
      long sum = 0;
      for (Future<Long> one : all) {
        sum += one.get();
      }
      return sum;
    }
  }

  /// One connection that is kept, and does no more than it has to: a client that costs little.
  private static final class HttpConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] waste = new byte[256 << 10];
    private String location = "";

    HttpConnection(URI server) throws IOException {
      socket = new Socket(server.getHost(), server.getPort());
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
      out = socket.getOutputStream();
    }

    /// @return bytes of the content
    long get(String path) throws IOException {
      send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      long length = head(path);
      for (long left = length; left > 0; ) {
        int count = in.read(waste, 0, (int) Math.min(waste.length, left));
        if (count < 0) {
          throw new IOException(path + " broke off");
        }
        left -= count;
      }
      return length;
    }

    /// Sends `piece` until there are `length` bytes.
    void put(String path, byte[] piece, long length) throws IOException {
      send(
          "PUT " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n");
      for (long left = length; left > 0; ) {
        int count = (int) Math.min(left, piece.length);
        out.write(piece, 0, count);
        left -= count;
      }
      skip(head(path));
    }

    /// @return what the answer's `Location` says; empty if nothing
    String post(String path) throws IOException {
      send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
      skip(head(path));
      return location;
    }

    private void skip(long length) throws IOException {
      in.skipNBytes(length);
    }

    private void send(String head) throws IOException {
      out.write(head.getBytes(StandardCharsets.US_ASCII));
    }

    private long head(String path) throws IOException {
      String status = line();
      if (!status.startsWith("HTTP/1.1 2")) {
        throw new IOException(path + ": " + status);
      }
      long length = 0;
      location = "";
      for (String header; !(header = line()).isEmpty(); ) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Long.parseLong(lower.substring("content-length:".length()).strip());
        } else if (lower.startsWith("location:")) {
          location = header.substring("location:".length()).strip();
        }
      }
      return length;
    }

    private String line() throws IOException {
      StringBuilder text = new StringBuilder();
      for (int c; (c = in.read()) != '\n'; ) {
        if (c < 0) {
          throw new IOException("the connection was closed");
        }
        if (c != '\r') {
          text.append((char) c);
        }
      }
      return text.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
