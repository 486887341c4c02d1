package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.http.TestGateway.Answer;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class FilesTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  void putCreatesAndThenReplaces() {
    Answer created = door.put("/v1/fs/note.txt", "one");
    assertThat(created.status()).isEqualTo(201);
    Answer first = door.get("/v1/fs/note.txt");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.text()).isEqualTo("one");
    assertThat(first.etag()).isEqualTo(created.etag()).startsWith("\"");
    assertThat(first.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(first.header("X-Content-Type-Options")).isEqualTo("nosniff");
    Answer replaced = door.put("/v1/fs/note.txt", "two");
    assertThat(replaced.status()).isEqualTo(204);
    assertThat(replaced.etag()).isNotEqualTo(created.etag());
    Answer second = door.get("/v1/fs/note.txt");
    assertThat(second.text()).isEqualTo("two");
    assertThat(second.etag()).isEqualTo(replaced.etag());
  }

  @Test
  void anEmptyFilePutTwiceKeepsATrueEntityTag() {
    door.put("/v1/fs/empty", "");
    Answer again = door.put("/v1/fs/empty", "");
    assertThat(again.status()).isEqualTo(204);
    assertThat(door.get("/v1/fs/empty").etag()).isEqualTo(again.etag()).isNotEmpty();
    assertThat(door.get("/v1/fs/empty").header("Content-Length")).isEqualTo("0");
  }

  @Test
  void largeFilesAreStreamedWithAndWithoutLength() throws Exception {
    byte[] content = random(5_000_001, 1);
    Answer put = door.send("PUT", "/v1/fs/large.bin", content);
    assertThat(put.status()).isEqualTo(201);
    Answer got = door.get("/v1/fs/large.bin");
    assertThat(got.bytes()).isEqualTo(content);
    assertThat(got.etag()).isEqualTo(put.etag());
    HttpRequest chunked =
        HttpRequest.newBuilder(door.uri("/v1/fs/chunked.bin"))
            .PUT(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content)))
            .build();
    assertThat(door.send(chunked).status()).isEqualTo(201);
    assertThat(door.client.readAll("/chunked.bin")).isEqualTo(content);
  }

  @Test
  void headTellsWhatGetWould() {
    door.put("/v1/fs/head.txt", "0123456789");
    Answer head = door.send("HEAD", "/v1/fs/head.txt", "");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("Content-Length")).isEqualTo("10");
    assertThat(head.bytes()).isEmpty();
    assertThat(head.etag()).isEqualTo(door.get("/v1/fs/head.txt").etag());
  }

  @Test
  void rangesOfAllForms() {
    byte[] content = random(300_000, 2);
    door.send("PUT", "/v1/fs/ranges", content);
    assertRange(content, "bytes=0-0", 0, 1);
    assertRange(content, "bytes=100000-", 100_000, 200_000);
    assertRange(content, "bytes=-3", 299_997, 3);
    assertRange(content, "bytes=65530-65550", 65_530, 21);
    assertRange(content, "bytes=299999-400000", 299_999, 1);
    assertRange(content, "bytes=-999999", 0, 300_000);
    Answer beyond = door.get("/v1/fs/ranges", "Range", "bytes=300000-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("Content-Range")).isEqualTo("bytes */300000");
    for (String ignored : List.of("bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=", "bytes=--1")) {
      assertThat(door.get("/v1/fs/ranges", "Range", ignored).status()).as(ignored).isEqualTo(200);
    }
  }

  private static void assertRange(byte[] content, String range, int first, int length) {
    Answer answer = door.get("/v1/fs/ranges", "Range", range);
    assertThat(answer.status()).as(range).isEqualTo(206);
    assertThat(answer.header("Content-Range"))
        .isEqualTo("bytes " + first + "-" + (first + length - 1) + "/" + content.length);
    assertThat(answer.bytes())
        .isEqualTo(java.util.Arrays.copyOfRange(content, first, first + length));
  }

  @Test
  void severalRangesComeAsParts() {
    door.put("/v1/fs/parts.txt", "0123456789");
    Answer answer = door.get("/v1/fs/parts.txt", "Range", "bytes=0-1, 4-5, -1");
    assertThat(answer.status()).isEqualTo(206);
    String type = answer.header("Content-Type");
    assertThat(type).startsWith("multipart/byteranges; boundary=");
    String boundary = type.substring(type.indexOf('=') + 1);
    String part = "\r\n--" + boundary + "\r\nContent-Type: text/plain; charset=utf-8\r\n";
    assertThat(answer.text())
        .isEqualTo(
            part
                + "Content-Range: bytes 0-1/10\r\n\r\n01"
                + part
                + "Content-Range: bytes 4-5/10\r\n\r\n45"
                + part
                + "Content-Range: bytes 9-9/10\r\n\r\n9"
                + "\r\n--"
                + boundary
                + "--\r\n");
    assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(answer.bytes().length));
    assertThat(door.get("/v1/fs/parts.txt", "Range", "bytes=0-4,3-6,7-7").header("Content-Range"))
        .isEqualTo("bytes 0-7/10");
  }

  @Test
  void ifRangeDecidesBetweenPartAndWhole() {
    String tag = door.put("/v1/fs/ifrange", "0123456789").etag();
    assertThat(door.get("/v1/fs/ifrange", "Range", "bytes=1-2", "If-Range", tag).status())
        .isEqualTo(206);
    assertThat(door.get("/v1/fs/ifrange", "Range", "bytes=1-2", "If-Range", "\"x\"").status())
        .isEqualTo(200);
    assertThat(door.get("/v1/fs/ifrange", "Range", "bytes=1-2", "If-Range", "W/" + tag).status())
        .isEqualTo(200);
  }

  @Test
  void conditionsOfReads() {
    String tag = door.put("/v1/fs/read", "x").etag();
    String date = door.get("/v1/fs/read").header("Last-Modified");
    assertThat(door.get("/v1/fs/read", "If-None-Match", tag).status()).isEqualTo(304);
    assertThat(door.get("/v1/fs/read", "If-None-Match", "W/" + tag).status()).isEqualTo(304);
    assertThat(door.get("/v1/fs/read", "If-None-Match", "\"y\", " + tag).status()).isEqualTo(304);
    assertThat(door.get("/v1/fs/read", "If-None-Match", "\"y\"").status()).isEqualTo(200);
    assertThat(door.get("/v1/fs/read", "If-Modified-Since", date).status()).isEqualTo(304);
    assertThat(door.get("/v1/fs/read", "If-Match", "\"y\"").status()).isEqualTo(412);
    assertThat(
            door.get("/v1/fs/read", "If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")
                .status())
        .isEqualTo(412);
    assertThat(door.get("/v1/fs/read", "If-Match", "no tag").status()).isEqualTo(400);
  }

  @Test
  void conditionsOfWrites() {
    assertThat(door.put("/v1/fs/w", "1", "If-Match", "*").status()).isEqualTo(412);
    Answer created = door.put("/v1/fs/w", "1", "If-None-Match", "*");
    assertThat(created.status()).isEqualTo(201);
    assertThat(door.put("/v1/fs/w", "2", "If-None-Match", "*").status()).isEqualTo(412);
    Answer second = door.put("/v1/fs/w", "2", "If-Match", created.etag());
    assertThat(second.status()).isEqualTo(204);
    Answer stale = door.put("/v1/fs/w", "3", "If-Match", created.etag());
    assertThat(stale.status()).isEqualTo(412);
    assertThat(stale.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(stale.header("ETag")).isEqualTo(second.etag());
    assertThat(stale.json().path("status").asInt()).isEqualTo(412);
    assertThat(door.delete("/v1/fs/w", "If-Match", created.etag()).status()).isEqualTo(412);
    assertThat(door.get("/v1/fs/w").text()).isEqualTo("2");
    assertThat(door.delete("/v1/fs/w", "If-Match", second.etag()).status()).isEqualTo(204);
    assertThat(door.get("/v1/fs/w").status()).isEqualTo(404);
  }

  @Test
  void ofWritersWithTheSameConditionOneWins() throws Exception {
    for (int size : List.of(5, 200_000)) {
      String path = "/v1/fs/race" + size;
      String tag = door.put(path, "start").etag();
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Integer>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          byte[] content = random(size, i);
          answers.add(
              threads.submit(() -> door.send("PUT", path, content, "If-Match", tag).status()));
        }
        int won = 0;
        for (Future<Integer> answer : answers) {
          int status = answer.get();
          assertThat(status).isIn(204, 409, 412);
          won += status == 204 ? 1 : 0;
        }
        assertThat(won).as("writers that won").isEqualTo(1);
      }
    }
  }

  @Test
  void aBodyThatBreaksOffLeavesTheOldContent() throws IOException {
    door.put("/v1/fs/old", "old");
    try (Socket socket = new Socket("127.0.0.1", door.gateway.port())) {
      socket
          .getOutputStream()
          .write(
              ("PUT /v1/fs/old HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
                      + "x".repeat(500_000))
                  .getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(door.get("/v1/fs/old").text()).isEqualTo("old");
    // Once the server has noticed, the file can be written again.
    assertThat(door.put("/v1/fs/old", "new").status()).isEqualTo(204);
  }

  @Test
  void listingsArePaged() {
    door.client.mkdirs("/list");
    for (int i = 0; i < 25; i++) {
      door.client.write("/list/f" + (char) ('a' + i), new byte[i]);
    }
    List<String> names = new ArrayList<>();
    String next = "/v1/fs/list?limit=10";
    int pages = 0;
    while (!next.isEmpty()) {
      Answer page = door.get(next);
      assertThat(page.status()).isEqualTo(200);
      page.json().path("entries").forEach(entry -> names.add(entry.path("name").asText()));
      next = page.json().path("next").asText("");
      pages++;
    }
    assertThat(pages).isEqualTo(3);
    assertThat(names).hasSize(25).isSorted().startsWith("fa").endsWith("fy");
    JsonNode entry = door.get("/v1/fs/list/").json().path("entries").get(3);
    assertThat(entry.path("size").asInt()).isEqualTo(3);
    assertThat(entry.path("type").asText()).isEqualTo("regular");
    assertThat(door.get("/v1/fs" + entry.path("path").asText()).etag())
        .isEqualTo(entry.path("etag").asText());
    Answer lines = door.get("/v1/fs/list", "Accept", "application/x-ndjson");
    assertThat(lines.text().lines()).hasSize(25);
    assertThat(door.get("/v1/fs/list", "Accept", "image/png").status()).isEqualTo(406);
  }

  @Test
  void whatIsKnownAboutAFile() {
    door.put("/v1/fs/known", "x", "Content-Type", "text/x-thing");
    door.client.setXattr("/known", "user.note", new byte[] {(byte) 0xff});
    JsonNode stat = door.get("/v1/fs/known?stat").json();
    assertThat(stat.path("mode").asText()).isEqualTo("0644");
    assertThat(stat.path("xattrs").path("user.mime_type").asText()).isEqualTo("text/x-thing");
    assertThat(stat.path("xattrs").path("user.note").path("base64").asText()).isEqualTo("/w==");
    assertThat(door.get("/v1/fs/known").header("Content-Type")).isEqualTo("text/x-thing");
    door.send("PUT", "/v1/fs/blocks", random(200_000, 3));
    JsonNode blocks = door.get("/v1/fs/blocks?blocks").json();
    assertThat(blocks.path("extents").get(0).path("replicas")).hasSize(2);
  }

  @Test
  void digestsAreGivenAndVerified() {
    door.put("/v1/fs/digest", "hello");
    String digest = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";
    assertThat(
            door.get("/v1/fs/digest", "Want-Repr-Digest", "sha-256=1, md5=9").header("Repr-Digest"))
        .isEqualTo(digest);
    assertThat(door.put("/v1/fs/digest", "hello", "Repr-Digest", digest).status()).isEqualTo(204);
    assertThat(door.put("/v1/fs/digest", "jello", "Repr-Digest", digest).status()).isEqualTo(400);
    String wrong = "x".repeat(100_000);
    assertThat(door.put("/v1/fs/digest", wrong, "Repr-Digest", digest).status()).isEqualTo(400);
    assertThat(door.get("/v1/fs/digest").text()).isEqualTo("hello");
  }

  @Test
  void deletesTakeDirectoriesOnlyWhenTold() {
    door.client.mkdirs("/d/e");
    assertThat(door.delete("/v1/fs/d").status()).isEqualTo(409);
    assertThat(door.delete("/v1/fs/d?recursiv").status()).isEqualTo(400);
    assertThat(door.delete("/v1/fs/d/e").status()).isEqualTo(204);
    door.client.mkdirs("/d/e/f");
    assertThat(door.delete("/v1/fs/d?recursive").status()).isEqualTo(204);
    assertThat(door.get("/v1/fs/d").status()).isEqualTo(404);
    assertThat(door.delete("/v1/fs/?recursive").status()).isEqualTo(403);
  }

  @Test
  void anyNameThatTheFilesystemHoldsCanBeSpelled() {
    List<String> spelled =
        List.of("100%25", "a%5Cb", "tab%09", "line%0Abreak", "%FF%FE", "%2541", "q%3Fmark", "a+b");
    for (String name : spelled) {
      assertThat(door.put("/v1/fs/names/" + name + "?parents", name).status())
          .as(name)
          .isEqualTo(201);
      assertThat(door.get("/v1/fs/names/" + name).text()).as(name).isEqualTo(name);
    }
    assertThat(door.client.readAll("/names/%41"))
        .isEqualTo("%2541".getBytes(StandardCharsets.UTF_8));
    Name bytes = Name.of(new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(door.client.lstat(FsPath.of("names").resolve(bytes)).size()).isEqualTo(6);
    door.get("/v1/fs/names")
        .json()
        .path("entries")
        .forEach(entry ->
            assertThat(door.get("/v1/fs" + entry.path("path").asText()).status()).isEqualTo(200));
  }

  @Test
  void namesThatCouldMeanTwoPlacesAreRefused() {
    door.put("/v1/fs/secret", "s");
    door.client.mkdirs("/inner");
    for (String target :
        List.of(
            "/v1/fs/inner%2F..%2Fsecret",
            "/v1/fs/inner/%2e%2e/secret",
            "/v1/fs/inner/%2e./secret",
            "/v1/fs/inner/..;/secret",
            "/v1/fs/secret%00",
            "/v1/fs/secret%",
            "/v1/fs/secret%4",
            "/v1/fs/secret%zz",
            "/v1/fs/" + "n".repeat(256))) {
      assertThat(door.rawGet(target)).as(target).startsWith("HTTP/1.1 4");
    }
  }

  @Test
  void onlyItsOwnNamesAreServed() {
    assertThat(door.raw("GET /v1/fs/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 421");
    assertThat(door.put("/v1/fs/csrf", "x", "Origin", "http://evil.example").status())
        .isEqualTo(403);
    assertThat(door.put("/v1/fs/csrf", "x", "Sec-Fetch-Site", "cross-site").status())
        .isEqualTo(403);
    assertThat(door.get("/v1/fs/csrf").status()).isEqualTo(404);
    assertThat(door.get("/v1/fs/").header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void whatIsNotServedIsTold() {
    Answer none = door.get("/v2/nothing");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.header("Content-Type")).isEqualTo("application/problem+json");
    Answer method = door.send("BREW", "/v1/fs/x", "");
    assertThat(method.status()).isEqualTo(405);
    assertThat(method.header("Allow")).contains("GET").contains("PUT");
    Answer missing = door.get("/v1/fs/missing");
    assertThat(missing.json().path("type").asText()).isEqualTo("urn:plasmafs:problem:enoent");
    assertThat(missing.json().path("detail").asText()).contains("/missing");
  }

  @Test
  void http2WithPriorKnowledgeAndByUpgrade() throws Exception {
    door.put("/v1/fs/two", "2");
    HttpClient two = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    var answer =
        two.send(HttpRequest.newBuilder(door.uri("/v1/fs/two")).build(), BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.body()).isEqualTo("2");
    byte[] content = random(3_000_000, 4);
    var put =
        two.send(
            HttpRequest.newBuilder(door.uri("/v1/fs/two.bin"))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
                .build(),
            BodyHandlers.ofString());
    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(door.get("/v1/fs/two.bin").bytes()).isEqualTo(content);
  }
}
