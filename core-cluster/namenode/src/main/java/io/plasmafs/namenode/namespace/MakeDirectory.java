package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.Optional;

/// A directory (POSIX mkdir), with all that is missing on the way if that is wished (mkdir -p).
final class MakeDirectory {
  private MakeDirectory() {}

  static Outcome run(Step step, Operation.MakeDirectory op) {
    if (!op.parents()) {
      Place place = step.place(op.where(), false);
      if (place.child() != null) {
        throw Create.exists(place);
      }
      return new Outcome.Inode(make(step, place, op.mode()).attributes(), true);
    }
    InodeId base = step.base(op.where());
    InodeRecord directory = step.place(base, FsPath.EMPTY, false).existing();
    boolean created = false;
    for (Name name : op.where().path().names()) {
      Place place = step.place(directory.id(), FsPath.of(name), true);
      InodeRecord there = place.child();
      if (there == null) {
        directory = make(step, place, op.mode());
        created = true;
      } else {
        directory = there;
      }
    }
    if (directory.type() != FileType.DIRECTORY) {
      throw new FsException(FsStatus.EEXIST, op.where() + " exists and is not a directory");
    }
    return new Outcome.Inode(step.attributes(directory.id()), created);
  }

  private static InodeRecord make(Step step, Place place, int mode) {
    step.enter(place.directory(), place.path());
    step.transaction.lockCreating(place.directory().id(), place.name(), place.path());
    return step.make(place, FileType.DIRECTORY, mode, 0, Optional.empty());
  }
}
