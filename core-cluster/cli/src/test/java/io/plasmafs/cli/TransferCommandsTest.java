package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `sync`, `cp`, `mv` and `watch` at a cluster.
///
/// ```
/// site/            a local directory, and in the cluster one of the same number as the test
///   index.html     "hello"
///   css/a.css      5000 bytes
///   logo -> css/a.css
/// ```
final class TransferCommandsTest {
  private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-02-02T02:02:02Z"));

  private static TestCluster cluster;
  private static PlasmaClient client;
  private static int tests;

  @TempDir Path directory;
  private ClusterConsole console;
  private Path site;
  private String place;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    client = cluster.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @BeforeEach
  void makeSite() throws IOException {
    console = new ClusterConsole(directory, cluster);
    place = "/test" + ++tests;
    site = Files.createDirectory(directory.resolve("site"));
    Files.createDirectory(site.resolve("css"));
    Files.writeString(site.resolve("index.html"), "hello");
    Files.write(site.resolve("css/a.css"), new byte[5000]);
    Files.setLastModifiedTime(site.resolve("css/a.css"), LONG_AGO);
    Files.createSymbolicLink(site.resolve("logo"), Path.of("css/a.css"));
  }

  private String done(String... words) {
    return console.done(words);
  }

  private void assertRefused(String message, String... words) {
    console.assertRefused(message, words);
  }

  private static String text(String path) {
    return new String(client.readAll(path), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String local(Path path) {
    return "file:" + path;
  }

  // ---- sync

  @Test
  void syncCopiesWhatDiffersIntoTheClusterAndBack() throws IOException {
    assertThat(done("sync", local(site), place))
        .isEqualTo("5 copied (4.9 KiB), 0 touched, 0 removed, 0 unchanged");
    assertThat(client.stat(place + "/css/a.css").mtime()).isEqualTo(LONG_AGO.toInstant());
    assertThat(done("sync", local(site), place))
        .isEqualTo("0 copied (0 bytes), 0 touched, 0 removed, 5 unchanged");

    client.write(
        place + "/index.html", "hello, world".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Path back = directory.resolve("back");
    assertThat(done("sync", place, local(back))).startsWith("5 copied");
    assertThat(back.resolve("index.html")).hasContent("hello, world");
    assertThat(Files.readSymbolicLink(back.resolve("logo"))).isEqualTo(Path.of("css/a.css"));
    assertThat(Files.getLastModifiedTime(back.resolve("css/a.css"))).isEqualTo(LONG_AGO);
    assertThat(done("sync", place, local(back))).startsWith("0 copied");
  }

  @Test
  void syncRemovesOnlyWhenTold() throws IOException {
    done("sync", local(site), place);
    Files.delete(site.resolve("index.html"));
    assertThat(done("sync", "--atomic", local(site), place)).contains(" 0 removed");
    assertThat(client.exists(place + "/index.html")).isTrue();
    assertThat(done("sync", "--delete", "--dry-run", local(site), place))
        .contains("remove " + place + "/index.html", "would be: 0 copied", "1 removed");
    assertThat(client.exists(place + "/index.html")).isTrue();
    assertThat(done("sync", "--delete", "--atomic", local(site), place)).contains(" 1 removed");
    assertThat(client.exists(place + "/index.html")).isFalse();
  }

  @Test
  void syncFindsByVersionWhatLengthAndTimeHide() throws IOException {
    String memory = directory.resolve("memory").toString();
    assertThat(done("sync", "--versions", memory, local(site), place)).startsWith("5 copied");
    byte[] hidden = new byte[5000];
    hidden[4321] = 1;
    client.write(place + "/css/a.css", hidden);
    Object unused = client.setModified(place + "/css/a.css", LONG_AGO.toInstant());
    assertThat(done("sync", local(site), place)).startsWith("0 copied");
    assertThat(done("sync", "--size-only", local(site), place)).startsWith("0 copied");
    assertThat(done("sync", "--versions", memory, local(site), place)).startsWith("1 copied");
    assertThat(done("sync", "-c", local(site), place)).startsWith("0 copied");
  }

  @Test
  void syncWithinTheClusterSaysInJsonWhatItDid() throws IOException {
    done("sync", local(site), place);
    JsonNode first = new ObjectMapper().readTree(done("sync", "--json", place, place + "-copy"));
    assertThat(first.get("copied").asInt()).isEqualTo(5);
    assertThat(first.get("bytes").asInt()).isEqualTo(5005);
    JsonNode second =
        new ObjectMapper().readTree(done("sync", "-c", "--json", place, place + "-copy"));
    assertThat(second.get("copied").asInt()).isZero();
    assertThat(second.get("unchanged").asInt()).isEqualTo(5);
    assertThat(text(place + "-copy/index.html")).isEqualTo("hello");
  }

  @Test
  void syncRefusesWhatMakesNoSense() {
    done("sync", local(site), place);
    assertRefused("none", "sync", local(site.resolve("none")), place);
    assertRefused("/none", "sync", "/none", local(site));
    assertRefused("within the other", "sync", place, place + "/css/copy");
    assertRefused("is a file", "sync", local(site), place + "/index.html");
    assertRefused("is a directory", "sync", local(site.resolve("index.html")), place);
    assertRefused("not a directory", "sync", place, local(site.resolve("index.html")));
    assertThat(done("sync", local(site), place)).startsWith("0 copied");
  }

  // ---- cp and mv

  @Test
  void cpGoesIntoTheClusterAndOut() throws IOException {
    done("cp", "-r", local(site), place);
    assertThat(text(place + "/index.html")).isEqualTo("hello");
    assertThat(client.stat(place + "/css/a.css").mtime()).isNotEqualTo(LONG_AGO.toInstant());
    done("cp", "-p", local(site.resolve("css/a.css")), place);
    assertThat(client.stat(place + "/a.css").mtime()).isEqualTo(LONG_AGO.toInstant());
    done("cp", place + "/index.html", local(directory.resolve("index")));
    assertThat(directory.resolve("index")).hasContent("hello");
    assertRefused("is a directory", "cp", place, local(directory.resolve("tree")));
    done("cp", "-r", place, local(directory.resolve("tree")));
    assertThat(directory.resolve("tree/logo")).isSymbolicLink();
    assertRefused("exists", "cp", "-n", place + "/index.html", local(directory.resolve("index")));
  }

  @Test
  void mvIntoTheClusterRemovesTheOriginal() {
    done("mv", local(site), place);
    assertThat(site).doesNotExist();
    assertThat(text(place + "/index.html")).isEqualTo("hello");
    assertThat(client.stat(place + "/css/a.css").mtime()).isEqualTo(LONG_AGO.toInstant());
  }

  @Test
  void mvThatFailsLeavesTheOriginal() {
    client.write(place, new byte[1]);
    assertRefused("nothing was put", "mv", local(site), place);
    assertThat(site.resolve("css/a.css")).exists();
    assertRefused("none", "mv", place + "none", local(directory.resolve("out")));
    assertRefused("exists", "mv", "-n", place, local(site.resolve("index.html")));
    assertThat(site.resolve("index.html")).hasContent("hello");
    assertThat(client.exists(place)).isTrue();
  }

  @Test
  void mvOutOfTheClusterRemovesTheOriginal() {
    done("put", "-r", site.toString(), place);
    done("mv", place, local(directory.resolve("out")));
    assertThat(client.exists(place)).isFalse();
    assertThat(directory.resolve("out/index.html")).hasContent("hello");
    assertThat(directory.resolve("out/logo")).isSymbolicLink();
  }

  @Test
  void scriptMovesWithinTheClusterOnly() throws IOException {
    Path script = Files.writeString(directory.resolve("script"), "mv " + local(site) + " " + place);
    assertRefused("local disk", "tx", script.toString());
    assertThat(site).exists();
  }

  // ---- watch

  @Test
  void watchRunsACommandAgainAndAgain() {
    client.write(place, new byte[7]);
    assertThat(done("watch", "-n", "0.1", "--times", "3", "ls", "-l", place).lines()).hasSize(3);
    assertRefused(place + "none", "watch", "-n", "0.1", "ls", place + "none");
    assertRefused("is no command for watch", "watch", "tx");
  }
}
