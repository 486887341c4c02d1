package io.plasmafs.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Small files, which are answered without a thread that waits, among requests that are not.
final class PromptReadsTest {
  private static TestGateway door;

  @BeforeAll
  static void open() {
    door = TestGateway.open();
  }

  @AfterAll
  static void close() {
    door.close();
  }

  private static String request(String method, String path, String... headers) {
    StringBuilder text =
        new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (String header : headers) {
      text.append(header).append("\r\n");
    }
    return text.append("\r\n").toString();
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() {
    door.client.mkdirs("/order/directory");
    door.client.write("/order/empty", new byte[0]);
    door.client.write("/order/large", new byte[100_000]);
    for (int i = 0; i < 20; i++) {
      door.client.write("/order/f" + i, ("<content " + i + ">").getBytes(StandardCharsets.UTF_8));
    }
    String base = "/v1/fs/order/";
    StringBuilder requests = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      requests.append(request("GET", base + "f" + i));
      requests.append(request("HEAD", base + "f" + i));
      requests.append(request("GET", base + "missing"));
      requests.append(request("GET", base + "directory"));
      requests.append(request("GET", base + "empty"));
      requests.append(request("GET", base + "f" + i, "If-None-Match: *"));
      requests.append(request("GET", base + "f" + i, "Range: bytes=0-3"));
      requests.append(request("GET", base + "f" + i + "?stat"));
      requests.append(request("GET", base + "large"));
      expected.append("200 200 404 200 200 304 206 200 200 ");
    }
    requests.append(request("GET", base + "f0", "Connection: close"));
    expected.append("200 ");
    String answers = door.raw(requests.toString());
    StringBuilder statuses = new StringBuilder();
    for (String line : answers.split("\r\n", -1)) {
      // A body without a line end is followed by the next answer in the same line.
      int at = line.indexOf("HTTP/1.1 ");
      if (at >= 0) {
        statuses.append(line, at + 9, at + 13);
      }
    }
    assertThat(statuses.toString()).isEqualTo(expected.toString());
    int after = 0;
    for (int i = 0; i < 20; i++) {
      after = answers.indexOf("<content " + i + ">", after);
      assertThat(after).as("content " + i).isPositive();
    }
  }

  @Test
  void answersOfAllKindsAreThoseOfTheOrdinaryWay() {
    door.put("/v1/fs/typed.json", "{}", "Content-Type", "text/x-own");
    for (String path : List.of("/v1/fs/typed.json", "/v1/fs/nothing", "/v1/fs/", "/v1/fs/%2e%2e")) {
      for (String method : List.of("GET", "HEAD")) {
        TestGateway.Answer prompt = door.send(method, path, "");
        // A wish for an unknown digest changes nothing but the way.
        TestGateway.Answer ordinary = door.send(method, path, "", "Want-Repr-Digest", "none=1");
        assertThat(prompt.status()).as(method + " " + path).isEqualTo(ordinary.status());
        assertThat(prompt.bytes()).isEqualTo(ordinary.bytes());
        assertThat(prompt.response().headers().map().keySet())
            .isEqualTo(ordinary.response().headers().map().keySet());
        assertThat(prompt.header("Content-Type")).isEqualTo(ordinary.header("Content-Type"));
        assertThat(prompt.etag()).isEqualTo(ordinary.etag());
        assertThat(prompt.header("Content-Length")).isEqualTo(ordinary.header("Content-Length"));
      }
    }
  }

  @Test
  void readerSeesWhatWasWrittenBefore() {
    for (int i = 0; i < 100; i++) {
      assertThat(door.put("/v1/fs/seen", "state " + i).status()).isIn(201, 204);
      assertThat(door.get("/v1/fs/seen").text()).isEqualTo("state " + i);
    }
  }

  @Test
  void whoDoesNotReadStopsNobody() throws IOException {
    door.client.write("/small", new byte[8000]);
    byte[] many = request("GET", "/v1/fs/small").repeat(100).getBytes(StandardCharsets.US_ASCII);
    try (Socket mute = new Socket("127.0.0.1", door.gateway.port())) {
      OutputStream out = mute.getOutputStream();
      // More answers than the buffers between the two hold, so that writing them has to wait.
      for (int i = 0; i < 10; i++) {
        out.write(many);
      }
      for (int i = 0; i < 50; i++) {
        assertThat(door.get("/v1/fs/small").bytes()).hasSize(8000);
      }
      assertThat(readByte(mute)).isEqualTo('H');
    }
  }

  private static int readByte(Socket socket) throws IOException {
    socket.setSoTimeout(20_000);
    try {
      return socket.getInputStream().read();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the first answer has not come", e);
    }
  }
}
