package io.plasmafs.webdav;

import io.plasmafs.webdav.xml.XmlElement;
import io.plasmafs.webdav.xml.XmlName;
import io.plasmafs.webdav.xml.XmlReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A WebDAV client that sends exactly what a test says.
final class Dav {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String root;

  /// @param root of the door, `http://host:port/dav`
  Dav(String root) {
    this.root = root;
  }

  /// An answer.
  record Reply(int status, HttpResponse<byte[]> response) {
    String text() {
      return new String(response.body(), StandardCharsets.UTF_8);
    }

    Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    XmlElement xml() {
      try {
        return XmlReader.read(new ByteArrayInputStream(response.body())).orElseThrow();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    /// The token of the lock that was taken.
    String lockToken() {
      String header = header("Lock-Token").orElseThrow();
      return header.substring(1, header.length() - 1);
    }

    /// The paths of URLs of a multistatus, in order.
    List<String> hrefs() {
      List<String> hrefs = new ArrayList<>();
      for (XmlElement response : xml().children()) {
        hrefs.add(response.child(XmlName.dav("href")).orElseThrow().text());
      }
      return hrefs;
    }

    /// The properties that the first response of a multistatus has with a status.
    List<XmlElement> properties(int status) {
      return properties(xml().children().get(0), status);
    }

    static List<XmlElement> properties(XmlElement response, int status) {
      List<XmlElement> properties = new ArrayList<>();
      for (XmlElement propstat : response.children()) {
        if (propstat.name().equals(XmlName.dav("propstat"))
            && propstat
                .child(XmlName.dav("status"))
                .orElseThrow()
                .text()
                .startsWith("HTTP/1.1 " + status + " ")) {
          properties.addAll(propstat.child(XmlName.dav("prop")).orElseThrow().children());
        }
      }
      return properties;
    }

    Optional<XmlElement> property(XmlName name) {
      return properties(200).stream().filter(p -> p.name().equals(name)).findFirst();
    }
  }

  /// Sends a request.
  ///
  /// @param path as it is to stand in the URL
  /// @param headers names and values in turn
  Reply send(String method, String path, byte[] body, String... headers) {
    return send(
        method,
        path,
        body.length == 0
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body),
        headers);
  }

  /// Sends a body whose length is not announced.
  Reply sendChunked(String method, String path, String body, String... headers) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return send(
        method,
        path,
        HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes)),
        headers);
  }

  private Reply send(
      String method, String path, HttpRequest.BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(root + path)).timeout(PATIENCE).method(method, body);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new AssertionError(method + " " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  Reply send(String method, String path, String body, String... headers) {
    return send(method, path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  Reply put(String path, String body, String... headers) {
    return send("PUT", path, body, headers);
  }

  Reply get(String path, String... headers) {
    return send("GET", path, "", headers);
  }

  Reply mkcol(String path, String... headers) {
    return send("MKCOL", path, "", headers);
  }

  Reply delete(String path, String... headers) {
    return send("DELETE", path, "", headers);
  }

  /// Asks for properties by their names in `DAV:`.
  Reply propfind(String path, int depth, String... names) {
    StringBuilder body = new StringBuilder("<propfind xmlns='DAV:'><prop>");
    for (String name : names) {
      body.append('<').append(name).append("/>");
    }
    return send(
        "PROPFIND", path, body.append("</prop></propfind>").toString(), "Depth", "" + depth);
  }

  /// Changes properties.
  ///
  /// @param instructions `set` and `remove` elements
  Reply proppatch(String path, String instructions, String... headers) {
    return send(
        "PROPPATCH",
        path,
        "<D:propertyupdate xmlns:D='DAV:' xmlns:t='urn:t'>" + instructions + "</D:propertyupdate>",
        headers);
  }

  /// Takes a write lock.
  Reply lock(String path, String scope, String... headers) {
    return send(
        "LOCK",
        path,
        "<lockinfo xmlns='DAV:'><lockscope><"
            + scope
            + "/></lockscope><locktype><write/></locktype><owner>Ann</owner></lockinfo>",
        headers);
  }

  Reply unlock(String path, String token) {
    return send("UNLOCK", path, "", "Lock-Token", "<" + token + ">");
  }

  /// COPY or MOVE.
  ///
  /// @param to as it is to stand behind the root
  Reply transfer(String method, String from, String to, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "Destination";
    all[1] = root + to;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return send(method, from, "", all);
  }
}
