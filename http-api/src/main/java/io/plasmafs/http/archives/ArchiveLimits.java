package io.plasmafs.http.archives;

import io.plasmafs.http.exchange.Problem;

/// How much one archive may unpack to. Counted while it is read; a small body that becomes a large
/// tree is refused before the tree is there.
final class ArchiveLimits {
  private static final int MAX_ENTRIES = 1_000_000;
  private static final long MAX_BYTES = 1L << 40;

  /// More than so many bytes out of one byte of the archive are taken for an attack.
  private static final long MAX_RATIO = 200;

  /// Below this, the ratio tells nothing.
  private static final long UNSUSPICIOUS = 16L << 20;

  private int entries;
  private long bytes;

  /// One more entry.
  void entry() {
    if (++entries > MAX_ENTRIES) {
      throw Problem.tooLarge("the archive has more than " + MAX_ENTRIES + " entries");
    }
  }

  /// So many more bytes of content.
  ///
  /// @param read bytes of the archive so far
  void content(long more, long read) {
    bytes += more;
    if (bytes > MAX_BYTES) {
      throw Problem.tooLarge("the archive unpacks to more than " + MAX_BYTES + " bytes");
    }
    if (bytes > UNSUSPICIOUS && bytes / MAX_RATIO > read) {
      throw Problem.tooLarge(
          "the archive unpacks to more than "
              + MAX_RATIO
              + " times its size: it is taken for a"
              + " bomb");
    }
  }

  int entries() {
    return entries;
  }

  long bytes() {
    return bytes;
  }
}
