package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.http.TestGateway.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Requests that no honest client sends: each is answered with a 4xx or by closing the connection,
/// changes nothing, and the server goes on.
final class HostileInputTest {
  private static TestGateway door;
  private long before;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
    door.put("/v1/fs/victim", "untouched");
  }

  @AfterAll
  static void close() {
    door.close();
  }

  @BeforeEach
  void remember() {
    before = door.client.statFilesystem().sequence();
  }

  @AfterEach
  void nothingHasChanged() {
    assertThat(door.client.statFilesystem().sequence()).isEqualTo(before);
    assertThat(door.get("/v1/fs/victim").text()).isEqualTo("untouched");
  }

  private static void assertRefused(String what, String answer) {
    boolean refused =
        answer.isEmpty()
            || answer.startsWith("closed")
            || answer.startsWith("HTTP/1.1 4")
            || answer.startsWith("HTTP/1.1 501");
    assertThat(refused).as(what + " → " + answer.lines().findFirst().orElse("")).isTrue();
  }

  @Test
  void traversalInEveryEncoding() {
    for (String target :
        List.of(
            "/v1/fs/a/../victim",
            "/v1/fs/../../etc/passwd",
            "/v1/fs/%2e%2e/victim",
            "/v1/fs/.%2E/victim",
            "/v1/fs/%252e%252e/victim",
            "/v1/fs/..%2fvictim",
            "/v1/fs/..%5cvictim",
            "/v1/fs/%c0%ae%c0%ae/victim",
            "/v1/fs/..;a=b/victim",
            "/v1/fs/..%00/victim",
            "/v1/fs/%2e%2e%2f%2e%2e%2fvictim",
            "/v1/fs//../victim",
            "/v1/fs/x%2F..%2Fvictim")) {
      String answer =
          door.raw(
              "DELETE " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertRefused(target, answer);
    }
  }

  @Test
  void headersThatAreHugeOrContradictEachOther() {
    String get = "GET /v1/fs/victim HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    String put = "PUT /v1/fs/new HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    assertRefused("huge header", door.raw(get + "X: " + "x".repeat(100_000) + "\r\n\r\n"));
    assertRefused("many headers", door.raw(get + "X: y\r\n".repeat(20_000) + "\r\n"));
    assertRefused("huge target", door.rawGet("/v1/fs/" + "a".repeat(100_000)));
    assertRefused(
        "two lengths", door.raw(put + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"));
    assertRefused(
        "length and chunks",
        door.raw(
            put + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"));
    assertRefused("negative length", door.raw(put + "Content-Length: -1\r\n\r\n"));
    assertRefused("no number", door.raw(put + "Content-Length: 1e3\r\n\r\n"));
    assertRefused(
        "unknown coding", door.raw(put + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"));
    assertRefused(
        "content coding", door.raw(put + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"));
    assertRefused("bad chunk", door.raw(put + "Transfer-Encoding: chunked\r\n\r\nxyz\r\nab\r\n"));
    assertRefused(
        "huge chunk",
        door.raw(put + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nab\r\n"));
    assertRefused("space before colon", door.raw(get + "Range : bytes=0-1\r\n\r\n"));
    assertRefused("folded header", door.raw(get + "X: a\r\n b\r\n\r\n"));
    assertRefused("no host", door.raw("GET /v1/fs/ HTTP/1.1\r\nConnection: close\r\n\r\n"));
    assertRefused(
        "two hosts", door.raw("GET /v1/fs/ HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"));
    assertRefused("no request", door.raw("\u0016\u0003\u0001\u0002\u0000\r\n\r\n"));
  }

  @Test
  void thousandsOfRangesAndTags() {
    StringBuilder ranges = new StringBuilder("bytes=");
    for (int i = 0; i < 1000; i++) {
      ranges.append(i == 0 ? "" : ",").append("0-").append(i);
    }
    assertThat(door.get("/v1/fs/victim", "Range", ranges.toString()).status()).isEqualTo(416);
    assertThat(door.get("/v1/fs/victim", "If-Match", "\"x\",".repeat(1000) + "\"y\"").status())
        .isEqualTo(400);
  }

  @Test
  void queriesThatMeanTwoThings() {
    for (String query :
        List.of(
            "?recursive&recursive",
            "?recursive=%",
            "?a=b",
            "?recursive&%00",
            "?recursive=%ff",
            "?recursive=yes",
            "?" + "x&".repeat(100))) {
      assertRefused(
          query,
          door.raw(
              "DELETE /v1/fs/victim"
                  + query
                  + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    }
    assertThat(door.post("/v1/tx?lease=99999999999999999999", "").status()).isEqualTo(400);
    assertThat(door.post("/v1/tx?lease=-1", "").status()).isEqualTo(400);
    assertThat(door.get("/v1/fs/?limit=0").status()).isEqualTo(400);
  }

  @Test
  void idsThatNobodyHasGiven() {
    for (String id : List.of("0", "../x", "%2e%2e", "a".repeat(5000), "%00", "'or'1'='1")) {
      assertRefused(id, door.rawGet("/v1/tx/" + id));
      assertRefused(id, door.rawGet("/v1/tx/" + id + "/fs/victim"));
      assertRefused(id, door.rawGet("/v1/uploads/" + id));
    }
  }

  @Test
  void formsThatAreNone() {
    String type = "multipart/form-data; boundary=b";
    for (String form :
        List.of(
            "",
            "--b",
            "--b\r\n\r\n",
            "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nX: " + "x".repeat(50_000) + "\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"../a\"\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--b--\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--c--\r\n")) {
      Answer answer = door.post("/v1/commit", form, "Content-Type", type);
      assertThat(answer.status()).as(form).isBetween(400, 499);
    }
    assertThat(door.post("/v1/commit", "x", "Content-Type", "multipart/form-data").status())
        .isEqualTo(400);
  }

  @Test
  void noise() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> methods = List.of("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS");
    List<String> pieces = new ArrayList<>(List.of("/", "v1", "fs", "tx", "commit", "%", "..", "?"));
    for (int i = 0; i < 300; i++) {
      StringBuilder target = new StringBuilder("/x");
      for (int p = random.nextInt(12); p > 0; p--) {
        target.append(
            random.nextInt(3) == 0
                ? String.valueOf((char) (33 + random.nextInt(220)))
                : pieces.get(random.nextInt(pieces.size())));
      }
      String method = methods.get(random.nextInt(methods.size()));
      String answer =
          door.raw(
              method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertRefused("seed " + seed + " " + method + " " + target, answer);
    }
  }
}
