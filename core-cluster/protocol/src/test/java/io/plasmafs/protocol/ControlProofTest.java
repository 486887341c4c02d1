package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.protocol.xdr.announce_args;
import io.plasmafs.protocol.xdr.control_args;
import io.plasmafs.protocol.xdr.inventory_args;
import io.plasmafs.protocol.xdr.keys_args;
import io.plasmafs.protocol.xdr.ticket_key;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ControlProofTest {
  private static final long NOW = 1_700_000_000_000L;

  private final byte[] secret = new byte[32];
  private long now = NOW;
  private final ControlProof proof;
  private final Nonces nonces = new RecentNonces(100);

  ControlProofTest() {
    for (int i = 0; i < secret.length; i++) {
      secret[i] = (byte) i;
    }
    proof = new ControlProof(secret, () -> Instant.ofEpochMilli(now), new CountingRandom());
  }

  /// Gives 0, 1, 2 and so on, so that proofs are known.
  private static final class CountingRandom extends SecureRandom {
    private static final long serialVersionUID = 1L;

    @Override
    public void nextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) i;
      }
    }
  }

  private static inventory_args inventory() {
    inventory_args arguments = new inventory_args();
    arguments.first = 1000;
    arguments.count = 50;
    return arguments;
  }

  private static keys_args keys() {
    keys_args arguments = new keys_args();
    arguments.cluster = "c";
    arguments.identity = "0123456789abcdef0123456789abcdef";
    arguments.start = 77;
    arguments.datanode = 3;
    arguments.epoch = 9;
    ticket_key key = new ticket_key();
    key.key_id = 1;
    key.key = new byte[32];
    arguments.keys = new ticket_key[] {key};
    arguments.ended = new long[] {5, 6};
    return arguments;
  }

  private static announce_args announcement() {
    announce_args arguments = new announce_args();
    arguments.cluster = "c";
    arguments.identity = "0123456789abcdef0123456789abcdef";
    arguments.address = "localhost:1";
    arguments.local = "";
    arguments.host = "h";
    arguments.rack = "";
    return arguments;
  }

  /// For those who write this in another language. Computed with another library.
  @Test
  void proofsHaveTheBytesOfTheContract() {
    control_args health = new control_args();
    proof.sign(health);
    assertThat(HexFormat.of().formatHex(health.proof.mac))
        .isEqualTo("0eaa1607267adc6fe552cdba743333de4457b563812337b37b25ca68fdc78562");
    inventory_args inventory = inventory();
    proof.sign(inventory);
    assertThat(HexFormat.of().formatHex(inventory.proof.mac))
        .isEqualTo("d7d55cef83bd19f9f6e9486d81d966a1a6176fdaa55f909a039763885cd15f3d");
  }

  @Test
  void proofsSurviveTheWire() throws Exception {
    keys_args keys = keys();
    proof.sign(keys);
    proof.verify(Wire.decode(new keys_args(), Wire.encode(keys)), new RecentNonces(1));
    announce_args announcement = announcement();
    proof.sign(announcement);
    proof.verify(Wire.decode(new announce_args(), Wire.encode(announcement)), new RecentNonces(1));
    control_args health = new control_args();
    proof.sign(health);
    proof.verify(Wire.decode(new control_args(), Wire.encode(health)), new RecentNonces(1));
    inventory_args inventory = inventory();
    proof.sign(inventory);
    proof.verify(Wire.decode(new inventory_args(), Wire.encode(inventory)), new RecentNonces(1));
  }

  @Test
  void changedArgumentsAreRefused() {
    keys_args keys = keys();
    proof.sign(keys);
    keys.keys[0].key[31] = 1;
    assertRefused(() -> proof.verify(keys, nonces), "secret");
    keys.keys[0].key[31] = 0;
    keys.start = 78;
    assertRefused(() -> proof.verify(keys, nonces), "secret");
    keys.start = 77;
    keys.proof.mac[0] ^= 1;
    assertRefused(() -> proof.verify(keys, nonces), "secret");
  }

  @Test
  void aProofForOneProcedureIsNoneForAnother() {
    inventory_args inventory = inventory();
    proof.sign(inventory);
    control_args health = new control_args();
    health.proof = inventory.proof;
    assertRefused(() -> proof.verify(health, nonces), "secret");
  }

  @Test
  void anotherSecretIsRefused() {
    byte[] other = secret.clone();
    other[0] = 1;
    control_args health = new control_args();
    new ControlProof(other, () -> Instant.ofEpochMilli(now), new SecureRandom()).sign(health);
    assertRefused(() -> proof.verify(health, nonces), "secret");
  }

  @Test
  void aProofIsGoodOnce() {
    control_args health = new control_args();
    proof.sign(health);
    proof.verify(health, nonces);
    assertRefused(() -> proof.verify(health, nonces), "before");
  }

  @Test
  void aFailedProofUsesNoNonceUp() {
    Nonces one = new RecentNonces(1);
    control_args forged = new control_args();
    proof.sign(forged);
    byte[] good = forged.proof.mac;
    forged.proof.mac = new byte[32];
    assertRefused(() -> proof.verify(forged, one), "secret");
    forged.proof.mac = good;
    proof.verify(forged, one);
  }

  @Test
  void clocksMayBeFiveMinutesApart() {
    control_args health = new control_args();
    proof.sign(health);
    now = NOW + 300_001;
    assertRefused(() -> proof.verify(health, nonces), "clock");
    now = NOW - 300_001;
    assertRefused(() -> proof.verify(health, nonces), "clock");
    now = NOW + 300_000;
    proof.verify(health, nonces);
    health.proof.millis = Long.MIN_VALUE;
    assertRefused(() -> proof.verify(health, nonces), "clock");
    health.proof.millis = Long.MAX_VALUE;
    assertRefused(() -> proof.verify(health, nonces), "clock");
  }

  @Test
  void noncesAreForgottenWhenTheirTimeIsOverAndNotBefore() {
    RecentNonces two = new RecentNonces(2);
    assertThat(two.use(nonce(1), 100_000, 0)).isTrue();
    assertThat(two.use(nonce(1), 100_000, 0)).isFalse();
    assertThat(two.use(nonce(2), 200_000, 0)).isTrue();
    assertThat(two.use(nonce(3), 300_000, 100_000)).as("two are known").isFalse();
    assertThat(two.use(nonce(3), 300_000, 120_000)).as("the first is forgotten").isTrue();
    assertThat(two.use(nonce(2), 300_000, 120_000)).isFalse();
    assertThat(two.use(nonce(0), 400_000, 240_000)).isTrue();
    assertThat(two.use(nonce(0), 400_000, 240_000)).isFalse();
  }

  @Test
  void everyOneOfManyNoncesIsGoodOnceUntilItsTimeIsOver() {
    RecentNonces recent = new RecentNonces(1 << 20);
    Random random = new Random(1);
    List<byte[]> used = new ArrayList<>();
    for (int second = 0; second < 300; second++) {
      long millis = NOW + second * 1000L;
      for (int i = 0; i < 300; i++) {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        used.add(nonce);
        assertThat(recent.use(nonce, millis + 300_000, millis)).isTrue();
      }
    }
    long end = NOW + 300_000;
    assertThat(used).noneMatch(nonce -> recent.use(nonce, end + 300_000, end));
    long later = end + 360_000;
    assertThat(used).allMatch(nonce -> recent.use(nonce, later + 300_000, later));
  }

  private static byte[] nonce(int value) {
    byte[] nonce = new byte[16];
    nonce[15] = (byte) value;
    return nonce;
  }

  private static void assertRefused(Runnable check, String word) {
    assertThatThrownBy(check::run)
        .hasMessageContaining(word)
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EACCES));
  }
}
