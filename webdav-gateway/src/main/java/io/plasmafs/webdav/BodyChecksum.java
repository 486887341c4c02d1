package io.plasmafs.webdav;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.zip.Adler32;

/// The checksum that a client of ownCloud's kind sends along: `OC-Checksum: SHA1:…`. For one
/// reading of a body.
final class BodyChecksum {
  private static final Map<String, String> DIGESTS =
      Map.of("SHA1", "SHA-1", "MD5", "MD5", "SHA256", "SHA-256", "SHA3-256", "SHA3-256");

  private final String name;
  private final String expected;
  private final Sum sum;

  private BodyChecksum(String name, String expected, Sum sum) {
    this.name = name;
    this.expected = expected;
    this.sum = sum;
  }

  private interface Sum {
    void update(ByteBuffer bytes);

    String hex();
  }

  private record Digest(MessageDigest digest) implements Sum {
    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private record Adler(Adler32 adler) implements Sum {
    @Override
    public void update(ByteBuffer bytes) {
      adler.update(bytes);
    }

    @Override
    public String hex() {
      return HexFormat.of().toHexDigits((int) adler.getValue());
    }
  }

  /// What the header promises; nothing if it is of an algorithm that is not known here.
  static Optional<BodyChecksum> parse(String header) {
    int colon = header.indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String name = header.substring(0, colon).strip().toUpperCase(Locale.ROOT);
    String expected = header.substring(colon + 1).strip().toLowerCase(Locale.ROOT);
    if (name.equals("ADLER32")) {
      return Optional.of(new BodyChecksum(name, expected, new Adler(new Adler32())));
    }
    String algorithm = DIGESTS.get(name);
    if (algorithm == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new BodyChecksum(name, expected, new Digest(MessageDigest.getInstance(algorithm))));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  void update(ByteBuffer bytes) {
    sum.update(bytes);
  }

  /// @throws DavException 400 if what was read has another checksum
  void verify() {
    String found = sum.hex();
    if (!found.equals(expected)) {
      throw new DavException(
          400,
          "the body has the "
              + name
              + " "
              + found
              + ", but "
              + expected
              + " was announced; the file was not changed");
    }
  }
}
