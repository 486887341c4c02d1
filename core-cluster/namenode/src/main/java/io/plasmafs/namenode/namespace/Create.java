package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.Optional;

/// A regular file (POSIX open with O_CREAT). Takes the group of a directory with the set-group-id
/// bit, else that of the user.
final class Create {
  private Create() {}

  static Outcome run(Step step, Operation.Create op) {
    Place place = step.place(op.where(), false);
    int replication = op.replication() == 0 ? step.rules.replication() : op.replication();
    SetAttributes.checkReplication(replication);
    InodeRecord old = place.child();
    if (old == null) {
      step.enter(place.directory(), place.path());
      step.transaction.lockCreating(place.directory().id(), place.name(), place.path());
      return made(step, place, op.mode(), replication);
    }
    return switch (op.how()) {
      case EXCLUSIVE -> throw exists(place);
      case OPEN -> new Outcome.Inode(regular(place).attributes(), false);
      case TRUNCATE -> {
        regular(place);
        step.lockToWrite(place);
        Truncation.cut(step, place, 0);
        yield new Outcome.Inode(step.attributes(old.id()), false);
      }
      case REPLACE -> {
        if (old.type() == FileType.DIRECTORY) {
          throw new FsException(FsStatus.EISDIR, place.path() + " is a directory");
        }
        step.enter(place.directory(), place.path());
        step.access.checkSticky(place.directory(), old, place.path());
        step.transaction.lockRemoving(place.directory().id(), place.name(), place.path());
        step.unlink(place);
        step.forsake(old, place.path());
        yield made(step, place, op.mode(), replication);
      }
    };
  }

  private static Outcome made(Step step, Place place, int mode, int replication) {
    InodeRecord file = step.make(place, FileType.REGULAR, mode, replication, Optional.empty());
    return new Outcome.Inode(file.attributes(), true);
  }

  private static InodeRecord regular(Place place) {
    InodeRecord inode = place.existing();
    return switch (inode.type()) {
      case REGULAR -> inode;
      case DIRECTORY -> throw new FsException(FsStatus.EISDIR, place.path() + " is a directory");
      case SYMLINK -> throw exists(place);
    };
  }

  static FsException exists(Place place) {
    return new FsException(FsStatus.EEXIST, place.path() + " exists already");
  }
}
