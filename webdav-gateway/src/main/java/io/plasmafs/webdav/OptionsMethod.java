package io.plasmafs.webdav;

import io.plasmafs.http.exchange.Exchange;
import java.io.IOException;

/// Says what this door can do (RFC 4918 section 10.1).
record OptionsMethod(String allowed) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws IOException {
    answer(request.exchange());
  }

  /// Answers wherever in the server it is asked: Windows asks at the root first.
  void answer(Exchange exchange) throws IOException {
    exchange
        .header("DAV", "1, 2, 3, sabredav-partialupdate")
        .header("MS-Author-Via", "DAV")
        .header("Allow", allowed)
        .header("Accept-Ranges", "bytes")
        .length(0)
        .send(200);
  }
}
