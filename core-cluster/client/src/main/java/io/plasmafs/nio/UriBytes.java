package io.plasmafs.nio;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The path of a URI as bytes.
final class UriBytes {
  private UriBytes() {}

  /// Takes the percent signs away. What [java.net.URI] let through is well-formed.
  static byte[] decode(String rawPath) {
    byte[] raw = rawPath.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '%') {
        bytes.write(Character.digit(raw[i + 1], 16) << 4 | Character.digit(raw[i + 2], 16));
        i += 2;
      } else {
        bytes.write(raw[i]);
      }
    }
    return bytes.toByteArray();
  }
}
