package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.Dav.Reply;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/// The inside of an open transaction as a folder.
class TransactionFolderTest {
  private static Doors doors;

  private Dav api;
  private Dav dav;
  private Dav inside;
  private String id;
  private String here;

  @BeforeAll
  static void open() throws Exception {
    doors = Doors.open();
  }

  @AfterAll
  static void close() throws Exception {
    doors.close();
  }

  @BeforeEach
  void begin(TestInfo test) {
    api = new Dav(doors.origin());
    dav = doors.dav();
    here = "/" + test.getTestMethod().orElseThrow().getName();
    assertThat(dav.mkcol(here).status()).isEqualTo(201);
    Reply opened = api.send("POST", "/v1/tx", "");
    assertThat(opened.status()).isEqualTo(201);
    Matcher matcher = Pattern.compile("\"id\":\\s*\"([^\"]+)\"").matcher(opened.text());
    assertThat(matcher.find()).as(opened.text()).isTrue();
    id = matcher.group(1);
    inside = new Dav(doors.origin() + "/dav-tx/" + id);
  }

  private int commit() {
    return api.send("POST", "/v1/tx/" + id + "/commit", "").status();
  }

  @Test
  void changesAreSeenInsideAndByOthersAfterTheCommit() {
    dav.put(here + "/old", "old");

    assertThat(inside.mkcol(here + "/d").status()).isEqualTo(201);
    assertThat(inside.put(here + "/d/small", "small").status()).isEqualTo(201);
    assertThat(inside.put(here + "/d/large", "x".repeat(400_000)).status()).isEqualTo(201);
    assertThat(inside.transfer("MOVE", here + "/old", here + "/d/moved").status()).isEqualTo(201);
    assertThat(inside.transfer("COPY", here + "/d", here + "/e").status()).isEqualTo(201);
    assertThat(inside.delete(here + "/d/small").status()).isEqualTo(204);
    assertThat(inside.propfind(here + "/d", 1, "getetag").hrefs())
        .containsExactly(
            "/dav-tx/" + id + here + "/d/",
            "/dav-tx/" + id + here + "/d/large",
            "/dav-tx/" + id + here + "/d/moved");
    assertThat(dav.propfind(here, 1, "getetag").hrefs()).hasSize(2);

    assertThat(commit()).isEqualTo(200);

    assertThat(dav.get(here + "/d/large").text()).hasSize(400_000);
    assertThat(dav.get(here + "/e/moved").text()).isEqualTo("old");
    assertThat(dav.get(here + "/d/small").status()).isEqualTo(404);
    assertThat(dav.get(here + "/old").status()).isEqualTo(404);
  }

  @Test
  void clientsThatLockCanWork() {
    dav.put(here + "/f", "old");
    for (int i = 0; i < 2; i++) {
      String token = inside.lock(here + "/f", "exclusive").lockToken();
      assertThat(inside.put(here + "/f", "other").status()).isEqualTo(423);
      assertThat(inside.put(here + "/f", "new" + i, "If", "(<" + token + ">)").status())
          .isEqualTo(204);
      assertThat(inside.unlock(here + "/f", token).status()).isEqualTo(204);
    }
    String made = inside.lock(here + "/g", "exclusive").lockToken();
    assertThat(inside.put(here + "/g", "made", "If", "(<" + made + ">)").status()).isEqualTo(204);
    assertThat(inside.transfer("MOVE", here + "/g", here + "/h", "If", "(<" + made + ">)").status())
        .isEqualTo(201);

    assertThat(commit()).isEqualTo(200);

    assertThat(dav.get(here + "/f").text()).isEqualTo("new1");
    assertThat(dav.get(here + "/h").text()).isEqualTo("made");
    assertThat(dav.put(here + "/f", "free").status()).isEqualTo(204);
  }

  @Test
  void lockTakenOutsideMeanwhileLetsTheCommitFail() {
    dav.put(here + "/f", "old");
    dav.put(here + "/g", "old");
    assertThat(inside.put(here + "/f", "new").status()).isEqualTo(204);

    assertThat(dav.lock(here, "exclusive").status()).isEqualTo(200);

    assertThat(commit()).isIn(409, 412);
    assertThat(dav.get(here + "/f").text()).isEqualTo("old");
  }

  @Test
  void refusalsDoNotSpoilTheTransaction() {
    assertThat(inside.delete(here + "/no").status()).isEqualTo(404);
    assertThat(inside.mkcol(here + "/no/such").status()).isEqualTo(409);
    assertThat(inside.mkcol(here).status()).isEqualTo(405);
    assertThat(inside.put(here + "/f", "x", "If-Match", "*").status()).isEqualTo(412);
    assertThat(inside.transfer("MOVE", here + "/no", here + "/f").status()).isEqualTo(404);
    assertThat(inside.put(here + "/f", "x").status()).isEqualTo(201);

    assertThat(commit()).isEqualTo(200);
    assertThat(doors.client().find(FsPath.of(here + "/f"))).isPresent();
  }

  @Test
  void transactionThatDoesNotExistIsNotFound() {
    assertThat(new Dav(doors.origin() + "/dav-tx/none").propfind("/", 0, "getetag").status())
        .isEqualTo(404);
  }
}
