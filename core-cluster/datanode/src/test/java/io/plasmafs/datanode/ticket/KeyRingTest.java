package io.plasmafs.datanode.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.protocol.TicketMac;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final DatanodeId ME = new DatanodeId(3);
  private static final DatanodeId OTHER = new DatanodeId(4);
  private static final long COORDINATOR = 1_800_000_000_000L;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private long nanos = -123_456_789_000L;
  private final KeyRing ring = new KeyRing("test", 100, () -> nanos);
  private final TicketMac key = key("test", 7);
  private Ticket good = grant(key, ME, 5, 100, 10, 42, Right.WRITE, 9, COORDINATOR + 60_000);

  private TicketMac key(String cluster, int id) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return new TicketMac(cluster, id, bytes);
  }

  private static Ticket grant(
      TicketMac key,
      DatanodeId datanode,
      long epoch,
      long first,
      int count,
      long generation,
      Right right,
      long transaction,
      long expires) {
    return key.grant(datanode, epoch, first, count, generation, right, transaction, expires);
  }

  private void install(long epoch, long lifetime, TicketMac... keys) {
    ring.install(
        ME,
        epoch,
        java.util.Arrays.stream(keys)
            .map(k -> new KeyRing.Key(k, lifetime, COORDINATOR + lifetime))
            .toList(),
        new long[0]);
  }

  @BeforeEach
  void install() {
    System.out.println("KeyRingTest seed " + seed);
    install(5, 100_000, key);
    ring.admit(good, Right.WRITE, 100, 10);
  }

  private void pass(long millis) {
    nanos += millis * 1_000_000;
  }

  private void assertRefused(Ticket ticket, Right right, long block, int count) {
    assertThatThrownBy(() -> ring.admit(ticket, right, block, count))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ETICKET));
  }

  @Test
  void everyFlippedBitOfEveryFieldIsRefused() {
    for (int bit = 0; bit < 256; bit++) {
      byte[] mac = good.mac().bytes();
      mac[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(
          copy(
              good.datanode().value(),
              5,
              7,
              100,
              10,
              42,
              Right.WRITE,
              9,
              good.expiresMillis(),
              mac),
          Right.WRITE,
          100,
          1);
    }
    byte[] mac = good.mac().bytes();
    for (int bit = 0; bit < 64; bit++) {
      long flip = 1L << bit;
      int narrow = bit < 31 ? 1 << bit : 0;
      long expires = good.expiresMillis();
      if (bit < 31) {
        int datanode = 3 ^ narrow;
        if (datanode > 0) {
          assertRefused(
              copy(datanode, 5, 7, 100, 10, 42, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
        }
        assertRefused(
            copy(3, 5, 7 ^ narrow, 100, 10, 42, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
        assertRefused(
            copy(3, 5, 7, 100, 10 ^ narrow, 42, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
      }
      assertRefused(
          copy(3, 5 ^ flip, 7, 100, 10, 42, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
      assertRefused(
          copy(3, 5, 7, 100 ^ flip, 10, 42, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
      assertRefused(
          copy(3, 5, 7, 100, 10, 42 ^ flip, Right.WRITE, 9, expires, mac), Right.WRITE, 100, 1);
      assertRefused(
          copy(3, 5, 7, 100, 10, 42, Right.WRITE, 9 ^ flip, expires, mac), Right.WRITE, 100, 1);
      assertRefused(
          copy(3, 5, 7, 100, 10, 42, Right.WRITE, 9, expires ^ flip, mac), Right.WRITE, 100, 1);
    }
    assertRefused(
        copy(3, 5, 7, 100, 10, 42, Right.READ, 9, good.expiresMillis(), mac), Right.READ, 100, 1);
  }

  @Test
  void noneOfManyThousandRandomForgeriesPasses() {
    TicketMac foreign = key("test", 7);
    TicketMac otherCluster = key("tess", 7);
    int accepted = 0;
    for (int i = 0; i < 100_000; i++) {
      Ticket forged =
          switch (random.nextInt(4)) {
            case 0 -> grant(foreign, ME, 5, 100, 10, 42, Right.WRITE, 9, good.expiresMillis());
            case 1 -> grant(otherCluster, ME, 5, 100, 10, 42, Right.WRITE, 9, good.expiresMillis());
            case 2 -> {
              byte[] mac = new byte[32];
              random.nextBytes(mac);
              yield copy(3, 5, 7, 100, 10, 42, Right.WRITE, 9, good.expiresMillis(), mac);
            }
            default ->
                copy(
                    3,
                    5,
                    7,
                    100 + random.nextInt(1, 1000),
                    10,
                    42,
                    Right.WRITE,
                    random.nextLong(),
                    good.expiresMillis() + random.nextInt(1, 1000),
                    good.mac().bytes());
          };
      try {
        ring.admit(forged, Right.WRITE, forged.firstBlock(), 1);
        accepted++;
      } catch (FsException e) {
        assertThat(e.status()).isEqualTo(FsStatus.ETICKET);
      }
    }
    assertThat(accepted).as("accepted forgeries, seed %d", seed).isZero();
  }

  private static Ticket copy(
      int datanode,
      long epoch,
      int keyId,
      long first,
      int count,
      long generation,
      Right right,
      long transaction,
      long expires,
      byte[] mac) {
    return new Ticket(
        new DatanodeId(datanode),
        epoch,
        keyId,
        first,
        count,
        generation,
        right,
        transaction,
        expires,
        Ticket.Mac.of(mac));
  }

  @Test
  void aTicketAdmitsToItsBlocksOnly() {
    ring.admit(good, Right.WRITE, 109, 1);
    assertRefused(good, Right.WRITE, 99, 1);
    assertRefused(good, Right.WRITE, 99, 11);
    assertRefused(good, Right.WRITE, 110, 1);
    assertRefused(good, Right.WRITE, 109, 2);
    assertRefused(good, Right.WRITE, 100, 0);
    assertRefused(good, Right.WRITE, 100, -1);
    assertRefused(good, Right.WRITE, 100, Integer.MIN_VALUE);
    assertRefused(good, Right.WRITE, Long.MIN_VALUE, 1);
    assertRefused(good, Right.WRITE, Long.MAX_VALUE, 1);
  }

  @Test
  void aTicketAdmitsInItsDirectionOnly() {
    assertRefused(good, Right.READ, 100, 1);
    Ticket read = grant(key, ME, 5, 100, 10, 42, Right.READ, 0, good.expiresMillis());
    ring.admit(read, Right.READ, 100, 10);
    assertRefused(read, Right.WRITE, 100, 1);
  }

  @Test
  void ticketsForOtherDatanodesAndEpochsAreRefused() {
    assertRefused(
        grant(key, OTHER, 5, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()),
        Right.WRITE,
        100,
        1);
    assertRefused(
        grant(key, ME, 4, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()), Right.WRITE, 100, 1);
    assertRefused(
        grant(key, ME, 6, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()), Right.WRITE, 100, 1);
  }

  @Test
  void ticketsAndKeysExpire() {
    pass(59_999);
    ring.admit(good, Right.WRITE, 100, 1);
    Ticket longLived = grant(key, ME, 5, 100, 10, 42, Right.WRITE, 9, COORDINATOR + 900_000);
    ring.admit(longLived, Right.WRITE, 100, 1);
    pass(1);
    assertRefused(good, Right.WRITE, 100, 1);
    pass(39_999);
    ring.admit(longLived, Right.WRITE, 100, 1);
    pass(1);
    assertRefused(longLived, Right.WRITE, 100, 1);
  }

  @Test
  void aLateMessageDoesNotLengthenTheLifeOfATicket() {
    pass(30_000);
    install(5, 100_000, key); // was under way for 30 seconds
    pass(29_999);
    ring.admit(good, Right.WRITE, 100, 1);
    pass(1);
    assertRefused(good, Right.WRITE, 100, 1);
  }

  @Test
  void keysThatAreNotNamedAnyMoreAreBad() {
    install(5, 100_000, key("test", 8));
    assertRefused(good, Right.WRITE, 100, 1);
  }

  @Test
  void anEarlierEpochIsFencedOff() {
    TicketMac next = key("test", 1);
    install(6, 100_000, next);
    assertThatThrownBy(() -> install(5, 100_000, key))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ECOORD));
    assertRefused(good, Right.WRITE, 100, 1);
    ring.admit(
        grant(next, ME, 6, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()), Right.WRITE, 100, 1);
  }

  @Test
  void ticketsOfEndedTransactionsAreWithdrawn() {
    ring.install(
        ME, 5, List.of(new KeyRing.Key(key, 100_000, COORDINATOR + 100_000)), new long[] {9, 11});
    assertRefused(good, Right.WRITE, 100, 1);
    ring.admit(
        grant(key, ME, 5, 100, 10, 42, Right.WRITE, 10, good.expiresMillis()), Right.WRITE, 100, 1);
    pass(59_000);
    install(5, 100_000, key);
    assertRefused(good, Right.WRITE, 100, 1);
  }

  @Test
  void endedTransactionsAreForgottenWhenTheirTicketsAreDeadAndNotBefore() {
    List<KeyRing.Key> keys = List.of(new KeyRing.Key(key, 100_000, COORDINATOR + 100_000));
    fill(keys);
    pass(100_001);
    List<KeyRing.Key> later =
        List.of(keys.get(0), new KeyRing.Key(key("test", 8), 100_000, COORDINATOR + 200_001));
    ring.install(ME, 5, later, new long[] {AFTER_ALL});
  }

  private static final long AFTER_ALL = 100 * EndedTransactions.PAGE;

  /// Uses up the room for ended transactions.
  private void fill(List<KeyRing.Key> keys) {
    ring.install(ME, 5, keys, LongStream.range(0, AFTER_ALL).toArray());
    assertThatThrownBy(() -> ring.install(ME, 5, keys, new long[] {AFTER_ALL}))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ELIMIT));
    assertRefused(good, Right.WRITE, 100, 1);
  }

  @Test
  void messagesThatAreLateChangeNothing() {
    TicketMac second = key("test", 8);
    TicketMac third = key("test", 9);
    install(5, 100_000, key, second);
    ring.install(
        ME,
        5,
        List.of(
            new KeyRing.Key(second, 100_000, COORDINATOR + 100_000),
            new KeyRing.Key(third, 100_000, COORDINATOR + 100_000)),
        new long[] {9});
    for (TicketMac[] late : new TicketMac[][] {{key}, {key, second}, {second}}) {
      assertThatThrownBy(() -> install(5, 100_000, late))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ECOORD));
    }
    assertRefused(good, Right.WRITE, 100, 1);
    assertRefused(
        grant(third, ME, 5, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()),
        Right.WRITE,
        100,
        1);
    install(5, 100_000, third);
    assertRefused(
        grant(third, ME, 5, 100, 10, 42, Right.WRITE, 9, good.expiresMillis()),
        Right.WRITE,
        100,
        1);
  }

  @Test
  void aFreshStartNeedsNoMemoryOfWhatEndedBefore() {
    List<KeyRing.Key> keys = List.of(new KeyRing.Key(key, 100_000, COORDINATOR + 100_000));
    fill(keys);
    TicketMac next = key("test", 8);
    List<KeyRing.Key> fresh = List.of(new KeyRing.Key(next, 100_000, COORDINATOR + 100_000));
    ring.install(ME, 5, fresh, new long[] {AFTER_ALL});
    assertRefused(good, Right.WRITE, 100, 1);
    assertRefused(
        grant(next, ME, 5, 100, 10, 42, Right.WRITE, AFTER_ALL, good.expiresMillis()),
        Right.WRITE,
        100,
        1);
    ring.admit(
        grant(next, ME, 5, 100, 10, 42, Right.WRITE, AFTER_ALL + 1, good.expiresMillis()),
        Right.WRITE,
        100,
        1);

    // The earlier keys were under way for long: with them what ended would be good again.
    assertThatThrownBy(() -> ring.install(ME, 5, keys, new long[0]))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ECOORD));
    assertRefused(good, Right.WRITE, 100, 1);
    install(6, 100_000, key);
  }

  @Test
  void withoutKeysNothingPasses() {
    KeyRing empty = new KeyRing("test", 10, () -> nanos);
    assertThatThrownBy(() -> empty.admit(good, Right.WRITE, 100, 1))
        .isInstanceOf(FsException.class);
    assertThat(empty.datanode()).isEmpty();
  }
}
