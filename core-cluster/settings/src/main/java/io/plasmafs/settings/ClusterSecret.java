package io.plasmafs.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/// What the servers of a cluster know and nobody else, kept in a file.
public final class ClusterSecret {
  private static final int LEAST_BYTES = 16;

  private ClusterSecret() {}

  /// The secret in the bytes of a file: all of them but white space at the end.
  ///
  /// @throws IOException if it is too short; the message is one line
  public static byte[] of(Path file, byte[] bytes) throws IOException {
    int length = bytes.length;
    while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
      length--;
    }
    if (length < LEAST_BYTES) {
      throw new IOException(
          "the cluster's secret "
              + file
              + " has "
              + length
              + " bytes, at least "
              + LEAST_BYTES
              + " are needed");
    }
    return Arrays.copyOf(bytes, length);
  }
}
