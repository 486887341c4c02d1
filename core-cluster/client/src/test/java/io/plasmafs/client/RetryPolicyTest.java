package io.plasmafs.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(5, Duration.ofMillis(4), Duration.ofMillis(20), Duration.ofSeconds(1));

  @Test
  void pausesGrowUpToTheLongest() {
    Random random = new Random(1);
    for (int made = 1; made < 5; made++) {
      long ceiling = Math.min(20, 4L << (made - 1));
      for (int i = 0; i < 100; i++) {
        Duration pause = POLICY.pause(made, Duration.ZERO, random).orElseThrow();
        assertThat(pause)
            .isBetween(Duration.ofNanos(ceiling * 500_000), Duration.ofMillis(ceiling));
      }
    }
  }

  @Test
  void attemptsAreBounded() {
    assertThat(POLICY.pause(5, Duration.ZERO, new Random(1))).isEqualTo(Optional.empty());
    assertThat(RetryPolicy.NONE.pause(1, Duration.ZERO, new Random(1))).isEqualTo(Optional.empty());
  }

  @Test
  void noAttemptBeginsAfterTheLimit() {
    assertThat(POLICY.pause(2, Duration.ofMillis(999), new Random(1))).isEqualTo(Optional.empty());
    assertThat(POLICY.pause(2, Duration.ofMillis(900), new Random(1))).isPresent();
  }

  @Test
  void manyAttemptsDoNotOverflow() {
    RetryPolicy patient =
        new RetryPolicy(
            Integer.MAX_VALUE, Duration.ofSeconds(1), Duration.ofDays(1), Duration.ofDays(1000));
    assertThat(patient.pause(1_000_000, Duration.ZERO, new Random(1)).orElseThrow())
        .isLessThanOrEqualTo(Duration.ofDays(1));
  }
}
