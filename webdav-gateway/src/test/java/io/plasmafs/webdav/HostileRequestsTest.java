package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.webdav.Dav.Reply;
import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests that nobody sends in good faith: each is refused, and the door goes on serving.
class HostileRequestsTest {
  private static Doors doors;
  private static Dav dav;

  @BeforeAll
  static void open() throws Exception {
    doors = Doors.open();
    dav = doors.dav();
    assertThat(dav.put("/f", "content").status()).isEqualTo(201);
  }

  @AfterAll
  static void close() throws Exception {
    doors.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROPFIND", "PROPPATCH", "LOCK"})
  void endlessBodyIsCutOff(String method) throws IOException {
    byte[] piece = "<a>".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    int port = URI.create(doors.url()).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          (method
                  + " /dav/f HTTP/1.1\r\nHost: 127.0.0.1\r\nDepth: 0\r\n"
                  + "Content-Length: 1073741824\r\n\r\n<?xml version=\"1.0\"?><!--")
              .getBytes(StandardCharsets.US_ASCII));
      long sent = 0;
      try {
        while (socket.getInputStream().available() == 0 && sent < 1 << 30) {
          out.write(piece);
          sent += piece.length;
        }
      } catch (IOException reset) {
        // It did not want to hear more.
        assertThat(sent).isLessThan(64 << 20);
        return;
      }
      String status =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      assertThat(status).startsWith("HTTP/1.1 413");
      assertThat(sent).isLessThan(64 << 20);
    }
    assertThat(dav.get("/f").text()).isEqualTo("content");
  }

  @Test
  void manyPropertiesAndDeepElementsAreRefused() {
    String many = "<propfind xmlns='DAV:'><prop>" + "<a/>".repeat(100_000) + "</prop></propfind>";
    String deep = "<propfind xmlns='DAV:'>" + "<prop>".repeat(10_000);

    assertThat(dav.send("PROPFIND", "/f", many, "Depth", "0").status()).isEqualTo(413);
    assertThat(dav.send("PROPFIND", "/f", deep, "Depth", "0").status()).isEqualTo(413);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE x [<!ENTITY a '0123456789'><!ENTITY b '&a;&a;&a;&a;'>]><propfind xmlns='DAV:'/>",
        "<!DOCTYPE propfind SYSTEM 'http://127.0.0.1:1/x.dtd'><propfind xmlns='DAV:'/>",
        "<?xml version='1.0' encoding='UTF-7'?>+ADw-propfind/+AD4-",
        "<propfind xmlns='DAV:' xmlns:xi='http://www.w3.org/2001/XInclude'>"
            + "<xi:include href='file:///etc/passwd'/></propfind>",
        "<propfind xmlns='DAV:'><allprop/><prop/></propfind>",
        "<propfind xmlns='DAV:'/>",
        "\u0000"
      })
  void bodyThatMakesNoSenseIsRefused(String body) {
    assertThat(dav.send("PROPFIND", "/f", body, "Depth", "0").status()).isEqualTo(400);
  }

  @Test
  void headersOfAnyLengthAreBounded() {
    assertThat(dav.put("/f", "x", "If", "(<urn:x>)".repeat(1001)).status()).isEqualTo(400);
    assertThat(dav.put("/f", "x", "If", "(<urn:" + "x".repeat(20_000) + ">)").status())
        .isEqualTo(431);
    assertThat(dav.get("/f").text()).isEqualTo("content");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://elsewhere.example/dav/g|502",
        "ftp:///dav/g|502",
        "http://|502",
        "//|502",
        "mailto:ann@example.org|502",
        "/outside/g|502",
        "/davx/g|502",
        "/dav/%zz|400",
        "/dav/a%2Fb|400",
        "/dav/a%00b|400",
        "/dav/%2E%2E/g|400",
        "/dav/../../etc/passwd|400",
        "/dav/.plasma/locks/x|403",
        "/dav/f|403",
        "/dav/no/such|409"
      })
  void destinationMustBeWithinTheDoor(String destination, int status) {
    for (String method : List.of("COPY", "MOVE")) {
      assertThat(dav.send(method, "/f", "", "Destination", destination).status())
          .as(method)
          .isEqualTo(status);
    }
    assertThat(dav.get("/f").text()).isEqualTo("content");
  }

  @Test
  void destinationIsRequired() {
    assertThat(dav.send("COPY", "/f", "").status()).isEqualTo(400);
    assertThat(dav.send("MOVE", "/f", "").status()).isEqualTo(400);
  }

  @Test
  void propertyMayBeLargeOrHaveALongNameWithinLimits() {
    String name = "n".repeat(300);
    Reply set =
        dav.proppatch("/f", "<D:set><D:prop><t:" + name + ">v</t:" + name + "></D:prop></D:set>");
    Reply large =
        dav.proppatch(
            "/f", "<D:set><D:prop><t:large>" + "x".repeat(70_000) + "</t:large></D:prop></D:set>");

    assertThat(set.properties(200)).hasSize(1);
    assertThat(large.properties(507))
        .extracting(XmlElement::name)
        .containsExactly(new XmlName("urn:t", "large"));
    assertThat(dav.send("PROPFIND", "/f", "", "Depth", "0").property(new XmlName("urn:t", name)))
        .isPresent();
  }

  @Test
  void unknownMethodIsRefused() {
    assertThat(dav.send("REPORT", "/f", "<x/>").status()).isEqualTo(405);
    assertThat(dav.send("POST", "/f", "x").status()).isEqualTo(405);
  }
}
