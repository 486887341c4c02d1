package io.plasmafs.namenode.ticket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.Ticket.Right;
import io.plasmafs.protocol.TicketMac;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HmacTicketsTest {
  private static final DatanodeId D1 = new DatanodeId(1);
  private static final DatanodeId D2 = new DatanodeId(2);

  private final ManualClock clock = new ManualClock();
  private final WriteTickets writers =
      new WriteTickets(clock, Duration.ofSeconds(5), new Withdrawals());
  private final KeyRing ring =
      new KeyRing(clock, new SecureRandom(), 9, Duration.ofMinutes(10), Duration.ofMinutes(15));
  private final HmacTickets tickets =
      new HmacTickets("plasma", clock, Duration.ofMinutes(15), writers);
  private final Extent extent =
      new Extent(7, 3, 42, List.of(new Replica(D1, 100), new Replica(D2, 200)), Checksums.NONE);

  private static TicketMac verifier(String cluster, TicketKey key) {
    return new TicketMac(cluster, key.id(), key.secret());
  }

  @Test
  void eachReplicaGetsATicketOfTheKeyThatItsDatanodeHas() {
    TicketKey first = ring.newest();
    tickets.use(D1, first);
    tickets.use(D2, first);
    TicketKey second = ring.rotate();
    tickets.use(D2, second);
    List<Ticket> granted = tickets.grant(extent, Right.READ, 5).tickets();
    assertThat(granted).extracting(Ticket::datanode).containsExactly(D1, D2);
    assertThat(granted).extracting(Ticket::firstBlock).containsExactly(100L, 200L);
    assertThat(granted).extracting(Ticket::count).containsExactly(3, 3);
    assertThat(granted).extracting(Ticket::epoch).containsExactly(9L, 9L);
    assertThat(granted).extracting(Ticket::keyId).containsExactly(first.id(), second.id());
    assertThat(verifier("plasma", first).verify(granted.get(0))).isTrue();
    assertThat(verifier("plasma", second).verify(granted.get(1))).isTrue();
    assertThat(verifier("other", second).verify(granted.get(1))).isFalse();
  }

  @Test
  void ticketsDoNotOutliveTheirKey() {
    tickets.use(D1, ring.newest());
    tickets.use(D2, ring.newest());
    clock.advance(Duration.ofMinutes(30));
    Ticket late = tickets.grant(extent, Right.READ, 0).tickets().get(0);
    assertThat(late.expiresMillis()).isEqualTo(ring.newest().expiresMillis());
  }

  @Test
  void ticketsToWriteAreKnownUntilTheyAreDead() {
    tickets.use(D1, ring.newest());
    tickets.use(D2, ring.newest());
    tickets.grant(extent, Right.READ, 5);
    assertThat(writers.mayBeWritten(42, D1)).isFalse();
    tickets.grant(extent, Right.WRITE, 5);
    assertThat(writers.mayBeWritten(42, D1)).isTrue();
    tickets.withdraw(5);
    writers.acknowledged(D1, 1);
    assertThat(writers.mayBeWritten(42, D1)).isFalse();
    assertThat(writers.mayBeWritten(42, D2)).isTrue();
  }

  @Test
  void blocksOfDatanodesThatWereNotHeardOfAreUnavailableForTheMoment() {
    assertThatThrownBy(() -> tickets.grant(extent, Right.READ, 0))
        .isInstanceOf(FsException.class)
        .satisfies(e -> assertThat(((FsException) e).status()).isEqualTo(FsStatus.EUNAVAIL));
    tickets.use(D2, ring.newest());
    List<Ticket> granted = tickets.grant(extent, Right.READ, 0).tickets();
    assertThat(verifier("plasma", ring.newest()).verify(granted.get(0))).isFalse();
    assertThat(verifier("plasma", ring.newest()).verify(granted.get(1))).isTrue();
  }

  @Test
  void noAlteredTicketIsGood() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    tickets.use(D1, ring.newest());
    tickets.use(D2, ring.newest());
    Ticket good = tickets.grant(extent, Right.WRITE, 5).tickets().get(0);
    TicketMac verifier = verifier("plasma", ring.newest());
    assertThat(verifier.verify(good)).isTrue();
    for (int i = 0; i < 20_000; i++) {
      Ticket altered = alter(good, random);
      assertThat(verifier.verify(altered))
          .as("seed %d: %s", seed, altered)
          .isEqualTo(altered.equals(good));
    }
  }

  private static Ticket alter(Ticket t, Random random) {
    byte[] mac = t.mac().bytes();
    int field = random.nextInt(11);
    if (field == 10) {
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        mac[random.nextInt(mac.length)] ^= (byte) (1 << random.nextInt(8));
      }
    }
    return new Ticket(
        field == 0 ? new DatanodeId(2 + random.nextInt(1000)) : t.datanode(),
        field == 1 ? change(t.epoch(), random) : t.epoch(),
        field == 2 ? (int) change(t.keyId(), random) : t.keyId(),
        field == 3 ? change(t.firstBlock(), random) : t.firstBlock(),
        field == 4 ? (int) change(t.count(), random) : t.count(),
        field == 5 ? change(t.generation(), random) : t.generation(),
        field == 6 ? Right.READ : t.right(),
        field == 7 ? change(t.transaction(), random) : t.transaction(),
        field == 8 ? change(t.expiresMillis(), random) : t.expiresMillis(),
        field == 9 ? random(random) : Ticket.Mac.of(mac));
  }

  private static Ticket.Mac random(Random random) {
    byte[] bytes = new byte[Ticket.Mac.BYTES];
    random.nextBytes(bytes);
    return Ticket.Mac.of(bytes);
  }

  private static long change(long value, Random random) {
    return random.nextBoolean()
        ? value ^ (1L << random.nextInt(31))
        : value + 1 + random.nextInt(99);
  }
}
