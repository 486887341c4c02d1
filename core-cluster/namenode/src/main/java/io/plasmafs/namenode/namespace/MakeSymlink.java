package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.Optional;

/// A symbolic link (POSIX symlink). Its mode is 0777 and means nothing.
final class MakeSymlink {
  private MakeSymlink() {}

  static Outcome run(Step step, Operation.MakeSymlink op) {
    Place place = step.place(op.where(), false);
    if (place.child() != null) {
      throw Create.exists(place);
    }
    step.enter(place.directory(), place.path());
    step.transaction.lockCreating(place.directory().id(), place.name(), place.path());
    InodeRecord link = step.make(place, FileType.SYMLINK, 0777, 0, Optional.of(op.target()));
    return new Outcome.Inode(link.attributes(), true);
  }
}
