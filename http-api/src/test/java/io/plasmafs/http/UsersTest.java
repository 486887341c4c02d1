package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Gateways of several users in front of one cluster: what they keep for themselves is in one
/// place, and in nobody's way.
final class UsersTest {
  private static final Principal ROOT = new Principal("root", "root", Set.of());
  private static final Principal ALICE = new Principal("alice", "staff", Set.of());
  private static final Principal BOB = new Principal("bob", "staff", Set.of());

  private static byte[] json(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static String upload(HttpCaller user, String content) {
    return user.json("POST", "/v1/uploads", content.getBytes(StandardCharsets.UTF_8))
        .path("upload")
        .asText();
  }

  private static JsonNode publish(HttpCaller user, String path, String upload) {
    byte[] commit = json("{'ops':[{'put':'" + path + "','upload':'" + upload + "'}]}");
    byte[] answer = user.send("POST", "/v1/commit", commit, "Idempotency-Key", upload);
    return HttpCaller.parse(new String(answer, StandardCharsets.UTF_8));
  }

  @Test
  void uploadsAndKeysAreEachUsersOwn() {
    try (GatewaysOfUsers gateways = new GatewaysOfUsers()) {
      HttpCaller root = gateways.caller(ROOT);
      root.send("POST", "/v1/fs/shared?op=mkdir&mode=777");
      String ofRoot = upload(root, "of root");
      JsonNode first = publish(root, "/shared/root", ofRoot);

      HttpCaller alice = gateways.caller(ALICE);
      byte[] commit = json("{'ops':[{'put':'/shared/key','text':'of alice'}]}");
      alice.send("POST", "/v1/commit", commit, "Idempotency-Key", ofRoot);
      assertThat(alice.text("GET", "/v1/fs/shared/key")).isEqualTo("of alice");
      JsonNode second = publish(alice, "/shared/alice", upload(alice, "of alice"));
      assertThat(second.path("commit").asLong()).isGreaterThan(first.path("commit").asLong());
      assertThat(alice.text("GET", "/v1/fs/shared/alice")).isEqualTo("of alice");

      HttpCaller bob = gateways.caller(BOB);
      String ofAlice = upload(alice, "not for bob");
      assertThatThrownBy(() -> publish(bob, "/shared/bob", ofAlice))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isIn(FsStatus.EPERM, FsStatus.EACCES));
      assertThatThrownBy(() -> bob.send("DELETE", "/v1/uploads/" + ofAlice))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isIn(FsStatus.EPERM, FsStatus.EACCES));
      assertThat(publish(alice, "/shared/second", ofAlice).path("commit").asLong())
          .isGreaterThan(0);
    }
  }
}
