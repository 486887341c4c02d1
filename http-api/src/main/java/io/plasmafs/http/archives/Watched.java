package io.plasmafs.http.archives;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Remembers what went wrong with the body itself, to tell it from what is wrong with the archive.
final class Watched extends FilterInputStream {
  private @Nullable IOException broken;

  Watched(InputStream body) {
    super(body);
  }

  /// Throws what went wrong, if anything did.
  void check() throws IOException {
    IOException failure = broken;
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    try {
      return super.read(target, offset, length);
    } catch (IOException e) {
      broken = e;
      throw e;
    }
  }

  @Override
  public void close() {
    // The body is its owner's to close.
  }
}
