package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.http.TestGateway.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class TransactionsTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static String begin() {
    Answer opened = door.post("/v1/tx", "");
    assertThat(opened.status()).isEqualTo(201);
    assertThat(opened.json().path("leaseSeconds").asInt()).isEqualTo(60);
    return opened.header("Location");
  }

  @Test
  void nobodyElseSeesItBeforeItIsCommitted() {
    String tx = begin();
    assertThat(door.put(tx + "/fs/unseen/a?parents", "a").status()).isEqualTo(201);
    byte[] large = new byte[300_000];
    new Random(1).nextBytes(large);
    assertThat(door.send("PUT", tx + "/fs/unseen/b", large).status()).isEqualTo(201);

    assertThat(door.get(tx + "/fs/unseen/a").text()).isEqualTo("a");
    assertThat(door.get(tx + "/fs/unseen/b").bytes()).isEqualTo(large);
    assertThat(door.get(tx + "/fs/unseen").json().path("entries")).hasSize(2);
    assertThat(door.get("/v1/fs/unseen/a").status()).isEqualTo(404);

    JsonNode shown = door.get(tx).json();
    assertThat(shown.path("state").asText()).isEqualTo("open");
    assertThat(shown.path("bytes").asInt()).isEqualTo(300_001);
    Answer committed = door.post(tx + "/commit", "");
    assertThat(committed.status()).isEqualTo(200);
    long number = committed.json().path("commit").asLong();
    assertThat(number).isPositive();
    assertThat(door.get("/v1/fs/unseen/b").bytes()).isEqualTo(large);
    assertThat(door.get("/v1/fs/unseen/a").etag()).endsWith("-" + number + "\"");

    assertThat(door.post(tx + "/commit", "").json().path("commit").asLong()).isEqualTo(number);
    assertThat(door.get(tx).json().path("state").asText()).isEqualTo("committed");
    assertThat(door.put(tx + "/fs/late", "x").status()).isEqualTo(410);
    assertThat(door.delete(tx).status()).isEqualTo(409);
  }

  @Test
  void anAbortLeavesNothing() {
    String tx = begin();
    door.put(tx + "/fs/aborted", "x");
    assertThat(door.delete(tx).status()).isEqualTo(204);
    assertThat(door.delete(tx).status()).isEqualTo(204);
    assertThat(door.get("/v1/fs/aborted").status()).isEqualTo(404);
    assertThat(door.get(tx).json().path("state").asText()).isEqualTo("aborted");
    assertThat(door.post(tx + "/commit", "").status()).isEqualTo(410);
    assertThat(door.put("/v1/fs/aborted", "free").status()).isEqualTo(201);
  }

  @Test
  void whenTheLeaseEndsNothingIsLeft() throws Exception {
    String tx = door.post("/v1/tx?lease=1", "").header("Location");
    door.put(tx + "/fs/leased", "x");
    Instant end = Instant.now().plus(Duration.ofSeconds(30));
    while (door.get(tx).json().path("state").asText().equals("open")) {
      assertThat(Instant.now()).isBefore(end);
      Thread.sleep(100);
    }
    assertThat(door.get(tx).json().path("state").asText()).isEqualTo("expired");
    assertThat(door.post(tx + "/commit", "").status()).isEqualTo(410);
    assertThat(door.get("/v1/fs/leased").status()).isEqualTo(404);
    String other = begin();
    assertThat(door.post(other + "/renew?lease=300", "").json().path("leaseSeconds").asInt())
        .isEqualTo(300);
    assertThat(door.post(other + "/renew?lease=601", "").status()).isEqualTo(400);
    door.delete(other);
  }

  @Test
  void uploadsMayRunSideBySide() throws Exception {
    String tx = begin();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        int number = i;
        byte[] content = new byte[200_000 + i];
        new Random(i).nextBytes(content);
        answers.add(
            threads.submit(() -> door.send("PUT", tx + "/fs/side-" + number, content).status()));
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get()).isEqualTo(201);
      }
    }
    assertThat(door.post(tx + "/commit", "").status()).isEqualTo(200);
    for (int i = 0; i < 12; i++) {
      assertThat(door.get("/v1/fs/side-" + i).bytes()).hasSize(200_000 + i);
    }
  }

  @Test
  void conflictsTellWhatStoodInTheWay() {
    door.put("/v1/fs/contested", "x");
    String first = begin();
    String second = begin();
    assertThat(door.put(first + "/fs/contested", "1").status()).isEqualTo(204);
    Answer refused = door.put(second + "/fs/contested", "2");
    assertThat(refused.status()).isEqualTo(409);
    JsonNode conflict = refused.json().path("conflicts").get(0);
    assertThat(refused.json().path("type").asText()).isEqualTo("urn:plasmafs:problem:econflict");
    assertThat(conflict.path("path").asText()).contains("contested");
    assertThat(conflict.has("heldMillis")).isTrue();
    door.delete(first);
    door.delete(second);
  }

  @Test
  void aCommitCanRequireWhatItFinds() {
    String tag = door.put("/v1/fs/required", "x").etag();
    String tx = begin();
    door.put(tx + "/fs/depends", "y");
    door.put("/v1/fs/required", "changed");
    String require =
        "{\"require\":[{\"path\":\"/required\",\"etag\":\"" + tag.replace("\"", "\\\"") + "\"}]}";
    Answer refused = door.post(tx + "/commit", require);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().path("conflicts").get(0).path("path").asText()).contains("required");
    assertThat(door.get("/v1/fs/depends").status()).isEqualTo(404);
    assertThat(door.post(begin() + "/commit", "{\"require\":[{\"path\":\"/a\"}]}").status())
        .isEqualTo(400);
  }

  @Test
  void whatBrokeOffHasToBePutAgain() throws Exception {
    String tx = begin();
    try (Socket socket = new Socket("127.0.0.1", door.gateway.port())) {
      String head =
          "PUT "
              + tx
              + "/fs/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n"
              + "Expect: 100-continue\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      // The upload is under way, and the transaction knows of it.
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 100");
      socket.getOutputStream().write(new byte[400_000]);
      Answer early = door.post(tx + "/commit", "");
      assertThat(early.json().path("type").asText()).endsWith("in-use");
    }
    while (door.get(tx).json().path("requests").asInt() > 0) {
      Thread.sleep(10);
    }
    Answer refused = door.post(tx + "/commit", "");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().path("incomplete").get(0).asText()).isEqualTo("/broken");
    assertThat(door.put(tx + "/fs/broken", "whole".repeat(10_000)).status()).isLessThan(300);
    assertThat(door.post(tx + "/commit", "").status()).isEqualTo(200);
    assertThat(door.get("/v1/fs/broken").text()).startsWith("whole");
  }

  @Test
  void afterARestartOfTheGatewayTheClusterKnowsWhatWasCommitted() throws IOException {
    String committed = begin();
    door.put(committed + "/fs/survives", "x");
    long number = door.post(committed + "/commit", "").json().path("commit").asLong();
    String lost = begin();
    door.put(lost + "/fs/vanishes", "x");
    try (HttpGateway another = door.another()) {
      Answer known = door.at(another.port()).get(committed);
      assertThat(known.json().path("commit").asLong()).isEqualTo(number);
      assertThat(door.at(another.port()).get(lost).status()).isEqualTo(404);
    }
    door.delete(lost);
  }
}
