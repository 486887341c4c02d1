package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A page of a directory (POSIX readdir), in the order of the bytes of the names. Needs permission
/// to read the directory; attributes are added only for who may search it.
final class ListDirectory {
  private ListDirectory() {}

  static Outcome run(Step step, Operation.ListDirectory op) {
    Place place = step.existing(op.where(), true);
    InodeRecord directory = place.existing();
    if (directory.type() != FileType.DIRECTORY) {
      throw new FsException(FsStatus.ENOTDIR, op.where() + " is not a directory");
    }
    step.access.check(directory, Access.READ, place.path());
    if (op.limit() < 1) {
      throw new FsException(FsStatus.EINVAL, "a page of " + op.limit() + " entries was asked for");
    }
    View.Page page =
        step.view.list(directory.id(), op.after(), Math.min(op.limit(), step.rules.listingLimit()));
    boolean withAttributes = op.withAttributes() && step.access.may(directory, Access.SEARCH);
    List<Outcome.Entry> entries = new ArrayList<>(page.entries().size());
    Missing missing = null;
    for (View.NamedInode entry : page.entries()) {
      try {
        entries.add(
            new Outcome.Entry(
                entry.name(),
                entry.inode(),
                withAttributes ? Optional.of(step.attributes(entry.inode())) : Optional.empty()));
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing != null) {
      throw missing;
    }
    return new Outcome.Listing(
        directory.id(), directory.contentVersion(), entries, page.complete());
  }
}
