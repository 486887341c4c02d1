package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation.RenameMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Moving names, as rename(2) does, or not onto another one.
public interface RenameContract extends ContractCase {

  @ParameterizedTest(name = "{0} onto {1}: {2}")
  @CsvSource({
    "NOTHING, NOTHING, ENOENT",
    "NOTHING, FILE,    ENOENT",
    "NOTHING, EMPTY,   ENOENT",
    "FILE,    NOTHING, OK",
    "FILE,    FILE,    OK",
    "FILE,    EMPTY,   EISDIR",
    "FILE,    FULL,    EISDIR",
    "EMPTY,   NOTHING, OK",
    "EMPTY,   FILE,    ENOTDIR",
    "EMPTY,   EMPTY,   OK",
    "EMPTY,   FULL,    ENOTEMPTY",
    "FULL,    NOTHING, OK",
    "FULL,    FILE,    ENOTDIR",
    "FULL,    EMPTY,   OK",
    "FULL,    FULL,    ENOTEMPTY",
  })
  default void renameOntoWhatIsThere(Kind source, Kind target, FsStatus expected) {
    make(source, "from");
    make(target, "to");
    assertEnds(expected, () -> rename("from", "to"));
    if (expected == FsStatus.OK) {
      assertThatPath("").hasChildren("to");
      switch (source) {
        case FILE -> assertThatPath("to").hasContent("file from");
        case EMPTY -> assertThatPath("to").hasChildren();
        case FULL -> assertThatPath("to/inside").hasContent("inside from");
        default -> throw new AssertionError(source);
      }
    } else if (target == Kind.FULL) {
      assertThatPath("to/inside").hasContent("inside to");
    }
  }

  @ParameterizedTest(name = "{0} onto {1}, not replacing: {2}")
  @CsvSource({
    "NOTHING, FILE,    ENOENT",
    "FILE,    NOTHING, OK",
    "FILE,    FILE,    EEXIST",
    "FILE,    EMPTY,   EEXIST",
    "EMPTY,   NOTHING, OK",
    "EMPTY,   EMPTY,   EEXIST",
    "EMPTY,   FILE,    EEXIST",
    "FULL,    NOTHING, OK",
    "FULL,    EMPTY,   EEXIST",
  })
  default void renameThatMustNotReplace(Kind source, Kind target, FsStatus expected) {
    make(source, "from");
    make(target, "to");
    assertEnds(expected, () -> fs().rename(at("from"), at("to"), RenameMode.NO_REPLACE));
    if (expected == FsStatus.OK) {
      assertThatPath("").hasChildren("to");
    } else if (source != Kind.NOTHING) {
      assertThatPath("").hasChildren("from", "to");
    }
  }

  @Test
  default void renameKeepsTheInode() {
    write("a", "x");
    InodeId before = stat("a").inode();
    mkdir("d");
    rename("a", "d/b");
    assertThat(stat("d/b").inode()).isEqualTo(before);
    assertThatPath("d/b").hasContent("x");
    assertThatPath("a").isMissing();
  }

  @Test
  default void renameOntoItselfDoesNothing() {
    write("a", "x");
    rename("a", "a");
    assertThatPath("a").hasContent("x");
    mkdir("d");
    rename("d", "d");
    assertThatPath("").hasChildren("a", "d");
  }

  @Test
  default void directoryMovesWithAllBelow() {
    // a/b/c/file -> x/y/c/file
    mkdir("a");
    mkdir("a/b");
    mkdir("a/b/c");
    write("a/b/c/file", "deep");
    mkdir("x");
    rename("a/b", "x/y");
    assertThatPath("x/y/c/file").hasContent("deep");
    assertThatPath("a").hasChildren().hasLinks(2);
    assertThatPath("x").hasChildren("y").hasLinks(3);
    assertThatPath("a/b/c/file").isMissing();
  }

  @ParameterizedTest
  @CsvSource({"a, a/new", "a, a/b/new", "a, a/b/c/new", "a/b, a/b/c/new"})
  default void directoryDoesNotMoveIntoItself(String from, String to) {
    mkdir("a");
    mkdir("a/b");
    mkdir("a/b/c");
    assertFails(FsStatus.EHIER, () -> rename(from, to));
    assertThatPath("a/b/c").isDirectory();
  }

  @Test
  default void directoryDoesNotReplaceItsParent() {
    mkdir("a");
    mkdir("a/b");
    assertFails(FsStatus.ENOTEMPTY, () -> rename("a/b", "a"));
    assertThatPath("a/b").isDirectory();
  }

  @Test
  default void replacedFileIsGone() {
    write("a", "new");
    write("b", "old, and longer than the new one");
    rename("a", "b");
    assertThatPath("b").hasContent("new");
    assertThatPath("").hasChildren("b");
  }

  @Test
  default void nameIsFreeAfterItMovedAway() {
    write("a", "first");
    rename("a", "b");
    write("a", "second");
    assertThatPath("a").hasContent("second");
    assertThatPath("b").hasContent("first");
  }

  @Test
  default void renamesInACircle() {
    write("a", "a");
    write("b", "b");
    write("c", "c");
    rename("a", "t");
    rename("b", "a");
    rename("c", "b");
    rename("t", "c");
    assertThatPath("a").hasContent("b");
    assertThatPath("b").hasContent("c");
    assertThatPath("c").hasContent("a");
  }
}
