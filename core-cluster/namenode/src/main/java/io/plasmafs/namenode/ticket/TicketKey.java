package io.plasmafs.namenode.ticket;

import java.util.Arrays;

/// A random key that datanodes trust for a while.
///
/// Keys are numbered upwards; a datanode is told the number of each.
public final class TicketKey {
  /// Length of the secret.
  public static final int BYTES = 32;

  private final int id;
  private final long epoch;
  private final byte[] secret;
  private final long expiresMillis;

  TicketKey(int id, long epoch, byte[] secret, long expiresMillis) {
    if (secret.length != BYTES) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + secret.length);
    }
    this.id = id;
    this.epoch = epoch;
    this.secret = secret.clone();
    this.expiresMillis = expiresMillis;
  }

  /// Its number, unique in the life of the namenode.
  public int id() {
    return id;
  }

  /// The epoch whose tickets it makes.
  public long epoch() {
    return epoch;
  }

  /// A copy of the 32 secret bytes.
  public byte[] secret() {
    return secret.clone();
  }

  /// From then on it is good for nothing; milliseconds since 1970.
  public long expiresMillis() {
    return expiresMillis;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TicketKey key
        && id == key.id
        && epoch == key.epoch
        && Arrays.equals(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return id;
  }

  /// Says nothing of the secret.
  @Override
  public String toString() {
    return "key " + id + " of epoch " + epoch;
  }
}
