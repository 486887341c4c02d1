package io.plasmafs.http.semantics;

/// Some consecutive bytes of a file.
///
/// @param first position of the first of them, from 0 on
/// @param length how many, at least 1
public record ByteRange(long first, long length) {
  public ByteRange {
    if (first < 0 || length < 1) {
      throw new IllegalArgumentException(length + " bytes from " + first + " on are no range");
    }
  }

  /// Position of the last byte.
  public long last() {
    return first + length - 1;
  }

  /// As the header of a 206 says it: `bytes 0-9/100`.
  public String contentRange(long size) {
    return "bytes " + first + "-" + last() + "/" + size;
  }
}
