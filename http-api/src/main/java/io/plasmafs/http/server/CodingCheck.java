package io.plasmafs.http.server;

import io.plasmafs.http.exchange.Problem;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/// Refuses bodies that are coded in a way that nobody here undoes: they would be stored as they are
/// and taken for what they are not.
final class CodingCheck {
  private CodingCheck() {}

  /// @throws Problem 501 for a transfer coding but `chunked` (RFC 9112 §6.1), 415 for a content
  ///   coding (RFC 9110 §15.5.16)
  static void check(Request request) {
    String transfer = request.getHeaders().get(HttpHeader.TRANSFER_ENCODING);
    if (transfer != null && !transfer.strip().equalsIgnoreCase("chunked")) {
      throw Problem.of(
          501, "transfer-coding", "this transfer coding is not known", "chunked is, no other");
    }
    String content = request.getHeaders().get(HttpHeader.CONTENT_ENCODING);
    if (content != null && !content.strip().equalsIgnoreCase("identity")) {
      throw Problem.unsupportedMediaType("no Content-Encoding is undone here")
          .withHeader("Accept-Encoding", "identity");
    }
  }
}
