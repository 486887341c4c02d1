package io.plasmafs.model;

import java.util.Arrays;

/// Admission to a run of blocks of one datanode, made by the coordinator and checked by the
/// datanode without asking anyone. What the HMAC covers is laid down with the wire contract.
///
/// @param epoch of the coordinator that made it
/// @param keyId which of the coordinator's keys authenticates it
/// @param generation of the blocks: see [Extent]
/// @param transaction it was given to, unique within the epoch; 0 for reads outside of transactions
/// @param expiresMillis milliseconds since 1970 by the coordinator's clock
public record Ticket(
    DatanodeId datanode,
    long epoch,
    int keyId,
    long firstBlock,
    int count,
    long generation,
    Right right,
    long transaction,
    long expiresMillis,
    Mac mac) {

  /// Whether it only stands in for a ticket that could not be made: no datanode takes it.
  public boolean isVoid() {
    return expiresMillis == 0;
  }

  /// What the bearer may do. The numbers are those of the wire.
  public enum Right {
    /// To read.
    READ(1),
    /// To write what is being made.
    WRITE(2),
    /// To write a copy of what exists already: its generation may be earlier than that of what the
    /// blocks held before they became free.
    COPY(3);

    private final int code;

    Right(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// An HMAC-SHA-256: 32 bytes. Compared in constant time.
  public static final class Mac {
    /// Its length in bytes.
    public static final int BYTES = 32;

    private final byte[] bytes;

    private Mac(byte[] bytes) {
      this.bytes = bytes;
    }

    /// A code of these 32 bytes, which are copied.
    public static Mac of(byte[] bytes) {
      if (bytes.length != BYTES) {
        throw new IllegalArgumentException("a MAC has 32 bytes, not " + bytes.length);
      }
      return new Mac(bytes.clone());
    }

    /// A copy of the bytes.
    public byte[] bytes() {
      return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Mac mac && java.security.MessageDigest.isEqual(bytes, mac.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    /// Says nothing of the bytes.
    @Override
    public String toString() {
      return "Mac";
    }
  }
}
