package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Symbolic links: kept as they are, followed on the way, and at the end where that is the rule.
public interface SymlinksContract extends ContractCase {

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "../a", "/", "/etc/passwd", ".", "..", "a//b/", "no such", "new\nline", "日本"})
  default void targetIsKeptAsGiven(String target) {
    symlink("link", target);
    assertThatPath("link")
        .isLinkTo(keepsIdleSlashesOfTargets() ? target : target.replace("a//b/", "a/b"));
    assertThatPath("").hasChildren("link");
  }

  @ParameterizedTest
  @ValueSource(ints = {255, 256, 4095, 10_000})
  default void targetCanBeLong(int length) {
    String target = "t".repeat(length);
    symlink("link", target);
    assertThatPath("link").isLinkTo(target);
    assertThat(fs().lstat(at("link")).size()).isEqualTo(length);
  }

  @Test
  default void linkIsFollowedOnTheWay() {
    // real/file, link -> real
    mkdir("real");
    write("real/file", "x");
    symlink("link", "real");
    assertThatPath("link/file").hasContent("x");
    write("link/new", "y");
    assertThatPath("real").hasChildren("file", "new");
    assertThatPath("link/new").isSameAs(at("real/new"));
  }

  @Test
  default void statFollowsAndLstatDoesNot() {
    write("file", "content");
    symlink("link", "file");
    assertThat(stat("link").type()).isEqualTo(FileType.REGULAR);
    assertThat(stat("link").size()).isEqualTo(7);
    assertThat(fs().lstat(at("link")).type()).isEqualTo(FileType.SYMLINK);
  }

  @Test
  default void targetsAreRelativeToTheLink() {
    // a/link -> ../b/file, b/file
    mkdir("a");
    mkdir("b");
    write("b/file", "x");
    symlink("a/link", "../b/file");
    assertThatPath("a/link").isLinkTo("../b/file");
    assertThat(read("a/link")).isEqualTo("x");
    rename("a/link", "link");
    assertFails(FsStatus.ENOENT, () -> read("link"));
  }

  @Test
  default void dotsInTargetsAreDirectories() {
    // d/link -> ./../d/././file
    mkdir("d");
    write("d/file", "x");
    symlink("d/link", "./../d/././file");
    assertThat(read("d/link")).isEqualTo("x");
  }

  @Test
  default void absoluteTargetStartsAtTheRoot() {
    write("file", "x");
    fs().symlink(at("link"), LinkTarget.of(at("file").toString()));
    assertThat(read("link")).isEqualTo("x");
  }

  @Test
  default void linksToLinksAreFollowed() {
    write("file", "x");
    symlink("l0", "file");
    for (int i = 1; i < 20; i++) {
      symlink("l" + i, "l" + (i - 1));
    }
    assertThat(read("l19")).isEqualTo("x");
  }

  @ParameterizedTest
  @CsvSource({"a, a", "a, b", "a, a/x", "a, ./a"})
  default void circlesEnd(String name, String target) {
    symlink(name, target);
    if (!target.startsWith(name) && !target.contains(name)) {
      symlink(target, name);
    }
    assertFails(FsStatus.ELOOP, () -> read(name));
    assertFails(FsStatus.ELOOP, () -> fs().list(at(name)));
    assertThatPath(name).isLinkTo(target);
  }

  @ParameterizedTest
  @CsvSource({"LINK, OK", "DANGLING, ENOENT", "DIRECTORY_LINK, OK"})
  default void statThroughLink(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> stat("a"));
    assertThatPath("a").isOf(FileType.SYMLINK);
  }

  @ParameterizedTest
  @CsvSource({"LINK, ENOTDIR", "DANGLING, ENOENT", "DIRECTORY_LINK, OK"})
  default void listThroughLink(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().list(at("a")));
  }

  @ParameterizedTest
  @CsvSource({"LINK, OK", "DANGLING, ENOENT", "DIRECTORY_LINK, EISDIR"})
  default void readThroughLink(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().read(at("a")));
  }

  @ParameterizedTest
  @CsvSource({"LINK, EEXIST", "DANGLING, EEXIST", "DIRECTORY_LINK, EEXIST"})
  default void nothingIsMadeWhereALinkIs(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertFails(expected, () -> fs().create(at("a"), 0644));
    assertFails(expected, () -> fs().mkdir(at("a"), 0755));
    assertFails(expected, () -> symlink("a", "other"));
    assertThatPath("a").isOf(FileType.SYMLINK);
  }

  @ParameterizedTest
  @CsvSource({"LINK", "DANGLING", "DIRECTORY_LINK"})
  default void unlinkTakesTheLinkOnly(Kind kind) {
    make(kind, "a");
    fs().unlink(at("a"));
    assertThatPath("a").isMissing();
    if (kind != Kind.DANGLING) {
      assertThatPath("a.target").exists();
    }
  }

  @ParameterizedTest
  @CsvSource({"LINK, ENOTDIR", "DANGLING, ENOTDIR", "DIRECTORY_LINK, ENOTDIR"})
  default void rmdirDoesNotFollow(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertFails(expected, () -> fs().rmdir(at("a")));
  }

  @ParameterizedTest
  @CsvSource({
    "LINK,           NOTHING, OK",
    "LINK,           FILE,    OK",
    "LINK,           EMPTY,   EISDIR",
    "DANGLING,       FILE,    OK",
    "DIRECTORY_LINK, NOTHING, OK",
    "DIRECTORY_LINK, FILE,    OK",
    "DIRECTORY_LINK, EMPTY,   EISDIR",
    "FILE,           LINK,    OK",
    "FILE,           DANGLING, OK",
    "FILE,           DIRECTORY_LINK, OK",
    "EMPTY,          DIRECTORY_LINK, ENOTDIR",
  })
  default void renameMovesAndReplacesLinksThemselves(Kind source, Kind target, FsStatus expected) {
    make(source, "from");
    make(target, "to");
    FileType type = fs().lstat(at("from")).type();
    assertEnds(expected, () -> rename("from", "to"));
    if (expected == FsStatus.OK) {
      assertThatPath("from").isMissing();
      assertThatPath("to").isOf(type);
    }
    if (target == Kind.LINK) {
      assertThatPath("to.target").hasContent("target of to");
    }
  }

  @ParameterizedTest
  @CsvSource({"FILE, EINVAL", "EMPTY, EINVAL", "NOTHING, ENOENT", "LINK, OK", "DANGLING, OK"})
  default void readLinkOfEachKind(Kind kind, FsStatus expected) {
    make(kind, "a");
    assertEnds(expected, () -> fs().readLink(at("a")));
  }

  @Test
  default void linkThatIsReplacedLeadsElsewhere() {
    write("one", "1");
    write("two", "2");
    symlink("current", "one");
    symlink("next", "two");
    rename("next", "current");
    assertThat(read("current")).isEqualTo("2");
    assertThatPath("one").hasContent("1");
  }
}
