package io.plasmafs.namenode.ticket;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.DatanodeId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WriteTicketsTest {
  private static final DatanodeId D1 = new DatanodeId(1);
  private static final DatanodeId D2 = new DatanodeId(2);

  private final ManualClock clock = new ManualClock();
  private final Withdrawals withdrawals = new Withdrawals();
  private final WriteTickets writers = new WriteTickets(clock, Duration.ofSeconds(5), withdrawals);

  private long in(int seconds) {
    return clock.millis() + seconds * 1000L;
  }

  @Test
  void whatWasNeverGrantedCannotBeWritten() {
    assertThat(writers.mayBeWritten(4, D1)).isFalse();
  }

  @Test
  void anOpenTransactionMayWriteUntilItsTicketsExpireByAMargin() {
    writers.granted(4, 1, in(60));
    clock.advance(Duration.ofSeconds(64));
    assertThat(writers.mayBeWritten(4, D1)).isTrue();
    clock.advance(Duration.ofSeconds(2));
    assertThat(writers.mayBeWritten(4, D1)).isFalse();
  }

  @Test
  void anEndCountsOnADatanodeOnlyWhenItHasAcknowledgedIt() {
    writers.granted(4, 1, in(60));
    writers.acknowledged(D1, withdrawals.last());
    writers.ended(1);
    assertThat(writers.mayBeWritten(4, D1)).isTrue();
    writers.acknowledged(D1, withdrawals.last());
    assertThat(writers.mayBeWritten(4, D1)).isFalse();
    assertThat(writers.mayBeWritten(4, D2)).isTrue();
    assertThat(writers.writers()).isZero();
  }

  @Test
  void transactionsThatWroteNothingAreNotWithdrawn() {
    writers.ended(17);
    assertThat(withdrawals.last()).isZero();
  }

  @Test
  void manyEndedOnesAreHeldTogetherAndStillDieOnlyWhenTheirTicketsDo() {
    int many = WriteTickets.REMEMBERED + 10_000;
    for (int generation = 1; generation <= many; generation++) {
      writers.granted(generation, generation, in(60));
      writers.ended(generation);
    }
    assertThat(writers.mayBeWritten(1, D1)).isTrue();
    assertThat(writers.mayBeWritten(many, D1)).isTrue();
    writers.acknowledged(D1, 10_000);
    assertThat(writers.mayBeWritten(1, D1)).isFalse();
    assertThat(writers.mayBeWritten(10_001, D1)).isTrue();
    assertThat(writers.mayBeWritten(1, D2)).isTrue();
    clock.advance(Duration.ofSeconds(66));
    assertThat(writers.mayBeWritten(1, D2)).isFalse();
  }

  @Test
  void withdrawalsAreReadInOrderAndNotOnceForgotten() {
    for (int transaction = 1; transaction <= Withdrawals.CAPACITY + 5; transaction++) {
      withdrawals.add(transaction * 10L);
    }
    assertThat(withdrawals.after(4, 1)).isEmpty();
    assertThat(withdrawals.after(5, 3)).contains(new long[] {60, 70, 80});
    assertThat(withdrawals.after(withdrawals.last() - 1, 3)).contains(new long[] {655410});
    assertThat(withdrawals.after(withdrawals.last(), 3)).contains(new long[0]);
  }
}
