import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// The load of a WebDAV server: one large file, many small ones, one large collection. Runs from
/// its source: `java DavLoad.java URL [MIB]`. Says one line for each measurement: name, value,
/// unit. What is named `fresh` was measured as the server had just been started, all else when it
/// had been at work for a while: a JVM compiles what it runs often.
public final class DavLoad {
  private static final int SMALL_FILES = 1000;
  private static final int SMALL_BYTES = 1024;
  private static final int MEMBERS = 10_000;
  private static final int REPEATS = 3;

  /// Of 1,000 PUTs and as many GETs.
  private static final int WARM_UP_ROUNDS = 20;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String root;

  private DavLoad(String root) {
    this.root = root;
  }

  /// @param arguments URL of a collection that the load makes, and the size of the large file
  public static void main(String[] arguments) throws Exception {
    int mib = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1024;
    new DavLoad(arguments[0]).run(mib);
  }

  private void run(int mib) throws Exception {
    send("MKCOL", "", BodyPublishers.noBody());
    report("fresh-", small("/fresh", 1), 1);
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      Rates unused = small("/warm" + round, 8);
    }
    large(mib);
    for (int connections : new int[] {1, 8}) {
      report("", small("/small" + connections, connections), connections);
    }
    listing();
    send("DELETE", "", BodyPublishers.noBody());
  }

  private void large(int mib) throws Exception {
    Path file = Files.createTempFile("large", ".bin");
    try {
      byte[] piece = new byte[1 << 20];
      new Random(1).nextBytes(piece);
      try (var out = Files.newOutputStream(file)) {
        for (int i = 0; i < mib; i++) {
          out.write(piece);
        }
      }
      double put = best(() -> send("PUT", "/large", BodyPublishers.ofFile(file)));
      double get = best(() -> send("GET", "/large", BodyPublishers.noBody()));
      report("put-large", mib / put, "MiB/s");
      report("get-large", mib / get, "MiB/s");
    } finally {
      Files.delete(file);
    }
  }

  /// Requests in a second.
  private record Rates(double puts, double gets) {}

  private Rates small(String directory, int connections) throws Exception {
    send("MKCOL", directory, BodyPublishers.noBody());
    byte[] content = new byte[SMALL_BYTES];
    double put =
        seconds(
            connections,
            SMALL_FILES,
            i -> send("PUT", directory + "/" + i, BodyPublishers.ofByteArray(content)));
    double get =
        seconds(
            connections,
            SMALL_FILES,
            i -> send("GET", directory + "/" + i, BodyPublishers.noBody()));
    return new Rates(SMALL_FILES / put, SMALL_FILES / get);
  }

  private static void report(String when, Rates rates, int connections) {
    report(when + "put-small-" + connections, rates.puts(), "1/s");
    report(when + "get-small-" + connections, rates.gets(), "1/s");
  }

  private void listing() throws Exception {
    send("MKCOL", "/many", BodyPublishers.noBody());
    double unused =
        seconds(
            8,
            MEMBERS,
            i -> send("PUT", "/many/member-" + i, BodyPublishers.ofByteArray(new byte[1])));
    double listing = best(() -> send("PROPFIND", "/many", BodyPublishers.noBody()));
    report("propfind-10000", listing, "s");
  }

  private interface Numbered {
    void run(int i) throws Exception;
  }

  private static double seconds(int connections, int count, Numbered action) throws Exception {
    AtomicInteger next = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      long start = System.nanoTime();
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < connections; thread++) {
        Callable<Void> worker =
            () -> {
              for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                action.run(i);
              }
              return null;
            };
        all.add(threads.submit(worker));
      }
      for (Future<?> one : all) {
        one.get();
      }
      return (System.nanoTime() - start) / 1e9;
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private static double best(Action action) throws Exception {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      action.run();
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }

  private void send(String method, String path, BodyPublisher body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path)).method(method, body);
    if (method.equals("PROPFIND")) {
      request.header("Depth", "1");
    }
    HttpResponse<InputStream> response =
        http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream in = response.body()) {
      byte[] buffer = new byte[1 << 20];
      while (in.read(buffer) >= 0) {
        // Read, and forgotten.
      }
    }
    if (response.statusCode() >= 300) {
      throw new IOException(method + " " + path + " was answered " + response.statusCode());
    }
  }

  private static void report(String name, double value, String unit) {
    System.out.printf("%s\t%.2f\t%s%n", name, value, unit);
  }
}
