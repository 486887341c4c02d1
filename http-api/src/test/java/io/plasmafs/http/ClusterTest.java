package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.plasmafs.http.TestGateway.Answer;
import org.junit.jupiter.api.Test;

final class ClusterTest {

  @Test
  void tellsOfTheClusterAndOfItself() {
    try (TestGateway door = TestGateway.open()) {
      JsonNode cluster = door.get("/v1/cluster").json();
      assertThat(cluster.path("cluster").asText()).isEqualTo("test");
      assertThat(cluster.path("health").asText()).isEqualTo("ok");
      assertThat(cluster.path("datanodes")).hasSize(2);
      assertThat(cluster.path("space").path("bytes").asLong()).isEqualTo(128L << 20);
      assertThat(door.get("/v1/health/live").status()).isEqualTo(200);
      assertThat(door.get("/v1/health/ready").json().path("sequence").isNumber()).isTrue();

      door.cluster.stopNamenode();
      assertThat(door.get("/v1/health/live").status()).isEqualTo(200);
      Answer notReady = door.get("/v1/health/ready");
      assertThat(notReady.status()).isEqualTo(503);
      assertThat(notReady.header("Retry-After")).isNotEmpty();
      Answer unavailable = door.get("/v1/fs/");
      assertThat(unavailable.status()).isEqualTo(503);
      assertThat(unavailable.json().path("type").asText())
          .isEqualTo("urn:plasmafs:problem:eunavail");
    }
  }
}
