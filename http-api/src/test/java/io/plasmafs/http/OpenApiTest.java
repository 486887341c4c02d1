package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The description of the API and what is served are one. Beside this, every answer in the other
/// tests is held against the description, by [ApiCheck].
final class OpenApiTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  @Test
  void everyRouteIsDescribedAndNothingElse() {
    Set<String> described = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : ApiCheck.api().path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        described.add(
            operation.getKey().toUpperCase(Locale.ROOT)
                + " "
                + path.getKey()
                + " "
                + operation.getValue().path("operationId").asText());
      }
    }
    Set<String> served = new TreeSet<>();
    door.gateway
        .routes()
        .forEach(route ->
            served.add(
                route.method()
                    + " "
                    + route.template().replace("*}", "}")
                    + " "
                    + route.operation()));
    assertThat(described).isEqualTo(served);
  }

  @Test
  void describedParametersAreKnownAndOthersRefused() {
    door.client.mkdirs("/d");
    door.put("/v1/fs/d/f", "x");
    JsonNode read = ApiCheck.api().at("/paths/~1v1~1fs~1{path}/get/parameters");
    for (JsonNode parameter : read) {
      if (parameter.path("in").asText().equals("query")) {
        String name = parameter.path("name").asText();
        String value =
            switch (name) {
              case "archive" -> "=tar";
              case "limit" -> "=5";
              case "after" -> "=a";
              case "nofollow" -> "&stat";
              default -> "";
            };
        String target = name.equals("blocks") ? "/v1/fs/d/f" : "/v1/fs/d";
        assertThat(door.get(target + "?" + name + value).status()).as(name).isEqualTo(200);
      }
    }
    assertThat(door.get("/v1/fs/d?unknown").status()).isEqualTo(400);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    Matcher references =
        Pattern.compile("\"\\$ref\":\"#([^\"]+)\"").matcher(ApiCheck.api().toString());
    int count = 0;
    while (references.find()) {
      assertThat(ApiCheck.api().at(references.group(1)).isMissingNode())
          .as(references.group(1))
          .isFalse();
      count++;
    }
    assertThat(count).isPositive();
    assertThat(ApiCheck.api().path("openapi").asText()).startsWith("3.1");
  }

  @Test
  void theDocumentAndItsPageAreServed() {
    assertThat(door.get("/openapi.json").json()).isEqualTo(ApiCheck.api());
    assertThat(door.get("/").text()).contains("<script src=\"/openapi.js\">");
    assertThat(door.get("/").header("Content-Security-Policy")).contains("script-src 'self'");
    assertThat(door.get("/openapi.js").header("Content-Type")).startsWith("text/javascript");
    assertThat(door.get("/v1/fs/").header("Content-Security-Policy")).startsWith("sandbox");
  }
}
