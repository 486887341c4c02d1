package io.plasmafs.webdav.header;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockTimeoutTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Second-60|60",
        "second-60|60",
        "Infinite, Second-4100000000|3600",
        "Second-4100000000, Infinite|3600",
        "Second-99999999999999999999|3600",
        "Second-0|1",
        "Extend, Second-30|30",
        "Second--5|600",
        "Second-|600",
        "rubbish|600"
      })
  void wishIsBounded(String header, long seconds) {
    assertThat(LockTimeout.parse(Optional.of(header))).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void withoutWishItIsTheDefault() {
    assertThat(LockTimeout.parse(Optional.empty())).isEqualTo(LockTimeout.DEFAULT);
  }
}
