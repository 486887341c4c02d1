package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Modes, owners and times.
public interface AttributesContract extends ContractCase {

  private void change(String path, AttributeChanges changes) {
    fs().setAttributes(at(path), changes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0400", "0644", "0755", "0777", "01777", "02755", "04755", "07777"})
  default void modeIsKept(int mode) {
    fs().create(at("file"), mode);
    assertThatPath("file").hasMode(mode);
    fs().mkdir(at("directory"), mode);
    assertThatPath("directory").hasMode(mode);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "0400", "0644", "0755", "0777", "01777", "02755", "04755", "07777"})
  default void modeCanBeChanged(int mode) {
    write("file", "x");
    mkdir("directory");
    change("file", AttributeChanges.NONE.withMode(mode));
    change("directory", AttributeChanges.NONE.withMode(mode));
    assertThatPath("file").hasMode(mode).hasContent("x");
    assertThatPath("directory").hasMode(mode);
  }

  @Test
  default void ownerAndGroupAreNames() {
    write("a", "x");
    assertThatPath("a").belongsTo("root", "root");
    change("a", AttributeChanges.NONE.withOwner("alice").withGroup("staff"));
    assertThatPath("a").belongsTo("alice", "staff");
    change("a", AttributeChanges.NONE.withGroup("guests"));
    assertThatPath("a").belongsTo("alice", "guests");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z", "1901-01-01T00:00:00Z",
        "2000-02-29T12:30:00.5Z", "2026-11-21T12:00:00.123456789Z", "2038-01-19T03:14:08Z",
        "2106-02-07T06:28:16Z", "2200-01-01T00:00:00.000000001Z"
      })
  default void timeOfModificationIsKeptToTheNanosecond(Instant time) {
    write("file", "x");
    mkdir("directory");
    change("file", AttributeChanges.NONE.withMtime(TimeChange.to(time)));
    change("directory", AttributeChanges.NONE.withMtime(TimeChange.to(time)));
    assertThatPath("file").wasModifiedAt(time);
    assertThatPath("directory").wasModifiedAt(time);
  }

  /// What moves the time of modification of a file, and what does not.
  @ParameterizedTest
  @CsvSource({"write, true", "rename, false", "chmod, false", "read, false"})
  default void timeOfModificationIsThatOfTheContent(String act, boolean moves) {
    Instant old = Instant.parse("2001-01-01T00:00:00Z");
    write("a", "x");
    change("a", AttributeChanges.NONE.withMtime(TimeChange.to(old)));
    switch (act) {
      case "write" -> write("a", "y");
      case "rename" -> {
        rename("a", "b");
        rename("b", "a");
      }
      case "chmod" -> change("a", AttributeChanges.NONE.withMode(0600));
      case "read" -> assertThat(read("a")).isEqualTo("x");
      default -> throw new AssertionError(act);
    }
    Instant now = stat("a").mtime();
    assertThat(now.isAfter(old)).as("%s moved the time to %s", act, now).isEqualTo(moves);
  }

  /// What moves the time of modification of a directory.
  @ParameterizedTest
  @CsvSource({
    "create, true",
    "unlink, true",
    "rename, true",
    "mkdir, true",
    "rmdir, true",
    "write, false",
    "chmod, false"
  })
  default void timeOfDirectoryIsThatOfItsEntries(String act, boolean moves) {
    Instant old = Instant.parse("2001-01-01T00:00:00Z");
    mkdir("d");
    write("d/a", "x");
    mkdir("d/e");
    change("d", AttributeChanges.NONE.withMtime(TimeChange.to(old)));
    switch (act) {
      case "create" -> fs().create(at("d/b"), 0644);
      case "unlink" -> fs().unlink(at("d/a"));
      case "rename" -> rename("d/a", "d/b");
      case "mkdir" -> mkdir("d/f");
      case "rmdir" -> fs().rmdir(at("d/e"));
      case "write" -> write("d/a", "y");
      case "chmod" -> change("d/a", AttributeChanges.NONE.withMode(0600));
      default -> throw new AssertionError(act);
    }
    Instant now = stat("d").mtime();
    assertThat(now.isAfter(old)).as("%s moved the time to %s", act, now).isEqualTo(moves);
  }

  @Test
  default void newFileHasTheTimeOfTheServer() {
    Instant before = Instant.now().minus(Duration.ofMinutes(5));
    write("a", "x");
    Attributes attributes = stat("a");
    Instant after = Instant.now().plus(Duration.ofMinutes(5));
    assertThat(attributes.mtime()).isBetween(before, after);
    assertThat(attributes.ctime()).isBetween(before, after);
    assertThat(attributes.birth()).isBetween(before, after);
  }

  @Test
  default void timeOfBirthStays() {
    write("a", "x");
    Instant birth = stat("a").birth();
    write("a", "y");
    rename("a", "b");
    change("b", AttributeChanges.NONE.withMode(0600));
    assertThat(stat("b").birth()).isEqualTo(birth);
  }

  @Test
  default void changesOfAttributesKeepAllElse() {
    write("a", "content");
    Attributes before = stat("a");
    change("a", AttributeChanges.NONE.withMode(0640));
    Attributes after = stat("a");
    assertThat(after.inode()).isEqualTo(before.inode());
    assertThat(after.owner()).isEqualTo(before.owner());
    assertThat(after.mtime()).isEqualTo(before.mtime());
    assertThat(after.size()).isEqualTo(before.size());
    assertThatPath("a").hasContent("content");
  }

  @Test
  default void attributesOfMissingFileFail() {
    assertFails(FsStatus.ENOENT, () -> change("a", AttributeChanges.NONE.withMode(0600)));
    assertFails(FsStatus.ENOENT, () -> stat("a"));
  }
}
