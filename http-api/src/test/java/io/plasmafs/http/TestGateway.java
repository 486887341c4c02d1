package io.plasmafs.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.testkit.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

/// A cluster and an HTTP gateway in front of it, for the tests of this module.
final class TestGateway implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  final TestCluster cluster;
  final PlasmaClient client;
  HttpGateway gateway;
  private final int other;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestGateway(TestCluster cluster) throws IOException {
    this.other = 0;
    this.cluster = cluster;
    this.client = cluster.connect();
    this.gateway = start(cluster, 0);
  }

  private TestGateway(TestGateway door, int port) {
    this.other = port;
    this.cluster = door.cluster;
    this.client = door.client;
    this.gateway = door.gateway;
  }

  static TestGateway open() {
    return open(TestCluster.options());
  }

  static TestGateway open(TestCluster.Options options) {
    try {
      return new TestGateway(options.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpGateway start(TestCluster cluster, int port) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("cluster", "test");
    properties.setProperty("namenodes", cluster.namenodes());
    properties.setProperty("listen", "127.0.0.1:" + port);
    properties.setProperty("drain-seconds", "2");
    properties.setProperty("patience-seconds", "5");
    return HttpGateway.start(HttpGatewayConfig.of(properties));
  }

  /// Another gateway in front of the same cluster.
  HttpGateway another() throws IOException {
    return start(cluster, 0);
  }

  /// Ends the gateway and starts another one at the same port.
  void restart() throws IOException {
    int port = gateway.port();
    gateway.close();
    gateway = start(cluster, port);
  }

  /// Ends the gateway as a crash would, without letting requests end, and starts another one.
  void kill() throws IOException {
    int port = gateway.port();
    gateway.kill();
    gateway = start(cluster, port);
  }

  /// The same, but requests go to a gateway at another port.
  TestGateway at(int port) {
    return new TestGateway(this, port);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + (other == 0 ? gateway.port() : other) + path);
  }

  /// A request with a body of text, or none if it is empty.
  Answer send(String method, String path, String body, String... headers) {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer send(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(
                method,
                body.length == 0 && !method.equals("PUT")
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofByteArray(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return send(request.build());
  }

  Answer send(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      ApiCheck.check(request, response);
      return new Answer(response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Answer put(String path, String body, String... headers) {
    return send("PUT", path, body, headers);
  }

  Answer post(String path, String body, String... headers) {
    return send("POST", path, body, headers);
  }

  Answer delete(String path, String... headers) {
    return send("DELETE", path, "", headers);
  }

  /// Sends bytes as they are, and returns all that comes back until the connection is closed.
  String raw(String bytes) {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      in.transferTo(all);
      return all.toString(StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "closed: " + e.getMessage();
    }
  }

  /// A request line and nothing else worth mentioning.
  String rawGet(String target) {
    return raw("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Override
  public void close() {
    gateway.close();
    client.close();
    cluster.close();
  }

  /// An answer, easier to look at.
  record Answer(HttpResponse<byte[]> response) {
    int status() {
      return response.statusCode();
    }

    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
      return response.body();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String etag() {
      return header("ETag");
    }

    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(text(), e);
      }
    }
  }
}
