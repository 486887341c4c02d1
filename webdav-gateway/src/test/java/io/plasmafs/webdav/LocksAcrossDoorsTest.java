package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.webdav.Dav.Reply;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// What is locked through WebDAV cannot be changed through the HTTP API either, unless the request
/// submits the lock's token.
class LocksAcrossDoorsTest {
  private static Doors doors;

  private Dav dav;
  private Dav api;
  private String here;
  private String token;

  @BeforeAll
  static void open() throws Exception {
    doors = Doors.open();
  }

  @AfterAll
  static void close() {
    doors.close();
  }

  // here
  // ├── locked   exclusive
  // ├── free
  // └── tree     exclusive, depth infinity
  //     └── file
  @BeforeEach
  void lock(TestInfo test) {
    dav = doors.dav();
    api = new Dav(doors.origin() + "/v1/fs");
    here = "/" + test.getTestMethod().orElseThrow().getName();
    assertThat(dav.mkcol(here).status()).isEqualTo(201);
    assertThat(dav.mkcol(here + "/tree").status()).isEqualTo(201);
    for (String file : new String[] {"/locked", "/free", "/tree/file"}) {
      assertThat(dav.put(here + file, "old").status()).isEqualTo(201);
    }
    token = dav.lock(here + "/locked", "exclusive", "Depth", "0").lockToken();
    assertThat(dav.lock(here + "/tree", "exclusive", "Depth", "infinity").status()).isEqualTo(200);
  }

  /// Locks end, so that no case meets those of another.
  @AfterEach
  void expire() {
    doors.clock().advance(Duration.ofDays(30));
  }

  private static void assertLocked(Reply reply, String path) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(423);
    assertThat(reply.header("Content-Type")).contains("application/problem+json");
    assertThat(reply.text())
        .contains("urn:plasmafs:problem:locked")
        .contains("\"path\":\"" + path + "\"")
        .contains("\"user\":\"" + System.getProperty("user.name") + "\"");
  }

  @Test
  void changesOfALockedFileAreRefused() {
    String locked = here + "/locked";
    assertLocked(api.put(locked, "new"), locked);
    assertLocked(api.put(locked, "x".repeat(200_000)), locked);
    assertLocked(api.put(locked, "new", "If-Match", "*"), locked);
    assertLocked(api.send("POST", locked + "?op=append", "more"), locked);
    assertLocked(api.send("POST", locked + "?op=truncate&size=0", ""), locked);
    assertLocked(api.send("PATCH", locked, "N", "Content-Range", "bytes 0-0/*"), locked);
    assertLocked(
        api.send(
            "PATCH", locked, "{\"mode\":\"0600\"}", "Content-Type", "application/merge-patch+json"),
        locked);
    assertLocked(api.delete(locked), locked);
    assertLocked(api.send("POST", locked + "?op=move&to=" + here + "/moved", ""), locked);
    assertLocked(api.send("POST", here + "/free?op=move&to=" + locked, ""), locked);
    assertLocked(api.send("POST", here + "/free?op=copy&to=" + locked, ""), locked);
    assertLocked(api.delete(here + "?recursive"), locked);

    assertThat(dav.get(locked).text()).isEqualTo("old");
    assertThat(dav.get(here + "/free").text()).isEqualTo("old");
  }

  @Test
  void changesWithinALockedTreeAreRefused() {
    String tree = here + "/tree";
    assertLocked(api.put(tree + "/file", "new"), tree);
    assertLocked(api.put(tree + "/other", "new"), tree);
    assertLocked(api.send("POST", tree + "/sub?op=mkdir", ""), tree);
    assertLocked(api.send("POST", tree + "/link?op=symlink&target=x", ""), tree);
    assertLocked(api.send("POST", here + "/free?op=link&to=" + tree + "/hard", ""), tree);
    assertThat(dav.propfind(tree, 1, "getetag").hrefs()).hasSize(2);
  }

  @Test
  void whatIsNotLockedCanBeChanged() {
    assertThat(api.put(here + "/free", "new").status()).isEqualTo(204);
    assertThat(api.put(here + "/another", "new").status()).isEqualTo(201);
    assertThat(api.delete(here + "/another").status()).isEqualTo(204);
    assertThat(api.get(here + "/locked").text()).isEqualTo("old");
  }

  @Test
  void whoHoldsTheTokenMayChange() {
    String locked = here + "/locked";
    assertThat(api.put(locked, "new", "If", "(<" + token + ">)").status()).isEqualTo(204);
    assertThat(dav.get(locked).text()).isEqualTo("new");
    assertLocked(api.put(locked, "newer", "If", "(<urn:uuid:another>)"), locked);
    assertThat(dav.unlock(locked, token).status()).isEqualTo(204);
    assertThat(api.put(locked, "newer").status()).isEqualTo(204);
  }

  @Test
  void commitsHeedLocks() {
    Dav root = new Dav(doors.origin());
    String locked = here + "/locked";
    String put =
        "{\"ops\":[{\"put\":\"%s\",\"text\":\"new\"},{\"put\":\"%s\",\"text\":\"new\"}]}"
            .formatted(here + "/free", locked);
    assertLocked(root.send("POST", "/v1/commit", put), locked);
    assertThat(dav.get(here + "/free").text()).isEqualTo("old");
    assertLocked(
        root.send(
            "POST",
            "/v1/commit",
            "{\"ops\":[{\"delete\":\"%s\",\"recursive\":true}]}".formatted(here)),
        locked);
    assertThat(root.send("POST", "/v1/commit", put, "If", "(<" + token + ">)").status())
        .isEqualTo(200);
    assertThat(dav.get(locked).text()).isEqualTo("new");
  }

  @Test
  void openTransactionsHeedLocks() {
    Dav root = new Dav(doors.origin());
    String locked = here + "/locked";
    Matcher id =
        Pattern.compile("\"id\":\\s*\"([^\"]+)\"").matcher(root.send("POST", "/v1/tx", "").text());
    assertThat(id.find()).isTrue();
    String transaction = "/v1/tx/" + id.group(1);
    assertLocked(root.put(transaction + "/fs" + locked, "new"), locked);
    assertThat(root.put(transaction + "/fs" + here + "/free", "new").status()).isEqualTo(204);
    // Somebody locks it before the commit.
    assertThat(dav.lock(here + "/free", "exclusive").status()).isEqualTo(200);
    assertThat(root.send("POST", transaction + "/commit", "").status()).isEqualTo(409);
    assertThat(dav.get(here + "/free").text()).isEqualTo("old");
  }
}
