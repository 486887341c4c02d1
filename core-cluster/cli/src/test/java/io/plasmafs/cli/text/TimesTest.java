package io.plasmafs.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimesTest {
  private final Times times =
      new Times(ZoneId.of("Europe/Berlin"), Instant.parse("2026-03-10T12:00:00Z"));

  @ParameterizedTest
  @CsvSource({
    "2026-03-01,                    2026-02-28T23:00:00Z",
    "2026-03-01 12:30,              2026-03-01T11:30:00Z",
    "2026-07-01T12:30:15.5,         2026-07-01T10:30:15.500Z",
    "2026-03-01T12:30:15Z,          2026-03-01T12:30:15Z",
    "2026-03-01 12:30:15 +0530,     2026-03-01T07:00:15Z",
    "2026-03-01T12:30+01:00,        2026-03-01T11:30:00Z",
    "@0,                            1970-01-01T00:00:00Z",
    "@1772368215.25,                2026-03-01T12:30:15.250Z",
    "@-1.5,                         1969-12-31T23:59:58.500Z",
    "now,                           2026-03-10T12:00:00Z"
  })
  void readsTimes(String text, Instant expected) {
    assertThat(times.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "2026-13-01", "2026-02-30", "@x", "12:30"})
  void refusesWhatIsNoTime(String text) {
    assertThatThrownBy(() -> times.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no time");
  }

  @Test
  void readsStampsAsTouchDoes() {
    assertThat(times.parseStamp("202601021530.45")).isEqualTo("2026-01-02T14:30:45Z");
    assertThat(times.parseStamp("9901021530")).isEqualTo("1999-01-02T14:30:00Z");
    assertThat(times.parseStamp("01021530")).isEqualTo("2026-01-02T14:30:00Z");
    assertThatThrownBy(() -> times.parseStamp("13011530")).hasMessageContaining("no time");
    assertThatThrownBy(() -> times.parseStamp("1")).hasMessageContaining("[[CC]YY]MMDDhhmm");
  }

  @Test
  void showsRecentTimesWithTheTimeOfDayAndOthersWithTheYear() {
    assertThat(times.brief(Instant.parse("2026-03-01T05:04:03Z"))).isEqualTo("Mar  1 06:04");
    assertThat(times.brief(Instant.parse("2024-12-24T05:04:03Z"))).isEqualTo("Dec 24  2024");
    assertThat(times.brief(Instant.parse("2027-01-01T05:04:03Z"))).isEqualTo("Jan  1  2027");
  }

  @Test
  void showsTimesInFull() {
    assertThat(times.full(Instant.parse("2026-03-01T05:04:03.000000007Z")))
        .isEqualTo("2026-03-01 06:04:03.000000007 +0100");
  }
}
