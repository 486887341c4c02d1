package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.http.TestGateway.Answer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.ArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class ArchivesTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  /// ```
  /// tree/ a  sub/b (large)  sub/soft -> ../a  empty/
  /// ```
  private static byte[] grow(String top) {
    byte[] large = new byte[700_000];
    new Random(1).nextBytes(large);
    door.client.mkdirs(top + "/sub");
    door.client.mkdirs(top + "/empty");
    door.client.write(top + "/a", "aaa".getBytes(StandardCharsets.UTF_8));
    door.client.chmod(top + "/a", 0600);
    door.client.write(top + "/sub/b", large);
    door.client.symlink(top + "/sub/soft", "../a");
    return large;
  }

  @Test
  void aTreeGoesOutAndComesInAgainAsTar() throws IOException {
    roundTrip("tar");
  }

  @Test
  void aTreeGoesOutAndComesInAgainAsZip() throws IOException {
    roundTrip("zip");
  }

  private static void roundTrip(String format) throws IOException {
    byte[] large = grow("/" + format + "-out");
    Answer out = door.get("/v1/fs/" + format + "-out?archive=" + format);
    assertThat(out.status()).isEqualTo(200);
    assertThat(entries(format, out.bytes()).keySet())
        .containsExactlyInAnyOrder("a", "sub/", "sub/b", "sub/soft", "empty/");

    Answer in = door.send("PUT", "/v1/fs/" + format + "-in?extract=" + format, out.bytes());
    assertThat(in.status()).as(in.text()).isEqualTo(200);
    assertThat(in.json().path("entries").asInt()).isEqualTo(5);
    long commit = in.json().path("commit").asLong();
    String base = "/v1/fs/" + format + "-in";
    assertThat(door.get(base + "/sub/b").bytes()).isEqualTo(large);
    boolean tar = format.equals("tar");
    assertThat(door.get(base + "/sub/soft").text()).isEqualTo(tar ? "aaa" : "../a");
    assertThat(door.get(base + "/a?stat").json().path("mode").asText())
        .isEqualTo(tar ? "0600" : "0644");
    assertThat(door.get(base + "/a?stat").json().path("version").asLong()).isEqualTo(commit);
    assertThat(door.get(base + "/empty").json().path("entries")).isEmpty();
  }

  private static Map<String, Long> entries(String format, byte[] archive) throws IOException {
    Map<String, Long> found = new TreeMap<>();
    try (ArchiveInputStream<? extends ArchiveEntry> in =
        format.equals("tar")
            ? new TarArchiveInputStream(new ByteArrayInputStream(archive))
            : new ZipArchiveInputStream(new ByteArrayInputStream(archive))) {
      for (ArchiveEntry entry; (entry = in.getNextEntry()) != null; ) {
        found.put(entry.getName(), entry.getSize());
      }
    }
    return found;
  }

  @Test
  void archivesGoIntoTransactionsToo() throws IOException {
    String tx = door.post("/v1/tx", "").header("Location");
    byte[] tar = tar(new TarArchiveEntry("in-tx"), "x");
    assertThat(door.send("PUT", tx + "/fs/tx-tar?extract=tar", tar).status()).isEqualTo(200);
    assertThat(door.get("/v1/fs/tx-tar").status()).isEqualTo(404);
    assertThat(entries("tar", door.get(tx + "/fs/tx-tar?archive=tar").bytes()))
        .containsKey("in-tx");
    door.post(tx + "/commit", "");
    assertThat(door.get("/v1/fs/tx-tar/in-tx").text()).isEqualTo("x");
  }

  private static byte[] tar(TarArchiveEntry entry, String content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      entry.setSize(bytes.length);
      tar.putArchiveEntry(entry);
      tar.write(bytes);
      tar.closeArchiveEntry();
    }
    return out.toByteArray();
  }

  private static TarArchiveEntry link(byte type, String target) {
    TarArchiveEntry link = new TarArchiveEntry("link", type);
    link.setLinkName(target);
    return link;
  }

  @Test
  void whatLeadsOutIsRefused() throws IOException {
    door.put("/v1/fs/outside", "o");
    TarArchiveEntry absolute = new TarArchiveEntry("/absolute", true);
    TarArchiveEntry device = new TarArchiveEntry("device", TarConstants.LF_CHR);
    for (byte[] tar :
        new byte[][] {
          tar(new TarArchiveEntry("../outside"), "x"),
          tar(new TarArchiveEntry("a/../../outside"), "x"),
          tar(absolute, "x"),
          tar(device, ""),
          tar(link(TarConstants.LF_SYMLINK, "/etc"), ""),
          tar(link(TarConstants.LF_SYMLINK, "a/../../outside"), ""),
          tar(link(TarConstants.LF_LINK, "../outside"), ""),
          "no archive at all".getBytes(StandardCharsets.UTF_8),
          new byte[0],
        }) {
      Answer refused = door.send("PUT", "/v1/fs/refused?extract=tar", tar);
      assertThat(refused.status()).as(refused.text()).isEqualTo(400);
    }
    assertThat(door.get("/v1/fs/refused").status()).isEqualTo(404);
    assertThat(door.get("/v1/fs/outside").text()).isEqualTo("o");

    door.client.mkdirs("/through");
    door.client.symlink("/through/door", "/");
    Answer through =
        door.send("PUT", "/v1/fs/through?extract=tar", tar(new TarArchiveEntry("door/in"), "x"));
    assertThat(through.status()).isEqualTo(409);
    assertThat(door.get("/v1/fs/in").status()).isEqualTo(404);
  }

  @Test
  void bombsAreRefusedBeforeTheyGoOff() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("bomb"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 60; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    assertThat(out.size()).isLessThan(100_000);
    Answer refused = door.send("PUT", "/v1/fs/bombed?extract=zip", out.toByteArray());
    assertThat(refused.status()).isEqualTo(413);
    assertThat(door.get("/v1/fs/bombed").status()).isEqualTo(404);
  }
}
