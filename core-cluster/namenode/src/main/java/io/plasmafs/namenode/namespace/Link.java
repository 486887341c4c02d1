package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.InodeEdit;

/// One more name for an inode (POSIX link); not for a directory, which has exactly one.
final class Link {
  private Link() {}

  static Outcome run(Step step, Operation.Link op) {
    Place source = step.existing(op.existing(), false);
    InodeRecord inode = source.existing();
    if (inode.type() == FileType.DIRECTORY) {
      throw new FsException(
          FsStatus.EPERM, op.existing() + " is a directory: it cannot have a second name");
    }
    if (inode.nlink() == 0) {
      throw new FsException(FsStatus.ENOENT, op.existing() + " has no name left");
    }
    if (inode.nlink() >= Rules.MAX_LINKS) {
      throw new FsException(
          FsStatus.EMLINK, op.existing() + " has " + inode.nlink() + " names already");
    }
    Place place = step.place(op.where(), false);
    if (place.child() != null) {
      throw Create.exists(place);
    }
    step.enter(place.directory(), place.path());
    step.transaction.lockCreating(place.directory().id(), place.name(), place.path());
    step.link(place, inode.id(), inode.type());
    InodeEdit edit = step.transaction.edit(inode.id(), source.path());
    edit.addLinks(1);
    edit.touch(step.now);
    return new Outcome.Inode(step.attributes(inode.id()), false);
  }
}
