package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Ticket;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TicketMacTest {
  private static final String CLUSTER = "zürich";

  private final byte[] key = new byte[32];
  private final TicketMac mac;

  TicketMacTest() {
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    mac = new TicketMac(CLUSTER, 42, key);
  }

  private Ticket ticket() {
    return mac.grant(
        new DatanodeId(7),
        3,
        0x0102030405L,
        16,
        99,
        Ticket.Right.WRITE,
        0x1122334455667788L,
        1_700_000_000_000L);
  }

  /// For those who write this in another language. Computed with another library.
  @Test
  void aTicketHasTheBytesOfTheContract() {
    assertThat(HexFormat.of().formatHex(TicketMac.macInput(CLUSTER, ticket())))
        .isEqualTo(
            "000000077ac3bc72696368000000000700000000000000030000002a0000000102030405"
                + "0000001000000000000000630000000211223344556677880000018bcfe56800");
    assertThat(HexFormat.of().formatHex(ticket().mac().bytes()))
        .isEqualTo("31658a6be6679852b82248d84154d9b4c720cbe7443b9a9a15f776ee70f44b23");
  }

  @Test
  void aTicketIsGoodWithItsKeyAlone() {
    byte[] otherKey = key.clone();
    otherKey[31] ^= 1;
    assertThat(mac.verify(ticket())).isTrue();
    assertThat(new TicketMac(CLUSTER, 42, otherKey).verify(ticket())).isFalse();
    assertThat(new TicketMac("zurich", 42, key).verify(ticket())).isFalse();
    assertThat(new TicketMac(CLUSTER, 43, key).verify(ticket())).isFalse();
  }

  @Test
  void aTicketThatWasChangedIsNotGood() {
    Ticket t = ticket();
    byte[] code = t.mac().bytes();
    code[0] ^= 1;
    Ticket.Mac m = t.mac();
    Ticket[] changed = {
      new Ticket(
          new DatanodeId(8),
          3,
          42,
          t.firstBlock(),
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          4,
          42,
          t.firstBlock(),
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          3,
          43,
          t.firstBlock(),
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock() + 1,
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock(),
          17,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock(),
          16,
          98,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock(),
          16,
          99,
          Ticket.Right.READ,
          t.transaction(),
          t.expiresMillis(),
          m),
      new Ticket(t.datanode(), 3, 42, t.firstBlock(), 16, 99, t.right(), 0, t.expiresMillis(), m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock(),
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis() + 1,
          m),
      new Ticket(
          t.datanode(),
          3,
          42,
          t.firstBlock(),
          16,
          99,
          t.right(),
          t.transaction(),
          t.expiresMillis(),
          Ticket.Mac.of(code)),
    };
    assertThat(Arrays.stream(changed)).noneMatch(mac::verify);
  }

  @Test
  void manyThreadsCanUseOneKey() {
    assertThat(
            IntStream.range(0, 2000)
                .parallel()
                .mapToObj(i -> ticket())
                .allMatch(t -> t.equals(ticket()) && mac.verify(t)))
        .isTrue();
  }

  @Test
  void theInputIsTheTicketOnTheWireWithoutItsCode() throws Exception {
    long seed = new Random().nextLong();
    for (int i = 0; i < 200; i++) {
      Ticket ticket = new Samples(seed + i).ticket();
      byte[] wire = Wire.encode(Generated.of(ticket));
      byte[] input = TicketMac.macInput("c", ticket);
      assertThat(Arrays.copyOfRange(input, 8, input.length))
          .as("seed %d", seed + i)
          .isEqualTo(Arrays.copyOf(wire, wire.length - 32));
    }
  }

  @Test
  void aKeyOfAnotherLengthIsRefused() {
    assertThatThrownBy(() -> new TicketMac(CLUSTER, 1, new byte[31]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("31");
  }
}
