package io.plasmafs.model;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/// Names a commit, chosen by who commits: 1 to 64 bytes, unique for ever. A commit repeated with
/// the same token has the effect of one, and its outcome can be asked for.
public final class CommitToken {
  /// The longest token, in bytes.
  public static final int MAX_BYTES = 64;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] bytes;

  private CommitToken(byte[] bytes) {
    this.bytes = bytes;
  }

  /// A token of these bytes, which are copied.
  ///
  /// @throws FsException EINVAL if there are none or too many
  public static CommitToken of(byte[] bytes) {
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new FsException(
          FsStatus.EINVAL, "a commit token has 1 to " + MAX_BYTES + " bytes, not " + bytes.length);
    }
    return new CommitToken(bytes.clone());
  }

  /// A new one: 128 random bits.
  public static CommitToken random() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return new CommitToken(bytes);
  }

  /// A copy of the bytes.
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CommitToken token && Arrays.equals(bytes, token.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
