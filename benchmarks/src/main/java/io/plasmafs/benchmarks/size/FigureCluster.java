package io.plasmafs.benchmarks.size;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.RetryPolicy;
import io.plasmafs.model.Datanode;
import io.plasmafs.namenode.Namenode;
import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.PostgresSettings;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A durable PostgreSQL, a namenode in a process of its own with the heap that it has on one
/// machine, and two datanodes that store nothing. Its directory outlives it: the next one finds the
/// files again.
final class FigureCluster implements AutoCloseable {
  private static final int PORT = 27270;
  private static final String NAME = "size";
  private static final String DATABASE = "plasma";
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Duration LONGEST_CALL = Duration.ofMinutes(10);

  private final Path directory;
  private final PostgresServer postgres;
  private final String secret;
  private final List<BlocklessDatanode> datanodes = new ArrayList<>();
  private volatile boolean stopping;
  private Process namenode;

  /// Starts all of it in a directory, which is made if it is missing.
  FigureCluster(Path directory) throws IOException, InterruptedException {
    this.directory = Files.createDirectories(directory);
    this.secret = "the secret of a cluster that is measured";
    Path file = directory.resolve("secret");
    if (!Files.exists(file)) {
      Files.writeString(file, secret);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    this.postgres = PostgresServer.start(PostgresSettings.in(directory.resolve("postgres")));
    postgres.ensureDatabase(DATABASE);
    this.namenode = launch();
    for (char id : new char[] {'a', 'b'}) {
      datanodes.add(
          new BlocklessDatanode(
              "127.0.0.1", PORT, secret.getBytes(StandardCharsets.UTF_8), NAME, id));
    }
    try (PlasmaClient client = connect()) {
      while (client.status().datanodes().stream()
              .filter(datanode -> datanode.state() == Datanode.State.ALIVE)
              .count()
          < datanodes.size()) {
        Thread.sleep(50);
      }
    }
  }

  private Process launch() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx384m",
            "-XX:MaxDirectMemorySize=160m",
            "-Dio.netty.maxDirectMemory=0",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Namenode.class.getName(),
            "--cluster=" + NAME,
            "--secret-file=" + directory.resolve("secret"),
            "--listen=127.0.0.1:" + PORT,
            "--address=127.0.0.1:" + PORT,
            "--superusers=root," + System.getProperty("user.name"),
            "--repair-interval-millis=3600000",
            "--database-url=" + postgres.jdbcUrl(DATABASE),
            "--database-user=" + PostgresServer.USER,
            "--database-password-file=" + directory.resolve("postgres").resolve("password"));
    File log = directory.resolve("namenode.log").toFile();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start();
    stopping = false;
    process
        .onExit()
        .thenAccept(ended -> {
          if (!stopping) {
            System.err.printf("the namenode ended with %d: see %s%n", ended.exitValue(), log);
            System.exit(1);
          }
        });
    return process;
  }

  /// Stops the namenode in order and starts it again.
  ///
  /// @return from the start of the process to the answer to the first stat
  Duration restart() throws IOException, InterruptedException {
    stopNamenode();
    long start = System.nanoTime();
    namenode = launch();
    try (PlasmaClient client = connect()) {
      client.stat("/");
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  /// A client of its own, which waits long.
  PlasmaClient connect() {
    return PlasmaClient.connect(
        ClientConfig.of(NAME, "127.0.0.1:" + PORT)
            .withTimeout(PATIENCE)
            .withCallTimeout(LONGEST_CALL)
            .withRetry(RetryPolicy.NONE));
  }

  /// Heap that is in use after a full collection, in bytes.
  long liveHeap() throws IOException, InterruptedException {
    Process histogram =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(namenode.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String text = new String(histogram.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    histogram.waitFor();
    for (String line : text.lines().toList()) {
      if (line.startsWith("Total")) {
        return Long.parseLong(line.trim().split("\\s+")[2]);
      }
    }
    throw new IOException("no sum in the histogram: " + text);
  }

  /// Memory of the namenode's process, in bytes.
  long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + namenode.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("no VmRSS for process " + namenode.pid());
  }

  private void stopNamenode() throws InterruptedException {
    stopping = true;
    namenode.destroy();
    if (!namenode.waitFor(60, TimeUnit.SECONDS)) {
      namenode.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() throws InterruptedException {
    datanodes.forEach(BlocklessDatanode::close);
    stopNamenode();
    postgres.stop(Duration.ofSeconds(60));
  }
}
