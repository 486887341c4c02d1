package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.http.TestGateway.Answer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// PATCH, and POST with `?op`, as committed and within a transaction.
final class ChangesTest {
  private static final String MERGE = "application/merge-patch+json";

  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static Answer patch(String path, String json, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 2);
    all[headers.length] = "Content-Type";
    all[headers.length + 1] = MERGE;
    return door.send("PATCH", path, json, all);
  }

  @Test
  void attributesArePatched() {
    String tag = door.put("/v1/fs/attr", "x").etag();
    door.client.setXattr("/attr", "user.old", new byte[] {1});
    Answer done =
        patch(
            "/v1/fs/attr",
            "{\"mode\":\"0600\",\"mtime\":\"2020-02-02T02:02:02.123456789Z\","
                + "\"xattrs\":{\"user.old\":null,\"user.none\":null,\"user.new\":\"v\","
                + "\"user.raw\":{\"base64\":\"/w==\"}}}");
    assertThat(done.status()).as(done.text()).isEqualTo(200);
    JsonNode stat = door.get("/v1/fs/attr?stat").json();
    assertThat(stat.path("mode").asText()).isEqualTo("0600");
    assertThat(stat.path("mtime").asText()).isEqualTo("2020-02-02T02:02:02.123456789Z");
    assertThat(stat.path("xattrs").path("user.new").asText()).isEqualTo("v");
    assertThat(stat.path("xattrs").path("user.raw").path("base64").asText()).isEqualTo("/w==");
    assertThat(stat.path("xattrs").has("user.old")).isFalse();
    assertThat(door.get("/v1/fs/attr").etag()).as("content is the same").isEqualTo(tag);

    assertThat(patch("/v1/fs/attr", "{\"mode\":\"0644\"}", "If-Match", "\"0-0\"").status())
        .isEqualTo(412);
    for (String wrong :
        List.of(
            "{\"mode\":9}", "{\"mod\":\"1\"}", "{\"mtime\":\"noon\"}", "{\"xattrs\":1}", "[]")) {
      assertThat(patch("/v1/fs/attr", wrong).status()).as(wrong).isEqualTo(400);
    }
    assertThat(door.send("PATCH", "/v1/fs/attr", "x", "Content-Type", "text/plain").status())
        .isEqualTo(415);
    assertThat(patch("/v1/fs/missing", "{\"mode\":\"0644\"}").status()).isEqualTo(404);
  }

  @Test
  void bytesArePatched() {
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    door.send("PUT", "/v1/fs/bytes", content);
    byte[] piece = new byte[100_000];
    new Random(2).nextBytes(piece);
    Answer done =
        door.send("PATCH", "/v1/fs/bytes", piece, "Content-Range", "bytes 50000-149999/*");
    assertThat(done.status()).as(done.text()).isEqualTo(204);
    System.arraycopy(piece, 0, content, 50_000, piece.length);
    Answer got = door.get("/v1/fs/bytes");
    assertThat(got.bytes()).isEqualTo(content);
    assertThat(got.etag()).isEqualTo(done.etag());

    door.send("PATCH", "/v1/fs/bytes", "end", "Content-Range", "bytes 400000-400002/*");
    assertThat(door.get("/v1/fs/bytes").bytes()).hasSize(400_003).endsWith('e', 'n', 'd');
    for (String wrong : List.of("bytes 0-1/*", "bytes 0-9/*", "bytes 5-1/*", "lines 1-2/*")) {
      assertThat(door.send("PATCH", "/v1/fs/bytes", "abc", "Content-Range", wrong).status())
          .as(wrong)
          .isEqualTo(400);
    }
    assertThat(door.get("/v1/fs/bytes").bytes()).hasSize(400_003);
  }

  @Test
  void operationsOnCommittedFiles() {
    operations("/v1", "/v1");
  }

  @Test
  void operationsWithinATransaction() {
    String tx = door.post("/v1/tx", "").header("Location");
    operations(tx, tx);
    assertThat(door.get("/v1/fs" + top(tx)).status()).isEqualTo(404);
    assertThat(door.post(tx + "/commit", "").status()).isEqualTo(200);
    assertThat(door.get("/v1/fs" + top(tx) + "/copied/f").text()).isEqualTo("one two");
  }

  private static String top(String base) {
    return "/ops-" + base.length();
  }

  private static void operations(String base, String look) {
    String dir = base + "/fs" + top(base);
    String see = look + "/fs" + top(base);
    Answer made = door.post(dir + "/deep?op=mkdir&parents&mode=0700", "");
    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(made.header("Location")).isEqualTo(dir + "/deep");
    assertThat(door.put(dir + "/deep/f", "one").status()).isEqualTo(201);
    assertThat(door.post(dir + "/deep/f?op=append", " two").status()).isEqualTo(204);
    assertThat(door.get(see + "/deep/f").text()).isEqualTo("one two");

    assertThat(door.post(dir + "/deep?op=copy&to=" + top(base) + "/copied", "").status())
        .isEqualTo(201);
    assertThat(door.get(see + "/copied/f").text()).isEqualTo("one two");
    assertThat(door.get(see + "/copied?stat").json().path("mode").asText()).isEqualTo("0700");
    assertThat(door.post(dir + "/deep?op=copy&to=" + top(base) + "/deep/in", "").status())
        .isEqualTo(409);

    assertThat(door.post(dir + "/deep/f?op=link&to=" + top(base) + "/hard", "").status())
        .isEqualTo(201);
    assertThat(door.post(dir + "/soft?op=symlink&target=deep%2Ff", "").status()).isEqualTo(201);
    assertThat(door.get(see + "/soft").text()).isEqualTo("one two");
    assertThat(door.get(see + "/soft?stat&nofollow").json().path("target").asText())
        .isEqualTo("deep/f");

    assertThat(door.post(dir + "/hard?op=truncate&size=3", "").status()).isEqualTo(204);
    assertThat(door.get(see + "/deep/f").text()).isEqualTo("one");

    door.put(dir + "/other", "other");
    assertThat(door.post(dir + "/other?op=move&noreplace&to=" + top(base) + "/hard", "").status())
        .isEqualTo(409);
    assertThat(door.post(dir + "/other?op=move&exchange&to=" + top(base) + "/hard", "").status())
        .isEqualTo(204);
    assertThat(door.get(see + "/hard").text()).isEqualTo("other");
    assertThat(door.post(dir + "/other?op=move&to=" + top(base) + "/hard", "").status())
        .isEqualTo(204);
    assertThat(door.get(see + "/hard").text()).isEqualTo("one");

    assertThat(door.post(dir + "/f?op=frobnicate", "").status()).isEqualTo(400);
    assertThat(door.post(dir + "/f", "").status()).isEqualTo(400);
    assertThat(door.post(dir + "/hard?op=move", "").status()).isEqualTo(400);
    assertThat(door.post(dir + "/hard?op=move&to=/.plasma/x", "").status()).isEqualTo(404);
  }

  @Test
  void conditionsHoldForOperationsToo() {
    String tag = door.put("/v1/fs/cond", "x").etag();
    assertThat(door.post("/v1/fs/cond?op=append", "y", "If-Match", "\"1-1\"").status())
        .isEqualTo(412);
    assertThat(door.post("/v1/fs/cond?op=append", "y", "If-Match", tag).status()).isEqualTo(204);
    assertThat(door.post("/v1/fs/cond?op=truncate&size=0", "", "If-Match", tag).status())
        .isEqualTo(412);
    assertThat(door.post("/v1/fs/cond?op=move&to=/cond2", "", "If-Match", tag).status())
        .isEqualTo(412);
    assertThat(door.get("/v1/fs/cond").text()).isEqualTo("xy");
  }
}
