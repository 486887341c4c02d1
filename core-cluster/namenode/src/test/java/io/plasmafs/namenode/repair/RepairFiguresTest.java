package io.plasmafs.namenode.repair;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepairFiguresTest {
  private final RepairFigures figures = new RepairFigures();

  private void assertQueue(long runs) {
    assertThat(figures.byName()).containsEntry("repair_queue", runs);
  }

  @Test
  void aLookAtSomeFilesDoesNotHideWhatTheOthersNeed() {
    figures.foundInAll(100, 3, 0);
    figures.foundInSome(2, 0);
    assertQueue(102);
    figures.mended();
    figures.mended();
    assertQueue(100);
    assertThat(figures.byName()).containsEntry("repair_unreadable", 3L);
  }

  @Test
  void aLookAtAllFilesCountsAnew() {
    figures.foundInAll(5, 0, 0);
    figures.foundInSome(1, 0);
    figures.foundInAll(2, 0, 0);
    assertQueue(2);
    figures.mended();
    assertQueue(1);
  }
}
