package io.plasmafs.testkit.contract;

import io.plasmafs.model.FsStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whole trees: making missing parents, and removing everything below something.
public interface TreesContract extends ContractCase {

  @Test
  default void mkdirsMakesMissingParents() {
    fs().mkdirs(at("a/b/c"));
    assertThatPath("a/b/c").isDirectory();
    fs().mkdirs(at("a/b/d"));
    assertThatPath("a/b").hasChildren("c", "d");
  }

  @ParameterizedTest
  @CsvSource({"FILE, EEXIST", "EMPTY, OK", "FULL, OK"})
  default void mkdirsWhereSomethingIs(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().mkdirs(at("a")));
  }

  @Test
  default void mkdirsThroughFileFails() {
    write("a", "x");
    assertFails(FsStatus.ENOTDIR, () -> fs().mkdirs(at("a/b/c")));
    assertThatPath("").hasChildren("a");
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, OK", "EMPTY, OK", "FULL, OK"})
  default void removeTreeOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    write("beside", "x");
    assertEnds(expected, () -> fs().removeTree(at("a")));
    assertThatPath("").hasChildren("beside");
  }

  @Test
  default void removeTreeTakesAllBelow() {
    // a
    // ├── b/c/d/file
    // └── e/0 ... e/49
    fs().mkdirs(at("a/b/c/d"));
    write("a/b/c/d/file", "x");
    mkdir("a/e");
    for (int i = 0; i < 50; i++) {
      write("a/e/" + i, "x");
    }
    fs().removeTree(at("a"));
    assertThatPath("").hasChildren();
    assertThatPath("a/b/c/d/file").isMissing();
    mkdir("a");
    assertThatPath("a").hasChildren();
  }
}
