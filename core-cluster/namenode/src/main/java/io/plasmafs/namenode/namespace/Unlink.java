package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;

/// Takes away a name of something that is no directory (POSIX unlink). The inode lives on while it
/// has other names, or a transaction uses it.
final class Unlink {
  private Unlink() {}

  static Outcome run(Step step, Operation.Unlink op) {
    Place place = step.existing(op.where(), false);
    if (place.existing().type() == FileType.DIRECTORY) {
      throw new FsException(FsStatus.EISDIR, op.where() + " is a directory");
    }
    remove(step, place);
    return new Outcome.Done();
  }

  static void remove(Step step, Place place) {
    step.enter(place.directory(), place.path());
    step.access.checkSticky(place.directory(), place.existing(), place.path());
    step.transaction.lockRemoving(place.directory().id(), place.name(), place.path());
    step.unlink(place);
    step.forsake(place.existing(), place.path());
  }
}
