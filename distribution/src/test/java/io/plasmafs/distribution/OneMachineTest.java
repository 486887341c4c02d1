package io.plasmafs.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// One cluster of real processes, brought up, used, hurt and brought up again by the commands that
/// people use. The tests share the cluster and run in order; each leaves it running.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OneMachineTest {
  private static final String[] SMALL = {"--datanode-size", "256m", "--name", "test"};

  @TempDir static Path scratch;
  private static PlasmaCommandLine cluster;
  private static Path tree;

  @BeforeAll
  static void start() throws Exception {
    cluster = new PlasmaCommandLine(scratch.resolve("cluster"), portOffset());
    tree = scratch.resolve("tree");
    growTree(tree, 7);
    PlasmaCommandLine.Result up = cluster.up(SMALL).succeeded();
    assertThat(up.out()).contains("cluster test is ready");
  }

  /// All ports are below 32768, from where on systems give them to connections that others make.
  private static int portOffset() {
    return 10_000 + new Random().nextInt(14_000);
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.down();
    assertThat(cluster.processes()).isEmpty();
  }

  @Test
  @Order(1)
  void aTreeGoesInAsOneTransactionAndComesBackUnchanged() throws Exception {
    String said = cluster.plasma("put", "-r", tree.toString(), "/tree").succeeded().out();

    assertThat(said).contains("one transaction");
    assertTreeComesBack();
  }

  @Test
  @Order(2)
  void aSecondUpSaysThatTheClusterIsRunning() throws Exception {
    assertThat(cluster.up().succeeded().out()).contains("already running");
  }

  @Test
  @Order(3)
  void statusTellsOfAllProcesses() throws Exception {
    String json = cluster.plasma("status", "--json").succeeded().out();

    assertThat(json)
        .contains("\"cluster\"", "\"sequence\"", "\"namenodes\"", "\"datanodes\"", "\"gateways\"");
    for (String role : new String[] {"namenode-1", "datanode-1", "datanode-2"}) {
      assertThat(json).contains(Long.toString(cluster.process(role).pid()));
    }
  }

  @Test
  @Order(3)
  void datanodesAreListedAndTakeOrders() throws Exception {
    String json = cluster.plasma("datanode", "list", "--json").succeeded().out();
    assertThat(json).contains("\"datanode-1\"", "\"datanode-2\"", "\"alive\"", "\"identity\"");
    assertThat(cluster.plasma("datanode", "drain", "datanode-2").succeeded().out())
        .contains("datanode-2 is being drained");
    assertThat(cluster.plasma("datanode", "list").succeeded().out()).contains("draining");
    assertThat(cluster.plasma("datanode", "enable", "datanode-2").succeeded().out())
        .contains("datanode-2 is enabled");

    PlasmaCommandLine.Result refused = cluster.plasma("datanode", "remove", "datanode-2");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("stop it first");
    assertThat(cluster.plasma("datanode", "drain", "datanode-77").err())
        .contains("datanode-77 is no datanode of this cluster");
    assertThat(cluster.plasma("datanode", "add", "127.0.0.1:1").err())
        .contains("no datanode answers at")
        .hasLineCount(1);
  }

  @Test
  @Order(3)
  void fsckFindsNothingAndThenWhatWasDone() throws Exception {
    assertThat(cluster.plasma("fsck").succeeded().out()).contains("no problems");

    cluster.sql("UPDATE inode SET nlink = nlink + 1 WHERE size = 5000123");
    PlasmaCommandLine.Result found = cluster.plasma("fsck", "--json", "/tree");
    assertThat(found.exit()).isEqualTo(1);
    assertThat(found.out())
        .contains("\"kind\" : \"link-count\"", "\"clean\" : false", "/tree/large");

    cluster.sql("UPDATE inode SET nlink = nlink - 1 WHERE size = 5000123");
    cluster.plasma("fsck", "--repair").succeeded();
  }

  @Test
  @Order(3)
  void datanodesThatAreEvenStayAsTheyAre() throws Exception {
    assertThat(cluster.plasma("balance", "--json").succeeded().out()).contains("\"even\" : true");
  }

  @Test
  @Order(3)
  void theGatewayServesWhatTheCommandWrote() throws Exception {
    Path local = Files.writeString(scratch.resolve("greeting"), "hello over http");
    cluster.plasma("put", local.toString(), "/greeting").succeeded();
    URI gateway =
        URI.create("http://127.0.0.1:" + (ClusterSettings.HTTP_PORT + cluster.portOffset()));
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> got =
          http.send(
              HttpRequest.newBuilder(gateway.resolve("/v1/fs/greeting")).build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(got.body()).isEqualTo("hello over http");
      HttpResponse<String> put =
          http.send(
              HttpRequest.newBuilder(gateway.resolve("/v1/fs/answer"))
                  .PUT(HttpRequest.BodyPublishers.ofString("hello back"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(put.statusCode()).isEqualTo(201);
      HttpResponse<String> properties =
          http.send(
              HttpRequest.newBuilder(gateway.resolve("/dav/greeting"))
                  .method("PROPFIND", HttpRequest.BodyPublishers.noBody())
                  .header("Depth", "0")
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(properties.statusCode()).isEqualTo(207);
      assertThat(properties.body()).contains("getcontentlength>15<");
    }
    assertThat(cluster.plasma("cat", "/answer").succeeded().out()).isEqualTo("hello back");
    assertThat(cluster.plasma("status", "--json").succeeded().out()).contains(gateway.toString());
  }

  @Test
  @Order(4)
  void everyProcessThatIsKilledComesBackByItself() throws Exception {
    for (String role :
        new String[] {"namenode-1", "datanode-1", "postgres", "datanode-2", "gateway-1"}) {
      PlasmaCommandLine.kill(cluster.process(role));
      String path = "/after-" + role;
      Path local =
          Files.writeString(scratch.resolve("local"), "written after " + role + " was killed");

      cluster.plasma("put", local.toString(), path).succeeded();

      assertThat(cluster.plasma("cat", path).succeeded().out()).contains(role);
    }
    assertTreeComesBack();
  }

  @Test
  @Order(5)
  void allCommittedDataAreThereAfterDownAndUp() throws Exception {
    cluster.down().succeeded();
    assertThat(cluster.processes()).isEmpty();
    PlasmaCommandLine.Result refused = cluster.plasma("ls", "/");
    assertThat(refused.exit()).isNotZero();
    assertThat(refused.err()).contains("not running").contains("plasma up");

    cluster.up().succeeded();

    assertTreeComesBack();
  }

  @Test
  @Order(6)
  void allCommittedDataAreThereAfterEverythingWasKilledAtOnce() throws Exception {
    Map<String, ProcessHandle> all = cluster.processes();
    assertThat(all.keySet())
        .contains("supervisor", "postgres", "namenode-1", "datanode-1", "datanode-2");
    // The supervisor first, or it starts again what is killed.
    PlasmaCommandLine.kill(cluster.process("supervisor"));
    all.values().forEach(PlasmaCommandLine::kill);

    cluster.up().succeeded();

    assertTreeComesBack();
  }

  @Test
  @Order(7)
  void upTakesOverWhatAKilledSupervisorLeft() throws Exception {
    PlasmaCommandLine.kill(cluster.process("supervisor"));

    cluster.up().succeeded();

    assertThat(cluster.processes()).containsKeys("supervisor", "namenode-1");
    assertTreeComesBack();
  }

  @Test
  @Order(8)
  void whatCannotBeStartedIsRefusedInOneLine() throws Exception {
    Path blocked = Files.writeString(scratch.resolve("file"), "in the way");
    assertRefused(new PlasmaCommandLine(blocked, 0).up(), "in the way");

    PlasmaCommandLine huge =
        new PlasmaCommandLine(scratch.resolve("huge"), cluster.portOffset() + 100);
    assertRefused(huge.up("--datanode-size", "900t"), "too little disk space");

    assertRefused(cluster.up("--block-size", "1m"), "--block-size was 64k");
    assertRefused(huge.up("--datanodes", "2", "--replication", "3"), "replication of 3");
    assertRefused(huge.up("--block-size", "100k"), "power of two");

    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int offset = taken.getLocalPort() - ClusterSettings.HTTP_PORT;
      PlasmaCommandLine other = new PlasmaCommandLine(scratch.resolve("other"), offset);
      assertRefused(
          other.up("--datanode-size", "64m"), "port " + taken.getLocalPort() + " is taken");
    }
  }

  @Test
  @Order(9)
  void aDatanodeIsStoppedAndRemovedAndStaysAway() throws Exception {
    cluster.down().succeeded();
    cluster.up("--datanodes", "3").succeeded();
    assertThat(hosts())
        .containsEntry("datanode-1", "datanode-1")
        .containsEntry("datanode-3", "datanode-3");

    assertThat(cluster.plasma("stop", "datanode-3").succeeded().out())
        .contains("datanode-3 is stopped");

    assertThat(cluster.processes()).doesNotContainKey("datanode-3").containsKey("datanode-2");
    removeOnceSilent("datanode-3");
    assertThat(hosts()).containsOnlyKeys("datanode-1", "datanode-2");
    cluster.down().succeeded();
    assertThat(cluster.up().succeeded().out()).contains("stopped    datanode-3");
    assertThat(cluster.processes()).doesNotContainKey("datanode-3");

    assertThat(cluster.plasma("start", "datanode-3").succeeded().out())
        .contains("datanode-3, which is listed as datanode-4, is running");
    assertThat(hosts()).containsEntry("datanode-4", "datanode-3");
    assertThat(cluster.plasma("stop", "datanode-9").err()).contains("no datanode that plasma up");
    assertTreeComesBack();
  }

  @Test
  @Order(10)
  void aStoreThatIsRefusedIsToldAndCanBeLeftOut() throws Exception {
    cluster.down().succeeded();
    Path header = cluster.directory().resolve("datanode-3/volume/volume");
    byte[] good = Files.readAllBytes(header);
    Files.writeString(header, "not ours");

    PlasmaCommandLine.Result refused = cluster.up();

    assertThat(refused.out()).contains("datanode-3 has ended: datanode: ");
    assertRefused(refused, "datanode-3 does not start: datanode: ");
    assertThat(refused.err())
        .contains(cluster.directory().resolve("log/datanode-3.log.out") + " and ")
        .contains("plasma stop datanode-3 --dir " + cluster.directory());
    assertThat(cluster.processes()).isEmpty();

    cluster.plasma("stop", "datanode-3").succeeded();
    cluster.up().succeeded();
    PlasmaCommandLine.Result again = cluster.plasma("start", "datanode-3");
    assertRefused(again, "datanode-3 does not become part of the cluster: datanode: ");
    Files.write(header, good);
    cluster.plasma("start", "datanode-3").succeeded();
    assertTreeComesBack();
  }

  /// What the list calls datanodes, and the processes that they are.
  private static Map<String, String> hosts() throws Exception {
    Map<String, String> hosts = new TreeMap<>();
    cluster
        .plasma("datanode", "list")
        .succeeded()
        .out()
        .lines()
        .skip(1)
        .map(line -> line.split(" +", -1))
        .forEach(words -> hosts.put(words[0], words[2]));
    return hosts;
  }

  /// A datanode that has just been stopped may be about to say that it runs.
  private static void removeOnceSilent(String datanode) throws Exception {
    PlasmaCommandLine.Result result = cluster.plasma("datanode", "remove", datanode);
    for (int i = 0; i < 100 && result.err().contains("stop it first"); i++) {
      Thread.sleep(200);
      result = cluster.plasma("datanode", "remove", datanode);
    }
    assertThat(result.succeeded().out()).contains(datanode + " is removed");
  }

  private static void assertRefused(PlasmaCommandLine.Result result, String reason) {
    assertThat(result.exit()).isNotZero();
    assertThat(result.err().strip()).contains(reason).hasLineCount(1);
  }

  private static void assertTreeComesBack() throws Exception {
    Path out = Files.createTempDirectory(scratch, "out").resolve("tree");
    cluster.plasma("get", "-r", "/tree", out.toString()).succeeded();
    assertThat(describe(out)).isEqualTo(describe(tree));
  }

  /// ```
  /// tree/ empty  link -> missing  dir with space/ 0..39 small files  large  -dash  "quo'te"
  ///       deep/1/2/3/.../30/bottom  noaccess (0400)
  /// ```
  private static void growTree(Path root, long seed) throws IOException {
    Random random = new Random(seed);
    Files.createDirectories(root);
    Files.createFile(root.resolve("empty"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("missing/target"));
    Files.createDirectory(root.resolve("hollow"));
    Path spaced = Files.createDirectory(root.resolve("dir with space"));
    for (int i = 0; i < 40; i++) {
      byte[] bytes = new byte[random.nextInt(20_000)];
      random.nextBytes(bytes);
      Files.write(spaced.resolve("file-" + i), bytes);
    }
    byte[] large = new byte[5_000_123];
    random.nextBytes(large);
    Files.write(root.resolve("large"), large);
    Files.writeString(root.resolve("-dash"), "dash");
    Files.writeString(root.resolve("\"quo'te\" $x;*?[a]\\"), "quote");
    Files.writeString(root.resolve("\u00fcml\u00e4ut-\u6f22\u5b57"), "unicode");
    Path deep = root.resolve("deep");
    for (int i = 0; i < 30; i++) {
      deep = deep.resolve(Integer.toString(i));
    }
    Files.createDirectories(deep);
    Files.writeString(deep.resolve("bottom"), "bottom");
    Files.writeString(root.resolve("read-only"), "read-only");
    Files.setPosixFilePermissions(
        root.resolve("read-only"), PosixFilePermissions.fromString("r--------"));
  }

  /// Each path with what it is: type, permissions and a digest of its content or target.
  private static Map<String, String> describe(Path root) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            found.put(name(directory), "directory " + permissions(directory));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            found.put(
                name(file),
                attributes.isSymbolicLink()
                    ? "link to " + Files.readSymbolicLink(file)
                    : "file " + permissions(file) + " " + digest(Files.readAllBytes(file)));
            return FileVisitResult.CONTINUE;
          }

          private String name(Path path) {
            return root.relativize(path).toString();
          }
        });
    return found;
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static String digest(byte[] bytes) {
    return bytes.length
        + "/"
        + java.util.UUID.nameUUIDFromBytes(bytes)
        + (bytes.length < 20 ? " " + new String(bytes, StandardCharsets.UTF_8) : "");
  }
}
