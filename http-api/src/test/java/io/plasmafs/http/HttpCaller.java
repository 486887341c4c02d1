package io.plasmafs.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Sends requests to a gateway, and reads problems as the failures of the filesystem that they
/// tell. Every answer is held against the description of the API.
final class HttpCaller {
  /// No body.
  static final byte[] NOTHING = new byte[0];

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROBLEMS = "urn:plasmafs:problem:";
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  /// A condition in the headers does not hold.
  static final class ConditionFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ConditionFailed(String detail) {
      super(detail);
    }
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final int port;

  HttpCaller(int port) {
    this.port = port;
  }

  static ObjectNode object() {
    return JSON.createObjectNode();
  }

  static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  /// A path as it stands in a URL, without a slash at its begin.
  static String encode(FsPath path) {
    StringBuilder out = new StringBuilder();
    for (Name name : path.names()) {
      out.append(out.isEmpty() ? "" : "/").append(encode(name.bytes()));
    }
    return out.toString();
  }

  static String encode(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      out.append(
          UNRESERVED.indexOf(b) >= 0 ? String.valueOf((char) b) : String.format("%%%02X", b));
    }
    return out.toString();
  }

  /// The name that a segment of a URL spells.
  static Name decode(String segment) {
    byte[] text = segment.getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[text.length];
    int length = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] == '%') {
        bytes[length++] = (byte) Integer.parseInt(segment.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        bytes[length++] = text[i];
      }
    }
    return Name.of(java.util.Arrays.copyOf(bytes, length));
  }

  private HttpRequest request(String method, String url, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + url))
            .method(
                method,
                body.length == 0 && !method.equals("PUT")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, BodyHandler<T> handler) {
    try {
      return client.send(request, handler);
    } catch (IOException e) {
      throw new UncheckedIOException(request.method() + " " + request.uri(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<byte[]> answer(String method, String url, byte[] body, String... headers) {
    HttpRequest request = request(method, url, body, headers);
    HttpResponse<byte[]> answer = exchange(request, BodyHandlers.ofByteArray());
    ApiCheck.check(request, answer);
    return answer;
  }

  /// Sends a request that must succeed.
  byte[] send(String method, String url, byte[] body, String... headers) {
    HttpResponse<byte[]> answer = answer(method, url, body, headers);
    if (answer.statusCode() >= 300) {
      throw failure(answer.statusCode(), answer.body());
    }
    return answer.body();
  }

  void send(String method, String url) {
    byte[] unused = send(method, url, NOTHING);
  }

  /// Sends a request, whatever comes of it.
  void sendAnyway(String method, String url) {
    Object unused = answer(method, url, NOTHING);
  }

  byte[] bytes(String method, String url, String... headers) {
    return send(method, url, NOTHING, headers);
  }

  String text(String method, String url, String... headers) {
    return new String(send(method, url, NOTHING, headers), StandardCharsets.UTF_8);
  }

  JsonNode json(String method, String url, byte[] body) {
    return parse(new String(send(method, url, body), StandardCharsets.UTF_8));
  }

  /// One range of a file; absent if it is behind the end.
  Optional<byte[]> range(String url, String range) {
    HttpResponse<byte[]> answer = answer("GET", url, NOTHING, "Range", range);
    return switch (answer.statusCode()) {
      case 206 -> Optional.of(answer.body());
      case 416 -> Optional.empty();
      default -> throw failure(answer.statusCode(), answer.body());
    };
  }

  /// A body that is taken bit by bit; to be closed.
  InputStream stream(String method, String url, String... headers) {
    HttpResponse<InputStream> answer =
        exchange(request(method, url, NOTHING, headers), BodyHandlers.ofInputStream());
    if (answer.statusCode() >= 300) {
      try (InputStream body = answer.body()) {
        throw failure(answer.statusCode(), body.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return answer.body();
  }

  /// The failure that a problem tells of.
  private static RuntimeException failure(int status, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    JsonNode problem = parse(text);
    String type = problem.path("type").asText();
    if (!type.startsWith(PROBLEMS)) {
      throw new AssertionError(status + " " + text);
    }
    String detail = problem.path("detail").asText();
    return switch (type.substring(PROBLEMS.length())) {
      case "precondition-failed" -> new ConditionFailed(detail);
      case "bad-request" -> new FsException(FsStatus.EINVAL, detail);
      case "not-acceptable" -> new FsException(FsStatus.EISDIR, detail);
      case "transaction-ended" -> new FsException(FsStatus.ENOTRANS, detail);
      default -> status == 412 ? new ConditionFailed(detail) : named(type, detail, problem);
    };
  }

  private static FsException named(String type, String detail, JsonNode problem) {
    List<Conflict> conflicts = new ArrayList<>();
    for (JsonNode one : problem.path("conflicts")) {
      conflicts.add(
          new Conflict(
              Conflict.Kind.valueOf(one.path("kind").asText().toUpperCase(Locale.ROOT)),
              new InodeId(one.path("inode").asLong()),
              FsPath.of(one.path("path").asText()),
              one.path("expected").asLong(),
              one.path("found").asLong(),
              one.path("user").asText(),
              one.path("heldMillis").asLong(-1)));
    }
    String name = type.substring(PROBLEMS.length()).toUpperCase(Locale.ROOT);
    return new FsException(FsStatus.valueOf(name), detail, conflicts);
  }
}
