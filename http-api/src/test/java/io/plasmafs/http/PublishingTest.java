package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.http.TestGateway.Answer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// Many files, one after the other version, while somebody reads: never a mix, and what is repeated
/// after a crash is there once.
final class PublishingTest {
  private static final int FILES = 5000;
  private static final int READ_AT_ONCE = 20;

  /// Files `/site/f0`, `f1`, ... and `/site/manifest`, each containing the version.
  private static String release(int version) {
    StringBuilder json = new StringBuilder("{\"ops\":[{\"mkdir\":\"/site\",\"parents\":true}");
    String content =
        Base64.getEncoder()
            .encodeToString(Integer.toString(version).getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i <= FILES; i++) {
      json.append(",{\"put\":\"/site/")
          .append(i == FILES ? "manifest" : "f" + i)
          .append("\",\"inline\":\"")
          .append(content)
          .append("\"}");
    }
    return json.append("]}").toString();
  }

  @Test
  void aReaderNeverSeesAMix() throws Exception {
    try (TestGateway door = TestGateway.open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(door.post("/v1/commit", release(0)).status()).isEqualTo(200);
      AtomicBoolean over = new AtomicBoolean();
      Future<Integer> reader = threads.submit(() -> readUntil(door, over));
      for (int version = 1; version <= 3; version++) {
        Answer done =
            door.post("/v1/commit", release(version), "Idempotency-Key", "release-" + version);
        assertThat(done.status()).as(done.text()).isEqualTo(200);
        assertThat(done.json().path("etags")).hasSize(FILES + 1);
      }
      over.set(true);
      assertThat(reader.get()).as("rounds of the reader").isPositive();
      assertThat(door.get("/v1/fs/site/f4999").text()).isEqualTo("3");
    }
  }

  /// Reads the manifest, some files, and the manifest again: if it is the same, so are they.
  private static int readUntil(TestGateway door, AtomicBoolean over) {
    Random random = new Random(7);
    int rounds = 0;
    while (!over.get() || rounds == 0) {
      Answer manifest = door.get("/v1/fs/site/manifest");
      List<String> contents = new ArrayList<>();
      for (int i = 0; i < READ_AT_ONCE; i++) {
        contents.add(door.get("/v1/fs/site/f" + random.nextInt(FILES)).text());
      }
      if (door.get("/v1/fs/site/manifest").etag().equals(manifest.etag())) {
        assertThat(contents).containsOnly(manifest.text());
        rounds++;
      }
      // Whatever was read later is never older.
      int last = Integer.parseInt(manifest.text());
      for (String content : contents) {
        assertThat(Integer.parseInt(content)).isGreaterThanOrEqualTo(last);
        last = Integer.parseInt(content);
      }
    }
    return rounds;
  }

  @Test
  void whateverIsKilledAndRepeatedIsThereOnce() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (TestGateway door = TestGateway.open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(door.post("/v1/commit", release(0)).status()).isEqualTo(200);
      for (int version = 1; version <= 4; version++) {
        String json = release(version);
        String key = "release-" + version;
        Future<Integer> first =
            threads.submit(() -> {
              try {
                return door.post("/v1/commit", json, "Idempotency-Key", key).status();
              } catch (RuntimeException e) {
                return 0;
              }
            });
        Thread.sleep(random.nextInt(700));
        if (version % 2 == 0) {
          door.kill();
        } else {
          door.cluster.stopNamenode();
          door.cluster.startNamenode();
        }
        int unused = first.get();
        Answer repeated = repeat(door, json, key);
        assertThat(repeated.status()).as("seed %d: %s", seed, repeated.text()).isEqualTo(200);
        Answer again = door.post("/v1/commit", json, "Idempotency-Key", key);
        assertThat(again.json()).as("seed %d", seed).isEqualTo(repeated.json());
        long commit = repeated.json().path("commit").asLong();
        for (String path : List.of("/site/manifest", "/site/f0", "/site/f4999")) {
          Answer file = door.get("/v1/fs" + path);
          assertThat(file.text()).isEqualTo(Integer.toString(version));
          assertThat(file.etag())
              .as("seed %d: written by the one commit", seed)
              .isEqualTo(repeated.json().path("etags").path(path).asText())
              .endsWith("-" + commit + "\"");
        }
      }
    }
  }

  private static Answer repeat(TestGateway door, String json, String key)
      throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      Answer answer = door.post("/v1/commit", json, "Idempotency-Key", key);
      if (answer.status() == 200 || attempt == 30) {
        return answer;
      }
      Thread.sleep(500);
    }
  }
}
