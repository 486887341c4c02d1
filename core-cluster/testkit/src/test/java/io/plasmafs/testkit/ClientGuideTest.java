package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.Committed;
import io.plasmafs.client.PlacedRange;
import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaFile.Piece;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.Requirement;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The examples of `docs/client.md`, run one after the other. What the guide shows must stand here
/// line by line, apart from results that are assigned so that the compiler sees them used.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings({"CheckReturnValue", "UnusedVariable"})
class ClientGuideTest {
  private static final byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
  private static TestCluster cluster;
  private static PlasmaClient client;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    client = PlasmaClient.connect(cluster.config());
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @Test
  @Order(1)
  void configurationIsOfCode() {
    ClientConfig config =
        ClientConfig.of(cluster.namenodes())
            .withTimeout(Duration.ofSeconds(30)) // for a coordinator that moves or restarts
            .withCache(new CacheLimits(64 << 20, 256 << 20)); // heap, and direct memory for blocks
    try (PlasmaClient connected = PlasmaClient.connect(config)) {
      assertThat(connected.cluster().name()).isEqualTo("test");
    }
  }

  @Test
  @Order(2)
  void files() {
    client.mkdirs("/reports/2026");
    client.write("/reports/2026/sum.txt", bytes);
    byte[] back = client.readAll("/reports/2026/sum.txt");
    client.rename("/reports/2026/sum.txt", "/reports/2026/total.txt");
    List<String> names = client.list("/reports/2026").map(entry -> entry.name().text()).toList();
    assertThat(back).isEqualTo(bytes);
    assertThat(names).containsExactly("total.txt");
  }

  @Test
  @Order(3)
  void streams() throws IOException {
    try (PlasmaOutputStream out = client.openOutput("/large")) {
      for (int i = 0; i < 1000; i++) {
        out.write(bytes);
      }
      assertThat(client.exists("/large")).isFalse();
    }
    try (InputStream in = client.openInput("/large")) {
      long count = in.transferTo(OutputStream.nullOutputStream());
      assertThat(count).isEqualTo(10_000);
    }
  }

  @Test
  @Order(4)
  void randomAccess() throws IOException {
    try (PlasmaFile file = client.openFile("/large")) {
      ByteBuffer head = ByteBuffer.allocate(100);
      ByteBuffer tail = ByteBuffer.allocate(100);
      file.read(List.of(new Piece(0, head), new Piece(file.size() - 100, tail)));
      assertThat(head.flip()).isEqualTo(tail.flip());
    }
    try (PlasmaChannel channel = client.openChannel("/large", WriteOptions.UPDATE)) {
      channel.write(ByteBuffer.wrap(bytes), 12_345);
      channel.force(); // committed; the rest follows at close
      assertThat(client.stat("/large").size()).isEqualTo(12_355);
    }
  }

  @Test
  @Order(4)
  void places() {
    byte[] part = new byte[100_000];
    List<String> hosts = new ArrayList<>();
    client.mkdir("/parts");
    client.write(
        Location.of("/parts/1"), ByteBuffer.wrap(part), WriteOptions.DEFAULT.withHost("host1"));
    for (PlacedRange range : client.locate(FsPath.of("/parts/1"), 0, Long.MAX_VALUE)) {
      hosts.addAll(range.hosts()); // none of a hole, and of a file stored with the metadata
    }
    assertThat(hosts).startsWith("host1");
  }

  @Test
  @Order(5)
  void transactions() {
    client.transact(tx -> {
      tx.write("/reports/index", bytes); // nobody sees the one
      tx.rename("/reports/2026", "/reports/final"); // without the other
    });
    assertThat(client.exists("/reports/final/total.txt")).isTrue();
    try (Transaction tx = client.begin()) {
      Attributes before = tx.stat("/reports/index");
      tx.require(FsPath.of("/reports/index"), Requirement.VERSION, before.version());
      tx.append("/reports/index", bytes);
      long number = tx.commit(); // now the version of all that it changed
      assertThat(client.stat("/reports/index").version()).isEqualTo(number);
    }
    assertThat(client.readAll("/reports/index")).hasSize(20);
  }

  @Test
  @Order(6)
  void tokens() {
    for (int attempt = 0; attempt < 2; attempt++) {
      Committed<Boolean> done =
          client.transactOnce(
              CommitToken.ofKey("shop", "payment 4711"),
              tx -> {
                tx.append("/ledger", bytes);
                return true;
              });
      assertThat(done.sequence()).isPositive();
    }
    assertThat(client.readAll("/ledger")).isEqualTo(bytes);
  }

  @Test
  @Order(7)
  void staleness() {
    PlasmaClient relaxed = client.withMaxStaleness(Duration.ofSeconds(1));
    relaxed.stat("/ledger");
    long before = client.namenodeCalls();
    relaxed.stat("/ledger");
    assertThat(client.namenodeCalls()).isEqualTo(before);
  }

  @Test
  @Order(8)
  void pathsByUri() throws IOException {
    String cluster = "test";
    try (FileSystem opened =
        FileSystems.newFileSystem(
            URI.create("plasma://test"),
            Map.of("namenodes", ClientGuideTest.cluster.namenodes()))) {
      Path report = Path.of(URI.create("plasma://" + cluster + "/ledger"));
      String text = Files.readString(report);
      assertThat(text).isEqualTo("0123456789");
    }
  }

  @Test
  @Order(9)
  void fileSystems(@TempDir Path directory) throws IOException {
    Path local = Files.writeString(directory.resolve("index.html"), "old");
    try (FileSystem files = client.fileSystem()) {
      Files.createDirectories(files.getPath("/site/css"));
      Files.copy(local, files.getPath("/site/index.html"));
      try (Stream<Path> walk = Files.walk(files.getPath("/site"))) {
        walk.forEach(System.out::println);
      }
      try (Transaction tx = client.begin();
          FileSystem within = client.fileSystem(tx)) {
        Files.writeString(within.getPath("/site/index.html"), "new");
        Files.move(within.getPath("/site/css"), within.getPath("/site/style"));
        tx.commit();
      }
      assertThat(files.getPath("/site/index.html")).hasContent("new");
      assertThat(files.getPath("/site/style")).isDirectory();
    }
  }

  /// Each example of the guide stands in this file, whatever its indentation and line breaks.
  @Test
  @Order(10)
  void guideShowsWhatWasRun() throws IOException {
    Path here = Path.of("src/test/java/io/plasmafs/testkit/ClientGuideTest.java");
    String code =
        squeezed(Files.readString(here))
            .replace("ClientConfig.of(cluster.namenodes())", "ClientConfig.fromEnvironment()");
    List<String> missing = new ArrayList<>();
    int examples = 0;
    for (String part : Files.readString(Path.of("../../docs/client.md")).split("```java\n", -1)) {
      int end = part.indexOf("```");
      if (examples++ == 0 || end < 0) {
        continue;
      }
      for (String statement : part.substring(0, end).split("\n")) {
        boolean shown = code.contains(squeezed(statement)) || statement.contains("namenode1:2727");
        if (!shown) {
          missing.add(statement);
        }
      }
    }
    assertThat(examples).isGreaterThan(10);
    assertThat(missing).as("lines of docs/client.md that no test runs").isEmpty();
  }

  private static String squeezed(String text) {
    return text.replaceAll("\\s+", "");
  }
}
