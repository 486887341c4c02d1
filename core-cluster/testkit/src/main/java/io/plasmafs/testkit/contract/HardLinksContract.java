package io.plasmafs.testkit.contract;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Several names of one file.
public interface HardLinksContract extends ContractCase {

  private void link(String existing, String path) {
    fs().link(at(existing), at(path));
  }

  @Test
  default void namesOfOneFileShareEverything() {
    write("a", "first");
    mkdir("d");
    link("a", "d/b");
    assertThatPath("d/b").isSameAs(at("a")).hasContent("first").hasLinks(2);
    write("d/b", "second");
    fs().setAttributes(at("a"), AttributeChanges.NONE.withMode(0600));
    assertThatPath("a").hasContent("second");
    assertThatPath("d/b").hasMode(0600);
  }

  @Test
  default void fileLivesWhileItHasAName() {
    write("a", "x");
    link("a", "b");
    link("b", "c");
    assertThatPath("a").hasLinks(3);
    fs().unlink(at("a"));
    assertThatPath("b").hasLinks(2).hasContent("x");
    fs().unlink(at("b"));
    assertThatPath("c").hasLinks(1).hasContent("x");
    fs().unlink(at("c"));
    assertThatPath("").hasChildren();
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, OK", "EMPTY, EPERM", "FULL, EPERM"})
  default void linkOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> link("a", "b"));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, OK", "FILE, EEXIST", "EMPTY, EEXIST", "FULL, EEXIST"})
  default void linkOntoEachKind(Kind kind, FsStatus expected) {
    write("a", "x");
    make(kind, "b");
    assertEnds(expected, () -> link("a", "b"));
  }

  @Test
  default void linkOntoItselfFails() {
    write("a", "x");
    assertFails(FsStatus.EEXIST, () -> link("a", "a"));
    assertThatPath("a").hasLinks(1);
  }

  @Test
  default void renameOntoAnotherNameOfTheSameFileDoesNothing() {
    write("a", "x");
    link("a", "b");
    rename("a", "b");
    assertThatPath("").hasChildren("a", "b");
    assertThatPath("a").hasLinks(2);
  }

  @Test
  default void replacingOneNameLeavesTheOthers() {
    write("a", "kept");
    link("a", "b");
    write("new", "new");
    rename("new", "b");
    assertThatPath("a").hasContent("kept").hasLinks(1);
    assertThatPath("b").hasContent("new").hasLinks(1);
  }

  @Test
  default void manyNames() {
    write("a", "x");
    for (int i = 0; i < 50; i++) {
      link("a", "name" + i);
    }
    assertThatPath("name49").hasLinks(51);
    for (int i = 0; i < 50; i++) {
      fs().unlink(at("name" + i));
    }
    assertThatPath("a").hasLinks(1).hasContent("x");
  }

  @Test
  default void namesInRemovedTreeStopCounting() {
    mkdir("d");
    write("d/a", "x");
    link("d/a", "b");
    fs().unlink(at("d/a"));
    fs().rmdir(at("d"));
    assertThatPath("b").hasLinks(1).hasContent("x");
  }

  @Test
  default void linkThroughMissingDirectoryFails() {
    write("a", "x");
    assertFails(FsStatus.ENOENT, () -> link("a", "missing/b"));
    assertFails(FsStatus.ENOTDIR, () -> link("a", "a/b"));
  }
}
