package io.plasmafs.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobTest {
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "*, a, true",
        "*.txt, a.txt, true",
        "*.txt, a.txtx, false",
        "*.txt, .txt, false",
        ".*, .txt, true",
        "a*b*c, axxbyyc, true",
        "a*b*c, axxbyy, false",
        "?, ü, true",
        "?, ab, false",
        "[abc], b, true",
        "[a-c]x, bx, true",
        "[!a-c]x, bx, false",
        "[!a-c]x, dx, true",
        "[^a]x, dx, true",
        "[]]x, ]x, true",
        "[a-]x, -x, true",
        "[a, [a, true",
        "\\*, *, true",
        "\\*, a, false",
        "a\\b, a\\b, true",
        "[*], *, true",
        "[*], a, false",
        "*a, aaaaaaaaab, false"
      })
  void matchesAsShellsDo(String pattern, String name, boolean expected) {
    assertThat(new Glob(pattern).matches(name)).isEqualTo(expected);
  }

  @Test
  void manyStarsTakeNoExponentialTime() {
    assertThat(new Glob("*a".repeat(50)).matches("a".repeat(49) + "b")).isFalse();
    assertThat(new Glob("*a".repeat(120) + "b").matches("a".repeat(255))).isFalse();
  }

  @Test
  void knowsWhatIsAPattern() {
    assertThat(Glob.isPattern("a*")).isTrue();
    assertThat(Glob.isPattern("a?b")).isTrue();
    assertThat(Glob.isPattern("a[0-9]")).isTrue();
    assertThat(Glob.isPattern("a[0")).isFalse();
    assertThat(Glob.isPattern("a\\*")).isFalse();
    assertThat(Glob.isPattern("a\\b")).isFalse();
    assertThat(Glob.isPattern("\\\\*")).isTrue();
  }

  @Test
  void unescapesWhatHasAMeaningOnly() {
    assertThat(Glob.unescape("a\\*b\\\\c\\d\\")).isEqualTo("a*b\\c\\d\\");
  }
}
