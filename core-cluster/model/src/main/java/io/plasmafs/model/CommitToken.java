package io.plasmafs.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

  /// The token of a request that its sender has named: 32 bytes, SHA-256 of scope and key.
  ///
  /// @param scope keeps keys of different senders apart; often the user's name
  /// @param key the sender's, of any length
  public static CommitToken ofKey(String scope, String key) {
    byte[] first = scope.getBytes(StandardCharsets.UTF_8);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, first.length));
      digest.update(first);
      digest.update(key.getBytes(StandardCharsets.UTF_8));
      return new CommitToken(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
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
