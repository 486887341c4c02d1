package io.plasmafs.http.commits;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Tells a repeated request from another one with the same key.
final class RequestDigest {
  private RequestDigest() {}

  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String of(byte[] body) {
    return text(start().digest(body));
  }

  static String text(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }
}
