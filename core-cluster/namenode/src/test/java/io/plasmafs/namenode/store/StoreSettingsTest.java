package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StoreSettingsTest {
  private static final long COMMITS_PER_SECOND = 20_000;

  /// What a client waits for by default: the answer of the commit, for answers about it, and the
  /// last of these.
  private static final Duration ASKING =
      Duration.ofSeconds(30).plus(Duration.ofSeconds(60)).plus(Duration.ofSeconds(30));

  @Test
  void theTokenOfACommitIsKeptForAsLongAsClientsAskForItAtTheHighestRate() {
    StoreSettings settings = StoreSettings.of("jdbc:postgresql://h/d", "u", "p", "c", 65536);
    assertThat(settings.retainedTokens())
        .isGreaterThanOrEqualTo(COMMITS_PER_SECOND * ASKING.toSeconds());
  }
}
