package io.plasmafs.http.cluster;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// What is served, as OpenAPI 3.1, and a page that shows it.
public final class ApiDescription {
  /// The page runs its own script and nothing else, and asks this server and nobody else.
  private static final String PAGE_POLICY =
      "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none';"
          + " form-action 'none'; frame-ancestors 'none'";

  private ApiDescription() {}

  /// The document.
  public static Handler document() {
    return resource("openapi.json", "application/json");
  }

  /// The page.
  public static Handler page() {
    return resource("openapi.html", "text/html; charset=utf-8");
  }

  /// The page's script.
  public static Handler script() {
    return resource("openapi.js", "text/javascript; charset=utf-8");
  }

  private static Handler resource(String name, String type) {
    byte[] bytes = read(name);
    return (Exchange exchange) -> {
      exchange.query().allow();
      exchange.header("Content-Security-Policy", PAGE_POLICY).send(200, type, bytes);
    };
  }

  private static byte[] read(String name) {
    try (InputStream in = ApiDescription.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
