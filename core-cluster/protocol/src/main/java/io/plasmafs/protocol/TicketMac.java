package io.plasmafs.protocol;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Ticket;
import io.plasmafs.protocol.xdr.Contract;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// One key of a coordinator: makes tickets, and tells whether one was made with it.
///
/// The HMAC-SHA-256 of a ticket is over the XDR encoding of:
///
/// | Bytes | |
/// |---|---|
/// | 4 + n, padded with zeros to a multiple of 4 | cluster name: length, UTF-8 |
/// | 4 | datanode |
/// | 8 | epoch |
/// | 4 | key id |
/// | 8 | first block |
/// | 4 | count |
/// | 8 | generation |
/// | 4 | right |
/// | 8 | transaction |
/// | 8 | expires |
///
/// Safe for use by several threads.
public final class TicketMac {
  /// Length of a key in bytes.
  public static final int KEY_BYTES = Contract.KEY_BYTES;

  private static final int FIELD_BYTES = 56;

  private final int keyId;
  private final byte[] cluster;
  private final Mac prototype;

  /// @param cluster name, at most 255 bytes of UTF-8
  /// @param keyId number of the key
  /// @param key [#KEY_BYTES] bytes, copied
  public TicketMac(String cluster, int keyId, byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "key " + keyId + " has " + key.length + " bytes, expected " + KEY_BYTES);
    }
    this.keyId = keyId;
    this.cluster = xdrString(cluster);
    this.prototype = hmac(key);
  }

  /// Number of the key.
  public int keyId() {
    return keyId;
  }

  /// Makes a ticket.
  public Ticket grant(
      DatanodeId datanode,
      long epoch,
      long firstBlock,
      int count,
      long generation,
      Ticket.Right right,
      long transaction,
      long expiresMillis) {
    byte[] input =
        input(
            cluster,
            datanode.value(),
            epoch,
            keyId,
            firstBlock,
            count,
            generation,
            right.code(),
            transaction,
            expiresMillis);
    return new Ticket(
        datanode,
        epoch,
        keyId,
        firstBlock,
        count,
        generation,
        right,
        transaction,
        expiresMillis,
        Ticket.Mac.of(copy(prototype).doFinal(input)));
  }

  /// Whether the ticket was made with this key for this cluster. Says nothing about its datanode,
  /// epoch, range or expiry. Takes the same time wherever the codes differ.
  public boolean verify(Ticket ticket) {
    return ticket.keyId() == keyId
        && MessageDigest.isEqual(
            copy(prototype).doFinal(input(cluster, ticket)), ticket.mac().bytes());
  }

  /// What the HMAC of a ticket is computed over.
  public static byte[] macInput(String cluster, Ticket ticket) {
    return input(xdrString(cluster), ticket);
  }

  private static byte[] input(byte[] cluster, Ticket ticket) {
    return input(
        cluster,
        ticket.datanode().value(),
        ticket.epoch(),
        ticket.keyId(),
        ticket.firstBlock(),
        ticket.count(),
        ticket.generation(),
        ticket.right().code(),
        ticket.transaction(),
        ticket.expiresMillis());
  }

  private static byte[] input(
      byte[] cluster,
      int datanode,
      long epoch,
      int keyId,
      long firstBlock,
      int count,
      long generation,
      int right,
      long transaction,
      long expiresMillis) {
    byte[] input = new byte[cluster.length + FIELD_BYTES];
    ByteBuffer.wrap(input)
        .put(cluster)
        .putInt(datanode)
        .putLong(epoch)
        .putInt(keyId)
        .putLong(firstBlock)
        .putInt(count)
        .putLong(generation)
        .putInt(right)
        .putLong(transaction)
        .putLong(expiresMillis);
    return input;
  }

  private static byte[] xdrString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Contract.USER_MAX) {
      throw new IllegalArgumentException(
          "the cluster name has "
              + bytes.length
              + " bytes, at most "
              + Contract.USER_MAX
              + " are allowed");
    }
    return ByteBuffer.allocate(4 + (bytes.length + 3 & ~3)).putInt(bytes.length).put(bytes).array();
  }

  /// An HMAC-SHA-256 with this key, to be copied before use.
  static Mac hmac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has HMAC-SHA-256, this one fails", e);
    }
  }

  /// A copy that shares nothing with the original: to look up and key a new one costs far more.
  static Mac copy(Mac prototype) {
    try {
      return (Mac) prototype.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(
          "the provider " + prototype.getProvider() + " cannot copy an HMAC", e);
    }
  }
}
