package io.plasmafs.http.server;

import io.plasmafs.http.exchange.Problem;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.server.Request;

/// Serves only requests that are addressed to names of this machine, and none that another site's
/// page makes a browser send: a page from elsewhere that was given our address (DNS rebinding), or
/// posts a form to it, must reach nothing.
final class HostCheck {
  private final Set<String> names = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

  /// @param more names beside those of loopback, in small letters
  HostCheck(List<String> more) {
    names.addAll(more);
  }

  /// @throws Problem 403 or 421 if the request is to be refused
  void check(Request request) {
    String host = String.valueOf(request.getHttpURI().getHost()).toLowerCase(Locale.ROOT);
    if (!names.contains(host)) {
      throw Problem.of(
          421,
          "misdirected",
          "not served under this name",
          "this server is not called " + host + "; allowed-hosts can add names");
    }
    String site = request.getHeaders().get("Sec-Fetch-Site");
    String origin = request.getHeaders().get("Origin");
    boolean foreign =
        (site != null && !site.equals("same-origin") && !site.equals("none"))
            || (origin != null && !isOwn(origin, request));
    if (foreign && !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
      throw Problem.of(
          403,
          "cross-origin",
          "another site's page",
          "changes are not taken from pages of other sites");
    }
  }

  private static boolean isOwn(String origin, Request request) {
    String authority = String.valueOf(request.getHttpURI().getAuthority());
    return origin.equalsIgnoreCase("http://" + authority)
        || origin.equalsIgnoreCase("https://" + authority);
  }
}
