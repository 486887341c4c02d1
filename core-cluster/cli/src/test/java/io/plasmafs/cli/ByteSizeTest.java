package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({"512, 512", "64k, 65536", "1.5M, 1572864", "8g, 8589934592", "2 GiB, 2147483648"})
  void readsSizes(String text, long bytes) {
    assertThat(ByteSize.parse(text).bytes()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "k", "-1", "1x", "9999999t", "1e3"})
  void refusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1023, 1023",
    "1024, 1.0K",
    "10188, 9.9K",
    "10240, 10K",
    "1048064, 1.0M",
    "1048575, 1.0M",
    "1288490189, 1.2G"
  })
  void showsSizesShort(long bytes, String text) {
    assertThat(ByteSize.display(bytes)).isEqualTo(text);
  }

  @Test
  void countsForPeople() {
    assertThat(Counts.bytes(1)).isEqualTo("1 byte");
    assertThat(Counts.bytes(1288490189)).isEqualTo("1.2 GiB");
    assertThat(Counts.of(20000, "file", "files")).isEqualTo("20000 files");
    assertThat(DfCommand.percent(1, 1000)).isEqualTo("1%");
    assertThat(DfCommand.percent(0, 0)).isEqualTo("-");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "1, 1, true",
    "1, 512, true",
    "1, 513, false",
    "+1, 513, true",
    "-2k, 1024, true",
    "-2k, 1025, false",
    "5c, 5, true",
    "+1M, 1048576, false",
    "+1M, 1048577, true"
  })
  void findComparesSizesInWholeUnits(String test, long size, boolean expected) {
    assertThat(FindCommand.sizeTest(test).test(size)).isEqualTo(expected);
  }
}
