package io.plasmafs.namenode.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private final ManualClock clock = new ManualClock();
  private final KeyRing ring =
      new KeyRing(clock, new SecureRandom(), 3, Duration.ofMinutes(10), Duration.ofMinutes(15));

  @Test
  void aKeyIsReplacedAfterTheIntervalAndGoodForTheTicketsMadeWithIt() {
    TicketKey first = ring.newest();
    assertThat(first.epoch()).isEqualTo(3);
    clock.advance(Duration.ofMinutes(9));
    assertThat(ring.rotateIfDue()).isFalse();
    clock.advance(Duration.ofMinutes(1));
    assertThat(ring.rotateIfDue()).isTrue();
    assertThat(ring.newest().id()).isGreaterThan(first.id());
    assertThat(ring.newest().secret()).isNotEqualTo(first.secret());
    assertThat(ring.good()).contains(first, ring.newest());
    // Made at the last moment, a ticket of the first key lives until now.
    clock.advance(Duration.ofMinutes(15));
    assertThat(ring.good()).contains(first);
    clock.advance(Duration.ofMinutes(10));
    assertThat(ring.good()).doesNotContain(first);
  }

  @Test
  void fewKeysAreGoodAtATime() {
    for (int i = 0; i < 1000; i++) {
      clock.advance(Duration.ofMinutes(10));
      ring.rotateIfDue();
      assertThat(ring.good()).hasSizeLessThanOrEqualTo(4);
    }
  }

  @Test
  void aNewEpochBeginsWithANewKey() {
    TicketKey first = ring.newest();
    ring.startEpoch(4);
    assertThat(ring.good()).doesNotContain(first).hasSize(1);
    assertThat(ring.newest().epoch()).isEqualTo(4);
    assertThat(ring.newest().id()).isGreaterThan(first.id());
  }

  @Test
  void keysDoNotShowTheirSecret() {
    assertThat(ring.newest()).hasToString("key 1 of epoch 3");
  }
}
