package io.plasmafs.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table(Table.Align.LEFT, Table.Align.RIGHT, Table.Align.LEFT);
    table.row("root", "5", "a");
    table.row("al", "1234", "bcd");
    assertThat(table.lines()).containsExactly("root    5 a", "al   1234 bcd");
  }

  @Test
  void namesGoDownAndThenAcross() {
    assertThat(Table.columns(List.of("a", "b", "c", "d", "e"), 7))
        .containsExactly("a  c  e", "b  d");
    assertThat(Table.columns(List.of("a", "b", "c", "d", "e"), 80))
        .containsExactly("a  b  c  d  e");
    assertThat(Table.columns(List.of("long name", "b"), 5)).containsExactly("long name", "b");
    assertThat(Table.columns(List.of(), 80)).isEmpty();
  }

  @Test
  void wordsAreSplitAsShellsDo() {
    assertThat(Words.of("  mv  'a b' \"c'd\" e\\ f  # away"))
        .containsExactly("mv", "a b", "c'd", "e f");
    assertThat(Words.of("# all")).isEmpty();
    assertThat(Words.of("write /a ''")).containsExactly("write", "/a", "");
    assertThat(Words.of("a#b")).containsExactly("a#b");
  }
}
