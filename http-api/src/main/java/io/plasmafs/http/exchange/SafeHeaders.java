package io.plasmafs.http.exchange;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Response;

/// What every answer says to browsers: take nothing for anything but what it is called, run nothing
/// that is served from files, show it in no frame, tell nobody where you came from.
final class SafeHeaders {
  private SafeHeaders() {}

  static void set(Response response) {
    HttpFields.Mutable headers = response.getHeaders();
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Referrer-Policy", "no-referrer");
  }
}
