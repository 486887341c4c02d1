package io.plasmafs.client.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReadPaceTest {
  private final ReadPace pace = new ReadPace();

  private void answered(int reads, Duration each) {
    for (int i = 0; i < reads; i++) {
      pace.answered(each.toNanos());
    }
  }

  private int secondQuestions() {
    int count = 0;
    while (pace.mayHedge()) {
      count++;
    }
    return count;
  }

  @Test
  void aReadIsSlowWhenItTakesTwiceAsLongAsNearlyAllOthers() {
    assertThat(pace.patienceNanos()).isEqualTo(Duration.ofSeconds(1).toNanos());
    answered(508, Duration.ofMillis(30));
    answered(4, Duration.ofSeconds(9));
    assertThat(pace.patienceNanos()).isEqualTo(Duration.ofMillis(60).toNanos());
  }

  @Test
  void whatUsuallyTakesLongIsWaitedForLonger() {
    answered(512, Duration.ofMillis(30));
    answered(64, Duration.ofMillis(700));
    assertThat(pace.patienceNanos()).isEqualTo(Duration.ofMillis(1400).toNanos());
  }

  @Test
  void swiftReadsAreGivenSomeTimeAllTheSame() {
    answered(512, Duration.ofNanos(100));
    assertThat(pace.patienceNanos()).isEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void secondQuestionsAreATenthOfAllAtMost() {
    assertThat(secondQuestions()).isEqualTo(10);
    answered(55, Duration.ofMillis(1));
    assertThat(secondQuestions()).isEqualTo(5);
    answered(10_000, Duration.ofMillis(1));
    assertThat(secondQuestions()).as("they are not saved up").isEqualTo(10);
  }
}
