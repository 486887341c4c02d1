package io.plasmafs.cli;

import static io.plasmafs.cli.ClusterConsole.assertRefused;
import static io.plasmafs.cli.ClusterConsole.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that look at files and change them, at a cluster with this tree:
///
/// ```
/// docs
/// ├── a.txt      5 bytes
/// ├── big        200,000 bytes
/// ├── link       to a.txt
/// └── sub
///     └── empty
/// ```
class FileCommandsTest {
  private static TestCluster cluster;
  private static PlasmaClient client;
  private static int tests;

  @TempDir Path home;
  private ClusterConsole console;
  private String docs;

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
  void makeTree() {
    console = new ClusterConsole(home, cluster);
    docs = "/test" + ++tests + "/docs";
    Object unused = client.mkdirs(docs + "/sub");
    client.write(docs + "/a.txt", "hello".getBytes(StandardCharsets.UTF_8));
    client.write(docs + "/big", new byte[200_000]);
    unused = client.symlink(docs + "/link", "a.txt");
    client.write(docs + "/sub/empty", new byte[0]);
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  private String below(String... names) {
    StringBuilder lines = new StringBuilder();
    for (String name : names) {
      lines.append(lines.isEmpty() ? "" : "\n").append(docs).append(name);
    }
    return lines.toString();
  }

  private Attributes attributes(String name) {
    return client.lstat(FsPath.of(docs + name));
  }

  // ---- looking

  @Test
  void findTestsNamesTypesSizesAndDepths() throws IOException {
    assertThat(console.done("find", docs))
        .isEqualTo(below("", "/a.txt", "/big", "/link", "/sub", "/sub/empty"));
    assertThat(console.done("find", docs, "-type", "f"))
        .isEqualTo(below("/a.txt", "/big", "/sub/empty"));
    assertThat(console.done("find", docs, "-name", "*.txt")).isEqualTo(below("/a.txt"));
    assertThat(console.done("find", docs, "-size", "+100k")).isEqualTo(below("/big"));
    assertThat(console.done("find", docs, "-empty")).isEqualTo(below("/sub/empty"));
    assertThat(console.done("find", docs, "-type", "d", "-maxdepth", "0")).isEqualTo(docs);
    assertThat(json(console.done("find", docs, "-type", "l", "--json")).get(0).get("path").asText())
        .isEqualTo(docs + "/link");
    console.assertRefused(docs + "none", "find", docs + "none");
  }

  @Test
  void lsTreeStatAndReadlinkTellWhatIsThere() throws IOException {
    assertThat(console.done("ls", docs)).isEqualTo("a.txt\nbig\nlink\nsub");
    assertThat(console.done("tree", docs).lines().map(line -> line.replaceAll("^[^a-z]*", "")))
        .contains("a.txt", "empty");
    JsonNode stat = json(console.done("stat", "--json", docs + "/big")).get(0);
    assertThat(stat.get("size").asLong()).isEqualTo(200_000);
    assertThat(stat.get("inode").asLong()).isEqualTo(attributes("/big").inode().value());
    assertThat(stat.get("contentVersion").asLong()).isEqualTo(attributes("/big").contentVersion());
    assertThat(console.done("readlink", docs + "/link")).isEqualTo("a.txt");
    assertThat(console.done("cat", docs + "/link")).isEqualTo("hello");
  }

  @Test
  void blocksTellsWhereTheBytesAre() throws IOException {
    assertThat(console.done("blocks", docs + "/a.txt"))
        .isEqualTo(docs + "/a.txt: 5 bytes, stored with the metadata");
    JsonNode file = json(console.done("blocks", "--json", docs + "/big")).get(0);
    assertThat(file.get("blocks").asInt()).isEqualTo(4);
    int described = 0;
    for (JsonNode extent : file.get("extents")) {
      described += extent.get("count").asInt();
      assertThat(extent.get("replicas")).hasSize(2);
      assertThat(extent.get("replicas").get(0).get("host").asText())
          .isNotEqualTo(extent.get("replicas").get(1).get("host").asText());
    }
    assertThat(described).isEqualTo(4);
    console.assertRefused("is a directory", "blocks", docs);
  }

  @Test
  void duAndDfAddUp() throws IOException {
    assertThat(console.done("du", "-s", "-b", docs)).isEqualTo("200010\t" + docs);
    JsonNode sums = json(console.done("du", "--json", docs));
    JsonNode whole = sums.get(sums.size() - 1);
    assertThat(whole.get("files").asInt()).isEqualTo(4);
    assertThat(whole.get("directories").asInt()).isEqualTo(2);
    JsonNode space = json(console.done("df", "--json"));
    assertThat(space.get("cluster").asText()).isEqualTo("test");
    assertThat(space.get("used").asLong()).isGreaterThanOrEqualTo(2 * 4 * 65_536);
    assertThat(console.done("df", "-h").lines()).hasSize(2);
  }

  // ---- changing

  @Test
  void xattrSetsGetsListsAndRemoves() {
    String file = docs + "/a.txt";
    String unused = console.done("xattr", "set", file, "user.colour", "blue");
    assertThat(console.done("xattr", "get", file, "user.colour")).isEqualTo("blue");
    console.assertRefused("", "xattr", "set", "--create", file, "user.colour", "red");
    assertThat(console.done("xattr", "list", "-l", file)).isEqualTo("user.colour=blue");
    unused = console.done("xattr", "rm", file, "user.colour");
    console.assertRefused("", "xattr", "get", file, "user.colour");
  }

  @Test
  void namesAndAttributesAreChanged() {
    String unused = console.done("mkdir", "-p", docs + "/x/y");
    unused = console.done("ln", docs + "/a.txt", docs + "/x/same");
    assertThat(attributes("/x/same").inode()).isEqualTo(attributes("/a.txt").inode());
    unused = console.done("ln", "-s", "../big", docs + "/x/soft");
    assertThat(client.stat(docs + "/x/soft").size()).isEqualTo(200_000);
    unused = console.done("chmod", "600", docs + "/a.txt");
    assertThat(attributes("/a.txt").mode()).isEqualTo(0600);
    unused = console.done("truncate", "-s", "64k", docs + "/big");
    assertThat(attributes("/big").size()).isEqualTo(65_536);
    unused = console.done("touch", "-r", docs + "/sub", docs + "/a.txt");
    assertThat(attributes("/a.txt").mtime()).isEqualTo(attributes("/sub").mtime());
    unused = console.done("mv", "--exchange", docs + "/a.txt", docs + "/big");
    assertThat(attributes("/big").size()).isEqualTo(5);
    unused = console.done("rm", "-r", docs);
    assertThat(client.exists(docs)).isFalse();
  }

  // ---- scripts

  @Test
  void txRunsItsCommandsInOneTransaction() {
    String script =
        """
        # all of it, or nothing
        require %1$s/a.txt content %2$d
        mkdir %1$s/new
        write %1$s/draft 'one line'
        mv %1$s/draft %1$s/new/final
        xattr set %1$s/new/final user.by tx
        cp -r %1$s/sub %1$s/new
        """
            .formatted(docs, attributes("/a.txt").contentVersion());
    assertThat(succeeded(console.runWithInput(script, "tx")))
        .startsWith("6 commands in one transaction");
    assertThat(client.exists(docs + "/new/sub/empty")).isTrue();
    assertThat(attributes("/new/final").version()).isEqualTo(attributes("/new").version());
    assertThat(new String(client.readAll(docs + "/new/final"), StandardCharsets.UTF_8))
        .isEqualTo("one line\n");
  }

  @Test
  void txThatFailsLeavesNothing() {
    String script = "write " + docs + "/z one\nrm " + docs + "/none\n";
    assertRefused("line 2", console.runWithInput(script, "tx"));
    String outdated = "require " + docs + "/a.txt version 1\nwrite " + docs + "/z one\n";
    assertRefused("a.txt", console.runWithInput(outdated, "tx", "-"));
    assertThat(client.exists(docs + "/z")).isFalse();
  }
}
