package io.plasmafs.testkit.contract;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.RenameMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two names change places in one step, as renameat2(2) does with RENAME_EXCHANGE.
public interface ExchangeContract extends ContractCase {

  private void exchange(String one, String other) {
    fs().rename(at(one), at(other), RenameMode.EXCHANGE);
  }

  @ParameterizedTest
  @CsvSource({
    "FILE,    FILE,    OK",
    "FILE,    EMPTY,   OK",
    "FILE,    FULL,    OK",
    "EMPTY,   FILE,    OK",
    "EMPTY,   FULL,    OK",
    "FULL,    FULL,    OK",
    "FILE,    NOTHING, ENOENT",
    "NOTHING, FILE,    ENOENT",
  })
  default void exchangeOfKinds(Kind one, Kind other, FsStatus expected) {
    make(one, "one");
    make(other, "other");
    assertEnds(expected, () -> exchange("one", "other"));
    if (expected == FsStatus.OK) {
      assertThatPath("").hasChildren("one", "other");
      assertIs(one, "other", "one");
      assertIs(other, "one", "other");
    }
  }

  private void assertIs(Kind kind, String path, String was) {
    switch (kind) {
      case FILE -> assertThatPath(path).hasContent("file " + was);
      case FULL -> assertThatPath(path + "/inside").hasContent("inside " + was);
      default -> assertThatPath(path).isDirectory();
    }
  }

  @Test
  default void exchangeAcrossDirectoriesKeepsCounts() {
    // a/file, b/dir/inside
    mkdir("a");
    write("a/file", "f");
    mkdir("b");
    make(Kind.FULL, "b/dir");
    exchange("a/file", "b/dir");
    assertThatPath("a").hasChildren("file").hasLinks(3);
    assertThatPath("b").hasChildren("dir").hasLinks(2);
    assertThatPath("a/file/inside").hasContent("inside b/dir");
    assertThatPath("b/dir").hasContent("f");
  }

  @Test
  default void directoryIsNotExchangedWithWhatItHolds() {
    mkdir("a");
    make(Kind.FULL, "a/b");
    assertFails(FsStatus.EHIER, () -> exchange("a", "a/b"));
    assertFails(FsStatus.EHIER, () -> exchange("a/b", "a"));
    assertThatPath("a/b").hasChildren("inside");
  }

  @Test
  default void exchangeTwiceIsAsBefore() {
    write("a", "a");
    write("b", "b");
    exchange("a", "b");
    exchange("a", "b");
    assertThatPath("a").hasContent("a");
    assertThatPath("b").hasContent("b");
  }
}
