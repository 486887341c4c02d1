package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plasmafs.http.cluster.ApiDescription;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Holds every answer that a test gets against the description of the API: its status must be
/// described, its type too, and objects must have the members that they are described with.
final class ApiCheck {
  private static final JsonNode API = read();

  private ApiCheck() {}

  private static JsonNode read() {
    try (InputStream in = ApiDescription.class.getResourceAsStream("openapi.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode api() {
    return API;
  }

  static void check(HttpRequest request, HttpResponse<byte[]> answer) {
    int status = answer.statusCode();
    String type = answer.headers().firstValue("Content-Type").orElse("");
    String what = request.method() + " " + request.uri() + " → " + status;
    if (status >= 400) {
      assertThat(type).as(what).isEqualTo("application/problem+json");
      if (answer.body().length > 0) {
        shape(what, parse(answer.body()), "Problem");
      }
      return;
    }
    Optional<JsonNode> operation = operation(request);
    if (operation.isEmpty()) {
      assertThat(request.method()).as(what).isEqualTo("OPTIONS");
      return;
    }
    JsonNode described = operation.get().path("responses").path(Integer.toString(status));
    assertThat(described.isMissingNode()).as(what + " is described").isFalse();
    JsonNode content = described.path("content");
    if (content.isMissingNode()) {
      assertThat(answer.body()).as(what).isEmpty();
    } else if (!content.has("*/*")) {
      String plain = type.replaceFirst(";.*", "");
      assertThat(content.has(plain)).as(what + " of type " + type).isTrue();
      String reference = content.path(plain).path("schema").path("$ref").asText();
      if (!reference.isEmpty()) {
        shape(what, parse(answer.body()), reference.replaceFirst(".*/", ""));
      }
    }
  }

  private static JsonNode parse(byte[] body) {
    try {
      return new ObjectMapper().readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void shape(String what, JsonNode object, String schema) {
    JsonNode described = API.path("components").path("schemas").path(schema);
    Set<String> names = new HashSet<>();
    object.fieldNames().forEachRemaining(names::add);
    Set<String> known = new HashSet<>();
    described.path("properties").fieldNames().forEachRemaining(known::add);
    if (!schema.equals("Problem")) {
      assertThat(known).as(what + ": members of " + schema).containsAll(names);
    }
    described
        .path("required")
        .forEach(name -> assertThat(names).as(what + ": " + schema).contains(name.asText()));
  }

  private static Optional<JsonNode> operation(HttpRequest request) {
    String path = request.uri().getRawPath();
    for (Map.Entry<String, JsonNode> one : API.path("paths").properties()) {
      String pattern =
          one.getKey()
              .replace("{path}", ".*")
              .replaceAll("\\{[a-z]+}", "[^/]+")
              .replace(".js", "\\.js");
      if (path.matches(pattern) || (path + "/").matches(pattern)) {
        return Optional.ofNullable(one.getValue().get(request.method().toLowerCase(Locale.ROOT)));
      }
    }
    return Optional.empty();
  }
}
