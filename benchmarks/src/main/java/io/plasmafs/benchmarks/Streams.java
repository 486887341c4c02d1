package io.plasmafs.benchmarks;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/// What several benchmarks do with whole files.
final class Streams {
  private Streams() {}

  /// Reads all of a file, one buffer after the other.
  ///
  /// @param expected bytes that are there
  static void readAll(PlasmaClient client, String path, ByteBuffer buffer, long expected)
      throws IOException {
    try (PlasmaInputStream in = client.openInput(path)) {
      long total = 0;
      for (int n = in.read(buffer.clear()); n >= 0; n = in.read(buffer.clear())) {
        total += n;
      }
      check(total, expected);
    }
  }

  /// Fails if not all was read.
  static void check(long found, long expected) throws IOException {
    if (found != expected) {
      throw new IOException(found + " bytes were read, " + expected + " are there");
    }
  }
}
