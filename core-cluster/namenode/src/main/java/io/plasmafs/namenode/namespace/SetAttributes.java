package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.InodeEdit;
import java.time.Instant;

/// Changes attributes (POSIX chmod, chown, utimensat, truncate).
///
/// | Change | Who may |
/// |---|---|
/// | mode | the owner; set-group-id is dropped from files of a group that the user is not in |
/// | owner | superusers; the owner may name himself |
/// | group | superusers; the owner, to a group that he is in |
/// | size | who may write; drops set-user-id and set-group-id |
/// | mtime or ctime of the server's clock | the owner, and who may write |
/// | all else | the owner |
///
/// A change of owner or group drops set-user-id and set-group-id of a file, superusers excepted.
final class SetAttributes {
  private static final int SET_IDS = 06000;

  private SetAttributes() {}

  static Outcome run(Step step, Operation.SetAttributes op) {
    Place place = step.existing(op.where(), op.follow());
    Operation.AttributeChanges changes = op.changes();
    InodeRecord inode = place.existing();
    if (changes.size().isPresent()) {
      resize(step, place, changes.size().get());
    }
    if (changes.mode().isPresent()
        || changes.owner().isPresent()
        || changes.group().isPresent()
        || changes.replication().isPresent()
        || !(changes.birth() instanceof Operation.TimeChange.Keep)) {
      step.transaction.lockInode(inode.id(), place.path());
      changeLocked(step, place, changes);
    }
    changeTimes(step, place, changes);
    return new Outcome.Inode(step.attributes(inode.id()), false);
  }

  private static void resize(Step step, Place place, long size) {
    InodeRecord inode = place.existing();
    if (inode.type() != FileType.REGULAR) {
      throw new FsException(
          inode.type() == FileType.DIRECTORY ? FsStatus.EISDIR : FsStatus.EINVAL,
          place.path() + " is not a regular file: it has no size to change");
    }
    if (size < 0) {
      throw new FsException(FsStatus.EINVAL, place.path() + ": the size " + size + " is negative");
    }
    checkSize(place.path(), size);
    step.lockToWrite(place);
    Truncation.cut(step, place, size);
  }

  static void checkSize(FsPath path, long size) {
    if (size > Rules.MAX_SIZE) {
      throw new FsException(
          FsStatus.EFBIG,
          path + ": a size of " + size + " bytes is beyond the largest file, " + Rules.MAX_SIZE);
    }
  }

  private static void changeLocked(Step step, Place place, Operation.AttributeChanges changes) {
    InodeRecord inode = place.existing();
    FsPath path = place.path();
    String user = step.transaction.principal().user();
    step.access.checkOwner(inode, path);
    InodeEdit edit = step.transaction.edit(inode.id(), path);
    boolean superuser = step.transaction.isSuperuser();
    int mode = inode.mode();
    if (changes.owner().isPresent()) {
      checkName(changes.owner().get());
      if (!superuser && !changes.owner().get().equals(user)) {
        throw new FsException(
            FsStatus.EPERM, path + ": only a superuser can give it to " + changes.owner().get());
      }
      edit.setOwner(changes.owner().get());
    }
    if (changes.group().isPresent()) {
      checkName(changes.group().get());
      if (!superuser && !step.transaction.principal().isMember(changes.group().get())) {
        throw new FsException(
            FsStatus.EPERM,
            path + ": user " + user + " is not a member of group " + changes.group().get());
      }
      edit.setGroup(changes.group().get());
    }
    if ((changes.owner().isPresent() || changes.group().isPresent())
        && !superuser
        && inode.type() != FileType.DIRECTORY) {
      mode &= ~SET_IDS;
    }
    if (changes.mode().isPresent()) {
      mode = changes.mode().get();
      if ((mode & ~07777) != 0) {
        throw new FsException(
            FsStatus.EINVAL, "mode " + Integer.toOctalString(mode) + " has bits beyond 7777");
      }
      String group = changes.group().orElse(inode.group());
      if (!superuser
          && inode.type() != FileType.DIRECTORY
          && !step.transaction.principal().isMember(group)) {
        mode &= ~02000;
      }
    }
    if (mode != inode.mode()) {
      edit.setMode(mode);
    }
    if (changes.replication().isPresent()) {
      if (inode.type() != FileType.REGULAR) {
        throw new FsException(FsStatus.EINVAL, path + " is not a regular file: it has no blocks");
      }
      checkReplication(changes.replication().get());
      edit.setReplication(changes.replication().get());
    }
    if (changes.birth() instanceof Operation.TimeChange.Given(Instant time)) {
      edit.setBirth(time);
    } else if (changes.birth() instanceof Operation.TimeChange.Server) {
      edit.setBirth(step.now);
    }
    edit.touch(step.now);
  }

  /// Times take no lock: the last commit wins.
  private static void changeTimes(Step step, Place place, Operation.AttributeChanges changes) {
    boolean mtimeKept = changes.mtime() instanceof Operation.TimeChange.Keep;
    boolean ctimeKept = changes.ctime() instanceof Operation.TimeChange.Keep;
    if (mtimeKept && ctimeKept) {
      return;
    }
    InodeRecord inode = place.existing();
    boolean given =
        changes.mtime() instanceof Operation.TimeChange.Given
            || changes.ctime() instanceof Operation.TimeChange.Given;
    if (given || !step.access.may(inode, Access.WRITE)) {
      step.access.checkOwner(inode, place.path());
    }
    InodeEdit edit = step.transaction.edit(inode.id(), place.path());
    switch (changes.mtime()) {
      case Operation.TimeChange.Keep keep -> {}
      case Operation.TimeChange.Server server -> edit.setMtime(step.now);
      case Operation.TimeChange.Given(Instant time) -> edit.setMtime(time);
    }
    switch (changes.ctime()) {
      case Operation.TimeChange.Keep keep -> edit.touch(step.now);
      case Operation.TimeChange.Server server -> edit.setCtime(step.now);
      case Operation.TimeChange.Given(Instant time) -> edit.setCtime(time);
    }
  }

  static void checkReplication(int replication) {
    if (replication < 1 || replication > Rules.MAX_REPLICATION) {
      throw new FsException(
          FsStatus.EINVAL,
          "a replication of " + replication + " is not possible: 1 to " + Rules.MAX_REPLICATION);
    }
  }

  private static void checkName(String name) {
    int length = name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    if (length == 0 || length > io.plasmafs.model.Principal.MAX_NAME_BYTES) {
      throw new FsException(
          FsStatus.EINVAL, "the name of a user or group has 1 to 255 bytes, not " + length);
    }
  }

  /// Whoever changes content without being superuser drops set-user-id and set-group-id.
  static void dropSetIds(Step step, Place place) {
    InodeRecord inode = place.existing();
    if ((inode.mode() & SET_IDS) != 0 && !step.transaction.isSuperuser()) {
      step.transaction.edit(inode.id(), place.path()).setMode(inode.mode() & ~SET_IDS);
    }
  }
}
