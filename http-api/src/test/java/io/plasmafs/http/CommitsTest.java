package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.http.TestGateway.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class CommitsTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static Answer commit(String json, String... headers) {
    return door.post("/v1/commit", json.replace('\'', '"'), headers);
  }

  @Test
  void allKindsOfOperationsInOneCommit() {
    door.client.mkdirs("/all/old/deep");
    door.put("/v1/fs/all/x", "moves");
    door.put("/v1/fs/all/gone", "goes");
    byte[] large = new byte[300_000];
    new Random(1).nextBytes(large);
    Answer upload = door.send("POST", "/v1/uploads", large);
    assertThat(upload.status()).isEqualTo(201);
    String id = upload.json().path("upload").asText();
    assertThat(door.get("/v1/uploads/" + id).json().path("size").asInt()).isEqualTo(300_000);

    Answer done =
        commit(
            "{'ops':[{'mkdir':'/all/d'},"
                + "{'put':'/all/d/a','inline':'aGVsbG8=','mode':'0600','type':'text/x-a'},"
                + "{'put':'/all/d/b','text':'häh?'},"
                + "{'put':'/all/d/big','upload':'"
                + id
                + "'},"
                + "{'move':'/all/x','to':'/all/d/y','noreplace':true},"
                + "{'copy':'/all/d/a','to':'/all/copied'},"
                + "{'delete':'/all/gone'},{'delete':'/all/old','recursive':true},"
                + "{'setattr':'/all/d/b','mode':'0640','xattrs':{'user.k':'v'}},"
                + "{'link':'/all/d/b','to':'/all/linked'},"
                + "{'symlink':'/all/soft','target':'d/a'}]}");
    assertThat(done.status()).as(done.text()).isEqualTo(200);
    long number = done.json().path("commit").asLong();
    JsonNode etags = done.json().path("etags");

    assertThat(door.get("/v1/fs/all/d/a").text()).isEqualTo("hello");
    assertThat(door.get("/v1/fs/all/d/a").header("Content-Type")).isEqualTo("text/x-a");
    for (String path : List.of("/all/d/a", "/all/d/b", "/all/d/big", "/all/copied")) {
      assertThat(door.get("/v1/fs" + path).etag()).as(path).isEqualTo(etags.path(path).asText());
    }
    assertThat(door.get("/v1/fs/all/d/big").bytes()).isEqualTo(large);
    assertThat(door.get("/v1/fs/all/d/y").text()).isEqualTo("moves");
    assertThat(door.get("/v1/fs/all/soft").text()).isEqualTo("hello");
    JsonNode stat = door.get("/v1/fs/all/linked?stat").json();
    assertThat(stat.path("mode").asText()).isEqualTo("0640");
    assertThat(stat.path("nlink").asInt()).isEqualTo(2);
    assertThat(stat.path("xattrs").path("user.k").asText()).isEqualTo("v");
    assertThat(stat.path("version").asLong()).isEqualTo(number);
    assertThat(door.get("/v1/fs/all/gone").status()).isEqualTo(404);
    assertThat(door.get("/v1/fs/all/old").status()).isEqualTo(404);
    assertThat(door.get("/v1/uploads/" + id).status()).isEqualTo(404);
  }

  @Test
  void whatFailsDoesNothingAndTellsWhere() {
    Answer refused =
        commit("{'ops':[{'put':'/none-1','text':'x'},{'mkdir':'/no/such'},{'mkdir':'/none-2'}]}");
    assertThat(refused.status()).isEqualTo(404);
    assertThat(refused.json().path("operation").asInt()).isEqualTo(1);
    assertThat(door.get("/v1/fs/none-1").status()).isEqualTo(404);
    assertThat(commit("{'ops':[{'move':'/circle','to':'/circle/in'}]}").status()).isEqualTo(404);
    door.client.mkdirs("/circle");
    assertThat(commit("{'ops':[{'move':'/circle','to':'/circle/in'}]}").status()).isEqualTo(409);
    assertThat(commit("{'ops':[{'copy':'/circle','to':'/circle/in'}]}").status()).isEqualTo(409);
  }

  @Test
  void requirementsAreCheckedByTheCommit() {
    String tag = door.put("/v1/fs/req", "1").etag();
    String quoted = tag.replace("\"", "\\\"");
    String json =
        "{'require':[{'path':'/req','etag':'"
            + quoted
            + "'},{'path':'/req-new','absent':true}],'ops':[{'put':'/req','text':'2'},"
            + "{'put':'/req-new','text':'n'}]}";
    assertThat(commit(json).status()).isEqualTo(200);
    Answer again = commit(json);
    assertThat(again.status()).isEqualTo(409);
    assertThat(again.json().path("conflicts")).hasSize(2);
    assertThat(door.get("/v1/fs/req").text()).isEqualTo("2");
    String entries = door.get("/v1/fs/").json().path("etag").asText().replace("\"", "\\\"");
    String ofEntries =
        "{'require':[{'path':'/','entries':'"
            + entries
            + "'}],'ops':[{'put':'/req-listed','text':'x'}]}";
    assertThat(commit(ofEntries).status()).isEqualTo(200);
    assertThat(commit(ofEntries).status()).isEqualTo(409);
  }

  @Test
  void aRepeatReturnsTheFirstAnswer() throws IOException {
    String json = "{'ops':[{'put':'/once','text':'x'},{'mkdir':'/once-d'}]}";
    Answer first = commit(json, "Idempotency-Key", "\"key-1\"");
    assertThat(first.status()).as(first.text()).isEqualTo(200);
    door.put("/v1/fs/once", "changed since");
    Answer second = commit(json, "Idempotency-Key", "key-1");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.json()).isEqualTo(first.json());
    assertThat(door.get("/v1/fs/once").text()).isEqualTo("changed since");

    Answer other = commit("{'ops':[]}", "Idempotency-Key", "key-1");
    assertThat(other.status()).isEqualTo(422);
    try (HttpGateway another = door.another()) {
      TestGateway there = door.at(another.port());
      Answer elsewhere =
          there.post("/v1/commit", json.replace('\'', '"'), "Idempotency-Key", "key-1");
      assertThat(elsewhere.json()).isEqualTo(first.json());
      assertThat(there.get("/v1/commit/by-key/key-1").json().path("state").asText())
          .isEqualTo("committed");
    }
    JsonNode told = door.get("/v1/commit/by-key/key-1").json();
    assertThat(told.path("commit")).isEqualTo(first.json().path("commit"));
    assertThat(door.get("/v1/commit/by-key/never").json().path("state").asText())
        .isEqualTo("unknown");
  }

  @Test
  void theSameSentManyTimesAtOnceIsDoneOnce() throws Exception {
    StringBuilder ops = new StringBuilder("{'ops':[{'mkdir':'/many'}");
    for (int i = 0; i < 300; i++) {
      ops.append(",{'put':'/many/f").append(i).append("','text':'").append(i).append("'}");
    }
    ops.append("]}");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(threads.submit(() -> commit(ops.toString(), "Idempotency-Key", "many")));
      }
      JsonNode first = answers.get(0).get().json();
      assertThat(first.path("etags")).hasSize(300);
      for (Future<Answer> answer : answers) {
        assertThat(answer.get().json()).isEqualTo(first);
      }
    }
  }

  @Test
  void aFormPublishesADirectory() {
    byte[] large = new byte[700_000];
    new Random(2).nextBytes(large);
    byte[] form =
        Form.start("b0")
            .file("index.html", "i.html", "text/html", "<h1>hi</h1>".getBytes(Form.UTF_8))
            .file("img/large.bin", "large.bin", "application/octet-stream", large)
            .text("note", "plain")
            .text("commit", "{\"require\":[{\"path\":\"/site\",\"absent\":true}]}")
            .bytes();
    String type = "multipart/form-data; boundary=b0";
    Answer done =
        door.send(
            "POST",
            "/v1/commit?to=/site&parents",
            form,
            "Content-Type",
            type,
            "Idempotency-Key",
            "form-1");
    assertThat(done.status()).as(done.text()).isEqualTo(200);
    assertThat(door.get("/v1/fs/site/index.html").text()).isEqualTo("<h1>hi</h1>");
    assertThat(door.get("/v1/fs/site/img/large.bin").bytes()).isEqualTo(large);
    assertThat(door.get("/v1/fs/site/note").text()).isEqualTo("plain");
    assertThat(door.get("/v1/fs/site/note").etag())
        .isEqualTo(done.json().path("etags").path("/site/note").asText());
    // Sent again, as programs do, with another boundary.
    byte[] again =
        Form.start("b1")
            .file("index.html", "i.html", "text/html", "<h1>hi</h1>".getBytes(Form.UTF_8))
            .file("img/large.bin", "large.bin", "application/octet-stream", large)
            .text("note", "plain")
            .text("commit", "{\"require\":[{\"path\":\"/site\",\"absent\":true}]}")
            .bytes();
    Answer repeated =
        door.send(
            "POST",
            "/v1/commit?to=/site&parents",
            again,
            "Content-Type",
            "multipart/form-data; boundary=b1",
            "Idempotency-Key",
            "form-1");
    assertThat(repeated.json()).isEqualTo(done.json());
    Answer refused = door.send("POST", "/v1/commit?to=/site", form, "Content-Type", type);
    assertThat(refused.status()).isEqualTo(409);
    byte[] cut = java.util.Arrays.copyOf(form, form.length - 200);
    assertThat(door.send("POST", "/v1/commit?to=/cut&parents", cut, "Content-Type", type).status())
        .isEqualTo(400);
    assertThat(door.get("/v1/fs/cut").status()).isEqualTo(404);
  }

  @Test
  void uploadsCanBeGivenUpAndAreNotSeen() {
    String id = door.post("/v1/uploads", "content").json().path("upload").asText();
    assertThat(door.get("/v1/fs/.plasma").status()).isEqualTo(404);
    assertThat(door.get("/v1/fs/.plasma/uploads/" + id).status()).isEqualTo(404);
    assertThat(door.get("/v1/fs/").text()).doesNotContain(".plasma");
    assertThat(door.delete("/v1/uploads/" + id).status()).isEqualTo(204);
    assertThat(door.delete("/v1/uploads/" + id).status()).isEqualTo(404);
    assertThat(commit("{'ops':[{'put':'/u','upload':'" + id + "'}]}").status()).isEqualTo(404);
    assertThat(commit("{'ops':[{'put':'/u','upload':'../../x'}]}").status()).isEqualTo(404);
    assertThat(commit("{'ops':[{'delete':'/.plasma','recursive':true}]}").status()).isEqualTo(404);
  }

  @Test
  void requestsThatMakeNoSenseAreRefused() {
    for (String json :
        List.of(
            "",
            "[]",
            "{",
            "{} {}",
            "{'ops':{}}",
            "{'ops':[1]}",
            "{'ops':[{}]}",
            "{'ops':[{'frob':'/a'}]}",
            "{'ops':[{'put':'/a'}]}",
            "{'ops':[{'put':'/a','text':'x','inline':'eA=='}]}",
            "{'ops':[{'put':'/a','inline':'%'}]}",
            "{'ops':[{'put':'/a','text':'x','mode':'9'}]}",
            "{'ops':[{'put':'/a','text':'x','mod':'0644'}]}",
            "{'ops':[{'put':'/a','text':'x'},{'put':'/a','text':'y'}]}",
            "{'ops':[{'put':'/../a','text':'x'}]}",
            "{'ops':[],'ops':[]}",
            "{'ops':[{'put':'/a','text':1e5}]}",
            "{'require':[{'path':'/a','etag':'no'}]}",
            "{'require':[{'path':'/a','version':" + "9".repeat(1_000_000) + "}]}",
            "{'ops':" + "[".repeat(100_000))) {
      Answer answer = commit(json);
      assertThat(answer.status()).as(json.substring(0, Math.min(99, json.length()))).isEqualTo(400);
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }
    assertThat(commit("{'ops':[" + "{},".repeat(40_000) + "{}]}").status()).isEqualTo(413);
    assertThat(commit("{'ops':[" + "{},".repeat(3_000_000) + "{}]}").status()).isEqualTo(413);
    assertThat(door.post("/v1/commit", "x", "Content-Type", "text/plain").status()).isEqualTo(415);
    assertThat(door.get("/v1/fs/a").status()).isEqualTo(404);
  }
}
