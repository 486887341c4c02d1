package io.plasmafs.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.TimeChange;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Who may do what: owner, group and others, as POSIX has it. Files here belong to `alice`, group
/// `staff`, where nothing else is said.
public interface PermissionsContract extends ContractCase {

  /// Who asks, in words of the tables.
  enum Who {
    OWNER,
    MEMBER,
    OTHER,
    SUPERUSER
  }

  private FilesystemUnderTest as(Who who) {
    return fs().as(
            switch (who) {
              case OWNER -> ALICE;
              case MEMBER -> BOB;
              case OTHER -> CAROL;
              case SUPERUSER -> ROOT;
            });
  }

  private AttributeChanges alices(int mode) {
    return AttributeChanges.NONE.withOwner("alice").withGroup("staff").withMode(mode);
  }

  private void fileOfAlice(String path, int mode) {
    write(path, "secret");
    fs().setAttributes(at(path), alices(mode));
  }

  private void directoryOfAlice(String path, int mode) {
    mkdir(path);
    fs().setAttributes(at(path), alices(mode));
  }

  @ParameterizedTest(name = "file {0}: {1} reads: {2}, writes: {3}")
  @CsvSource({
    "0600, OWNER, OK, OK",
    "0400, OWNER, OK, EACCES",
    "0200, OWNER, EACCES, OK",
    "0000, OWNER, EACCES, EACCES",
    "0077, OWNER, EACCES, EACCES",
    "0066, MEMBER, OK, OK",
    "0060, MEMBER, OK, OK",
    "0040, MEMBER, OK, EACCES",
    "0020, MEMBER, EACCES, OK",
    "0600, MEMBER, EACCES, EACCES",
    "0606, MEMBER, EACCES, EACCES",
    "0006, OTHER, OK, OK",
    "0004, OTHER, OK, EACCES",
    "0002, OTHER, EACCES, OK",
    "0660, OTHER, EACCES, EACCES",
    "0000, SUPERUSER, OK, OK",
    "0077, SUPERUSER, OK, OK",
  })
  default void contentOfFile(int mode, Who who, FsStatus reads, FsStatus writes) {
    fileOfAlice("a", mode);
    assertEnds(reads, () -> as(who).read(at("a")));
    assertEnds(writes, () -> as(who).write(at("a"), new byte[] {'n'}));
    assertThatPath("a").hasContent(writes == FsStatus.OK ? "n" : "secret");
  }

  @ParameterizedTest(name = "directory {0}: {1} lists: {2}, looks: {3}, creates: {4}")
  @CsvSource({
    "0700, OWNER, OK, OK, OK",
    "0500, OWNER, OK, OK, EACCES",
    "0300, OWNER, EACCES, OK, OK",
    "0600, OWNER, OK, EACCES, EACCES",
    "0400, OWNER, OK, EACCES, EACCES",
    "0100, OWNER, EACCES, OK, EACCES",
    "0000, OWNER, EACCES, EACCES, EACCES",
    "0077, OWNER, EACCES, EACCES, EACCES",
    "0070, MEMBER, OK, OK, OK",
    "0050, MEMBER, OK, OK, EACCES",
    "0010, MEMBER, EACCES, OK, EACCES",
    "0707, MEMBER, EACCES, EACCES, EACCES",
    "0007, OTHER, OK, OK, OK",
    "0005, OTHER, OK, OK, EACCES",
    "0001, OTHER, EACCES, OK, EACCES",
    "0002, OTHER, EACCES, EACCES, EACCES",
    "0770, OTHER, EACCES, EACCES, EACCES",
    "0000, SUPERUSER, OK, OK, OK",
  })
  default void useOfDirectory(int mode, Who who, FsStatus lists, FsStatus looks, FsStatus creates) {
    directoryOfAlice("d", 0777);
    write("d/there", "x");
    fs().setAttributes(at("d"), alices(mode));
    assertEnds(lists, () -> as(who).list(at("d")));
    assertEnds(looks, () -> as(who).stat(at("d/there")));
    assertEnds(creates, () -> as(who).create(at("d/new"), 0644));
    assertEnds(creates, () -> as(who).mkdir(at("d/sub"), 0755));
    assertEnds(creates, () -> as(who).rename(at("d/there"), at("d/moved"), RenameMode.REPLACE));
    assertEnds(creates, () -> as(who).unlink(at(creates == FsStatus.OK ? "d/moved" : "d/there")));
  }

  @Test
  default void everyDirectoryOnTheWayMustBeSearchable() {
    directoryOfAlice("a", 0700);
    mkdir("a/b");
    write("a/b/c", "x");
    fs().setAttributes(at("a/b/c"), AttributeChanges.NONE.withMode(0666));
    assertFails(FsStatus.EACCES, () -> as(Who.MEMBER).read(at("a/b/c")));
    assertFails(FsStatus.EACCES, () -> as(Who.MEMBER).stat(at("a/b/c")));
    assertFails(FsStatus.EACCES, () -> as(Who.MEMBER).stat(at("a/b/missing")));
    assertThat(as(Who.OWNER).read(at("a/b/c"))).isNotEmpty();
  }

  @ParameterizedTest(name = "{0}: mode {1}, group music {2}, group guests {3}, owner {4}, time {5}")
  @CsvSource({
    "OWNER,     OK,    OK,    EPERM, EPERM, OK",
    "MEMBER,    EPERM, EPERM, EPERM, EPERM, EPERM",
    "OTHER,     EPERM, EPERM, EPERM, EPERM, EPERM",
    "SUPERUSER, OK,    OK,    OK,    OK,    OK",
  })
  default void changesOfAttributes(
      Who who, FsStatus mode, FsStatus music, FsStatus guests, FsStatus owner, FsStatus time) {
    fileOfAlice("a", 0666);
    AttributeChanges none = AttributeChanges.NONE;
    assertEnds(mode, () -> as(who).setAttributes(at("a"), none.withMode(0644)));
    assertEnds(music, () -> as(who).setAttributes(at("a"), none.withGroup("music")));
    assertEnds(guests, () -> as(who).setAttributes(at("a"), none.withGroup("guests")));
    assertEnds(
        time, () -> as(who).setAttributes(at("a"), none.withMtime(TimeChange.to(Instant.EPOCH))));
    assertEnds(owner, () -> as(who).setAttributes(at("a"), none.withOwner("bob")));
  }

  @ParameterizedTest(name = "sticky directory of {0}, file of {1}: {2} removes: {3}")
  @CsvSource({
    "alice, alice, MEMBER,    EPERM",
    "alice, alice, OTHER,     EPERM",
    "alice, alice, OWNER,     OK",
    "root,  alice, OWNER,     OK",
    "root,  alice, MEMBER,    EPERM",
    "root,  bob,   OWNER,     EPERM",
    "alice, bob,   OWNER,     OK",
    "root,  bob,   MEMBER,    OK",
    "root,  alice, SUPERUSER, OK",
  })
  default void stickyDirectory(String ownerOfDirectory, String ownerOfFile, Who who, FsStatus end) {
    mkdir("d");
    write("d/a", "x");
    write("d/b", "x");
    AttributeChanges none = AttributeChanges.NONE;
    fs().setAttributes(at("d/a"), none.withOwner(ownerOfFile));
    fs().setAttributes(at("d/b"), none.withOwner(ownerOfFile));
    fs().setAttributes(at("d"), none.withOwner(ownerOfDirectory).withMode(01777));
    assertEnds(end, () -> as(who).unlink(at("d/a")));
    assertEnds(end, () -> as(who).rename(at("d/b"), at("d/c"), RenameMode.REPLACE));
  }

  @Test
  default void newFileBelongsToWhoMadeIt() {
    as(Who.OWNER).create(at("a"), 0640);
    as(Who.OTHER).mkdir(at("d"), 0750);
    assertThatPath("a").belongsTo("alice", "staff").hasMode(0640);
    assertThatPath("d").belongsTo("carol", "guests").hasMode(0750);
  }

  @Test
  default void setGroupIdOfDirectoryIsInherited() {
    mkdir("d");
    fs().setAttributes(at("d"), AttributeChanges.NONE.withGroup("music").withMode(02777));
    as(Who.OTHER).create(at("d/a"), 0644);
    as(Who.OTHER).mkdir(at("d/e"), 0755);
    assertThatPath("d/a").belongsTo("carol", "music").hasMode(0644);
    assertThatPath("d/e").belongsTo("carol", "music").hasMode(02755);
  }

  @Test
  default void writingDropsSetIds() {
    fileOfAlice("a", 06777);
    as(Who.OTHER).write(at("a"), new byte[] {1});
    assertThatPath("a").hasMode(0777);
    fileOfAlice("b", 06777);
    as(Who.SUPERUSER).write(at("b"), new byte[] {1});
    assertThatPath("b").hasMode(06777);
  }

  @Test
  default void whoMayWriteMaySetTheTimeToNow() {
    if (!hasTimeOfServer()) {
      return;
    }
    fileOfAlice("a", 0666);
    AttributeChanges now = AttributeChanges.NONE.withMtime(TimeChange.SERVER);
    as(Who.OTHER).setAttributes(at("a"), now);
    fs().setAttributes(at("a"), AttributeChanges.NONE.withMode(0644));
    assertFails(FsStatus.EPERM, () -> as(Who.OTHER).setAttributes(at("a"), now));
  }

  @Test
  default void statNeedsNoPermissionOfTheFile() {
    fileOfAlice("a", 0);
    assertThat(as(Who.OTHER).stat(at("a")).owner()).isEqualTo("alice");
  }

  @Test
  default void movingDirectoryOfAnotherNeedsPermissionToWriteIt() {
    mkdir("to");
    fs().setAttributes(at("to"), AttributeChanges.NONE.withMode(0777));
    directoryOfAlice("d", 0755);
    assertFails(
        FsStatus.EACCES, () -> as(Who.OTHER).rename(at("d"), at("to/d"), RenameMode.REPLACE));
    as(Who.OTHER).rename(at("d"), at("e"), RenameMode.REPLACE);
    assertThatPath("e").isDirectory();
  }
}
