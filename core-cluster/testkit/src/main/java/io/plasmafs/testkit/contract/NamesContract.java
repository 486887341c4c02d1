package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Names: what they can be, how they are ordered, and what the way to them must look like.
public interface NamesContract extends ContractCase {

  /// Names that some program somewhere takes for something else.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain",
        "two words",
        " leading",
        "trailing ",
        "...",
        ".hidden",
        "-r",
        "--",
        "~",
        "#",
        "%41",
        "%",
        "a+b",
        "a&b",
        "a?b",
        "a*b",
        "[ab]",
        "a;b",
        "a:b",
        "a\\b",
        "\"quoted\"",
        "'quoted'",
        "<tag>",
        "a|b",
        "$HOME",
        "`id`",
        "!x",
        "new\nline",
        "carriage\rreturn",
        "tab\ttab",
        "bell\7",
        "escape\33[2J",
        "del\177",
        "é",
        "e\u0301",
        "日本語",
        "עברית",
        "😀",
        "\u200b",
        "\u202eabc",
        "\ufeff",
        "CON",
        "nul.txt",
        "name.",
        "desktop.ini",
        ".DS_Store",
        "@",
        "=",
        ",",
        "{}"
      })
  default void oddNameIsKept(String name) {
    FsPath path = directory().resolve(Name.of(name));
    fs().write(path, name.getBytes(UTF_8));
    assertThat(fs().list(directory())).containsExactly(Name.of(name));
    assertThat(fs().read(path)).isEqualTo(name.getBytes(UTF_8));
    fs().unlink(path);
    assertThatPath("").hasChildren();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"FF", "C3", "C328", "61FF62", "EDA080", "F8888080", "80", "E282", "01", "FEFF"})
  default void nameIsBytes(String hex) {
    if (!hasNamesOfAnyBytes() && !isUtf8(HexFormat.of().parseHex(hex))) {
      return;
    }
    Name name = Name.of(HexFormat.of().parseHex(hex));
    FsPath path = directory().resolve(name);
    fs().write(path, new byte[] {1});
    assertThat(fs().list(directory())).containsExactly(name);
    assertThat(fs().read(path)).containsExactly(1);
  }

  private static boolean isUtf8(byte[] bytes) {
    return java.util.Arrays.equals(new String(bytes, UTF_8).getBytes(UTF_8), bytes);
  }

  @Test
  default void listingIsInTheOrderOfBytes() {
    List<String> names = List.of("b", "a", "B", "aa", "é", "z", "10", "9", "_", "~", "a b", "日");
    names.forEach(name -> write(name, name));
    assertThatPath("").hasChildren(names.toArray(String[]::new));
  }

  @Test
  default void caseAndNormalisationAreNotFolded() {
    write("readme", "small");
    write("README", "large");
    write("é", "composed");
    write("e\u0301", "decomposed");
    assertThatPath("readme").hasContent("small");
    assertThatPath("README").hasContent("large");
    assertThatPath("é").hasContent("composed");
    assertThatPath("e\u0301").hasContent("decomposed");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 254, 255})
  default void nameCanHave255Bytes(int length) {
    String name = "n".repeat(length);
    write(name, "x");
    assertThatPath("").hasChildren(name);
    assertThatPath(name).hasContent("x");
  }

  @Test
  default void nameOf255BytesOfManyCharactersEach() {
    String name = "日".repeat(85);
    mkdir(name);
    assertThatPath("").hasChildren(name);
  }

  @Test
  default void pathsCanBeDeep() {
    StringBuilder path = new StringBuilder();
    for (int depth = 0; depth < 60; depth++) {
      path.append(depth == 0 ? "" : "/").append("level").append(depth);
      mkdir(path.toString());
    }
    write(path + "/bottom", "deep");
    assertThatPath(path + "/bottom").hasContent("deep");
  }

  @Test
  default void createdFileIsEmpty() {
    fs().create(at("a"), 0644);
    assertThatPath("a").isFile().hasContent("");
    assertThatPath("").hasChildren("a");
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, OK", "FILE, EEXIST", "EMPTY, EEXIST", "FULL, EEXIST"})
  default void createWhereSomethingIs(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().create(at("a"), 0644));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, OK", "FILE, EEXIST", "EMPTY, EEXIST", "FULL, EEXIST"})
  default void mkdirWhereSomethingIs(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().mkdir(at("a"), 0755));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, OK", "EMPTY, EISDIR", "FULL, EISDIR"})
  default void unlinkOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().unlink(at("a")));
    if (expected == FsStatus.OK) {
      assertThatPath("a").isMissing();
    }
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, ENOTDIR", "EMPTY, OK", "FULL, ENOTEMPTY"})
  default void rmdirOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().rmdir(at("a")));
    if (expected == FsStatus.OK) {
      assertThatPath("a").isMissing();
    }
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, ENOTDIR", "EMPTY, OK", "FULL, OK"})
  default void listOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().list(at("a")));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, ENOENT", "FILE, OK", "EMPTY, EISDIR", "FULL, EISDIR"})
  default void readOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().read(at("a")));
  }

  @ParameterizedTest
  @CsvSource({"NOTHING, OK", "FILE, OK", "EMPTY, EISDIR", "FULL, EISDIR"})
  default void writeOntoEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> write("a", "new"));
  }

  /// What can be done at the end of a way that is broken.
  enum Act {
    STAT,
    LIST,
    READ,
    WRITE,
    CREATE,
    MKDIR,
    UNLINK,
    RMDIR,
    RENAME_FROM,
    RENAME_TO
  }

  private void run(Act act, FsPath path) {
    switch (act) {
      case STAT -> fs().stat(path);
      case LIST -> fs().list(path);
      case READ -> fs().read(path);
      case WRITE -> fs().write(path, new byte[1]);
      case CREATE -> fs().create(path, 0644);
      case MKDIR -> fs().mkdir(path, 0755);
      case UNLINK -> fs().unlink(path);
      case RMDIR -> fs().rmdir(path);
      case RENAME_FROM ->
          fs().rename(path, at("free"), io.plasmafs.model.operation.Operation.RenameMode.REPLACE);
      case RENAME_TO ->
          fs().rename(at("there"), path, io.plasmafs.model.operation.Operation.RenameMode.REPLACE);
    }
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(Act.class)
  default void wayThroughNothingFails(Act act) {
    write("there", "x");
    assertFails(FsStatus.ENOENT, () -> run(act, at("missing/a")));
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.EnumSource(Act.class)
  default void wayThroughFileFails(Act act) {
    write("there", "x");
    write("file", "x");
    assertFails(FsStatus.ENOTDIR, () -> run(act, at("file/a")));
  }

  @Test
  default void failedOperationsChangeNothing() {
    // full/inside, file
    make(Kind.FULL, "full");
    write("file", "kept");
    assertFails(FsStatus.ENOTEMPTY, () -> fs().rmdir(at("full")));
    assertFails(FsStatus.EEXIST, () -> fs().create(at("file"), 0600));
    assertFails(FsStatus.EISDIR, () -> fs().unlink(at("full")));
    assertThatPath("").hasChildren("file", "full");
    assertThatPath("full").hasChildren("inside");
    assertThatPath("file").hasContent("kept");
  }

  @Test
  default void freedNameCanBeTakenByAnotherKind() {
    write("a", "file");
    fs().unlink(at("a"));
    mkdir("a");
    write("a/b", "x");
    fs().unlink(at("a/b"));
    fs().rmdir(at("a"));
    write("a", "again");
    assertThatPath("a").isFile().hasContent("again");
  }

  @Test
  default void manyEntriesAreAllListed() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      names.add("entry" + i);
      mkdir("entry" + i);
    }
    assertThatPath("").hasChildren(names.toArray(String[]::new));
    for (int i = 0; i < 300; i += 2) {
      fs().rmdir(at("entry" + i));
      names.remove("entry" + i);
    }
    assertThatPath("").hasChildren(names.toArray(String[]::new));
  }

  @Test
  default void sizeOfDirectoryIsTheNumberOfItsEntries() {
    mkdir("a");
    assertThatPath("a").hasSize(0);
    write("a/x", "x");
    mkdir("a/y");
    assertThatPath("a").hasSize(2);
    fs().unlink(at("a/x"));
    assertThatPath("a").hasSize(1);
  }

  @Test
  default void subdirectoriesCountAsLinks() {
    mkdir("a");
    assertThatPath("a").hasLinks(2);
    mkdir("a/b");
    mkdir("a/c");
    write("a/file", "x");
    assertThatPath("a").hasLinks(4);
    fs().rmdir(at("a/b"));
    assertThatPath("a").hasLinks(3);
  }
}
