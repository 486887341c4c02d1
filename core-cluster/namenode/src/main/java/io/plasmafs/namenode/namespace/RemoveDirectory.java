package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;

/// Takes away an empty directory (POSIX rmdir).
final class RemoveDirectory {
  private RemoveDirectory() {}

  static Outcome run(Step step, Operation.RemoveDirectory op) {
    Place place = step.existing(op.where(), false);
    if (place.existing().type() != FileType.DIRECTORY) {
      throw new FsException(FsStatus.ENOTDIR, op.where() + " is not a directory");
    }
    remove(step, place);
    return new Outcome.Done();
  }

  /// Once the stay lock is held nobody else can change what the number of entries says.
  static void remove(Step step, Place place) {
    InodeRecord directory = place.existing();
    step.enter(place.directory(), place.path());
    step.access.checkSticky(place.directory(), directory, place.path());
    step.transaction.lockRemoving(place.directory().id(), place.name(), place.path());
    step.transaction.takeStay(directory.id(), place.path());
    if (directory.size() > 0) {
      throw new FsException(
          FsStatus.ENOTEMPTY, place.path() + " has " + directory.size() + " entries");
    }
    step.transaction.detach(directory.id());
    step.unlink(place);
    step.forsake(directory, place.path());
  }
}
