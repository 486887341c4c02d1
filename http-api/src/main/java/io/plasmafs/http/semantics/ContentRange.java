package io.plasmafs.http.semantics;

/// `Content-Range` of a body (RFC 9110 §14.4): which bytes of a file it is.
public record ContentRange(long first, long length) {

  /// Reads `bytes FIRST-LAST/*`, or with the size of the whole in place of the star.
  ///
  /// @throws MalformedHeader if it is nothing of that kind
  public static ContentRange parse(String header) {
    if (header.strip().matches("bytes [0-9]{1,18}-[0-9]{1,18}/(\\*|[0-9]{1,18})")) {
      String[] range = header.strip().substring("bytes ".length()).split("[-/]", -1);
      long first = Long.parseLong(range[0]);
      long last = Long.parseLong(range[1]);
      if (first <= last) {
        return new ContentRange(first, last - first + 1);
      }
    }
    throw new MalformedHeader("Content-Range: bytes FIRST-LAST/* is expected, not " + header);
  }
}
