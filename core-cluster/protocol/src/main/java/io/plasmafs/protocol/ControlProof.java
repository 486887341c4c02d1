package io.plasmafs.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.oncrpc.xdr.EncodedMessage;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.control_args;
import io.plasmafs.protocol.xdr.control_proof;
import io.plasmafs.protocol.xdr.inventory_args;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.verify_args;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import javax.crypto.Mac;
import org.acplt.oncrpc.XdrAble;

/// Proves, in calls between namenodes and datanodes, that the caller holds the cluster's secret;
/// and checks such proofs.
///
/// A proof is a nonce of 16 bytes, the caller's time, and an HMAC-SHA-256 with the secret over the
/// XDR encoding of program number, procedure number, nonce, time in milliseconds, and all arguments
/// after the proof. Safe for use by several threads.
public final class ControlProof {
  /// How far the clocks of two nodes may be apart.
  public static final Duration TOLERANCE = Duration.ofMinutes(5);

  private static final int NONCE_BYTES = 16;

  /// Length of a proof on the wire: nonce, time and code.
  private static final int PROOF_BYTES = NONCE_BYTES + 8 + 32;

  private static final int MIN_SECRET_BYTES = 16;

  private final Mac prototype;
  private final InstantSource clock;
  private final SecureRandom random;

  /// @param secret the cluster's, at least 16 bytes, copied
  public ControlProof(byte[] secret, InstantSource clock, SecureRandom random) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the cluster's secret has "
              + secret.length
              + " bytes, at least "
              + MIN_SECRET_BYTES
              + " are needed");
    }
    this.prototype = TicketMac.hmac(secret);
    this.clock = clock;
    this.random = random;
  }

  /// Sets the proof of these arguments, which must not change afterwards, for
  /// [Programs.Control#KEYS].
  public void sign(keys_args arguments) {
    arguments.proof = blank();
    complete(arguments.proof, Programs.CONTROL.program(), Programs.Control.KEYS, arguments);
  }

  /// Sets the proof of these arguments, which must not change afterwards, for
  /// [Programs.Control#HEALTH].
  public void sign(control_args arguments) {
    arguments.proof = blank();
    complete(arguments.proof, Programs.CONTROL.program(), Programs.Control.HEALTH, arguments);
  }

  /// Sets the proof of these arguments, which must not change afterwards, for
  /// [Programs.Control#INVENTORY].
  public void sign(inventory_args arguments) {
    arguments.proof = blank();
    complete(arguments.proof, Programs.CONTROL.program(), Programs.Control.INVENTORY, arguments);
  }

  /// Sets the proof of these arguments, which must not change afterwards, for
  /// [Programs.Control#VERIFY].
  public void sign(verify_args arguments) {
    arguments.proof = blank();
    complete(arguments.proof, Programs.CONTROL.program(), Programs.Control.VERIFY, arguments);
  }

  /// Sets the proof of these arguments, which must not change afterwards, for
  /// [Programs.Registry#ANNOUNCE].
  public void sign(announce_args arguments) {
    arguments.proof = blank();
    complete(arguments.proof, Programs.REGISTRY.program(), Programs.Registry.ANNOUNCE, arguments);
  }

  /// Checks the proof of these arguments.
  ///
  /// @throws FsException EACCES if it does not prove that the caller holds the secret, is too old
  ///   or too far in the future, or was used before
  public void verify(keys_args arguments, Nonces nonces) {
    verify(arguments.proof, Programs.CONTROL.program(), Programs.Control.KEYS, arguments, nonces);
  }

  /// Checks the proof of these arguments.
  ///
  /// @throws FsException EACCES as for [#verify(keys_args, Nonces)]
  public void verify(control_args arguments, Nonces nonces) {
    verify(arguments.proof, Programs.CONTROL.program(), Programs.Control.HEALTH, arguments, nonces);
  }

  /// Checks the proof of these arguments.
  ///
  /// @throws FsException EACCES as for [#verify(keys_args, Nonces)]
  public void verify(inventory_args arguments, Nonces nonces) {
    verify(
        arguments.proof, Programs.CONTROL.program(), Programs.Control.INVENTORY, arguments, nonces);
  }

  /// Checks the proof of these arguments.
  ///
  /// @throws FsException EACCES as for [#verify(keys_args, Nonces)]
  public void verify(verify_args arguments, Nonces nonces) {
    verify(arguments.proof, Programs.CONTROL.program(), Programs.Control.VERIFY, arguments, nonces);
  }

  /// Checks the proof of these arguments.
  ///
  /// @throws FsException EACCES as for [#verify(keys_args, Nonces)]
  public void verify(announce_args arguments, Nonces nonces) {
    verify(
        arguments.proof,
        Programs.REGISTRY.program(),
        Programs.Registry.ANNOUNCE,
        arguments,
        nonces);
  }

  private control_proof blank() {
    control_proof proof = new control_proof();
    proof.nonce = new byte[NONCE_BYTES];
    random.nextBytes(proof.nonce);
    proof.millis = clock.millis();
    proof.mac = new byte[32];
    return proof;
  }

  private void complete(control_proof proof, int program, int procedure, XdrAble arguments) {
    proof.mac = mac(proof, program, procedure, arguments);
  }

  private void verify(
      control_proof proof, int program, int procedure, XdrAble arguments, Nonces nonces) {
    long now = clock.millis();
    long tolerance = TOLERANCE.toMillis();
    // Sums with the own time cannot overflow; a difference from the time of the caller could.
    if (proof.millis < now - tolerance || proof.millis > now + tolerance) {
      throw new FsException(
          FsStatus.EACCES,
          "the caller's clock says "
              + proof.millis
              + " ms, this node's "
              + now
              + ": set the clocks, at most "
              + TOLERANCE.toSeconds()
              + " s apart are accepted");
    }
    if (!MessageDigest.isEqual(mac(proof, program, procedure, arguments), proof.mac)) {
      throw new FsException(
          FsStatus.EACCES, "the caller does not prove that it holds this cluster's secret");
    }
    // Last, so that only those who hold the secret can fill the memory.
    if (!nonces.use(proof.nonce, proof.millis + tolerance, now)) {
      throw new FsException(
          FsStatus.EACCES, "the call was made before, or too many calls were made of late");
    }
  }

  private byte[] mac(control_proof proof, int program, int procedure, XdrAble arguments) {
    Mac mac = TicketMac.copy(prototype);
    mac.update(
        ByteBuffer.allocate(4 + 4 + NONCE_BYTES + 8)
            .putInt(program)
            .putInt(procedure)
            .put(proof.nonce)
            .putLong(proof.millis)
            .flip());
    byte[] encoded = encode(arguments);
    mac.update(encoded, PROOF_BYTES, encoded.length - PROOF_BYTES);
    return mac.doFinal();
  }

  private static byte[] encode(XdrAble value) {
    try (NettyXdrEncodingStream out =
        new NettyXdrEncodingStream(UnpooledByteBufAllocator.DEFAULT)) {
      out.writeAll(value);
      EncodedMessage message = out.finish();
      try {
        byte[] bytes = new byte[Math.toIntExact(message.bytes())];
        int at = 0;
        for (int i = 0; i < message.partCount(); i++) {
          ByteBuf part = (ByteBuf) message.part(i);
          int length = part.readableBytes();
          part.getBytes(part.readerIndex(), bytes, at, length);
          at += length;
        }
        return bytes;
      } finally {
        message.release();
      }
    } catch (XdrException e) {
      throw new FsException(FsStatus.EINVAL, "the arguments are malformed: " + e.getMessage(), e);
    }
  }
}
