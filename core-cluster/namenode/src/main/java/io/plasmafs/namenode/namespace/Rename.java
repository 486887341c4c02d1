package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.InodeEdit;

/// Moves a name, or lets two names change places (POSIX rename, Linux renameat2).
///
/// * Both names are of one inode: nothing happens.
/// * A directory replaces an empty directory only, anything else no directory.
/// * A directory cannot move into itself: its new place and all ancestors of that are looked at,
///   and kept where they are until this transaction ends.
final class Rename {
  private Rename() {}

  static Outcome run(Step step, Operation.Rename op) {
    Place from = step.existing(op.from(), false);
    Place to = step.place(op.to(), false);
    InodeRecord source = from.existing();
    boolean exchange = op.how() == Operation.RenameMode.EXCHANGE;
    InodeRecord target = exchange ? to.existing() : to.child();
    if (target != null && op.how() == Operation.RenameMode.NO_REPLACE) {
      throw Create.exists(to);
    }
    if (target != null && target.id().equals(source.id())) {
      return new Outcome.Done();
    }
    InodeRecord oldParent = from.directory();
    InodeRecord newParent = to.directory();
    step.enter(oldParent, from.path());
    step.enter(newParent, to.path());
    step.access.checkSticky(oldParent, source, from.path());
    step.transaction.lockRemoving(oldParent.id(), from.name(), from.path());
    if (target == null) {
      step.transaction.lockCreating(newParent.id(), to.name(), to.path());
    } else {
      step.access.checkSticky(newParent, target, to.path());
      step.transaction.lockRemoving(newParent.id(), to.name(), to.path());
    }
    boolean moves = !oldParent.id().equals(newParent.id());
    prepareMove(step, source, newParent, from, moves);
    if (exchange) {
      InodeRecord other = to.existing();
      prepareMove(step, other, oldParent, to, moves);
      exchange(step, from, to, moves);
      return new Outcome.Done();
    }
    if (target != null) {
      replace(step, to, source, target);
    }
    step.unlink(from);
    Place free = new Place(newParent, to.name(), null, to.path());
    step.link(free, source.id(), source.type());
    moved(step, source, newParent, from, moves);
    return new Outcome.Done();
  }

  /// Locks a directory that moves, and makes sure that it does not get below itself.
  private static void prepareMove(
      Step step, InodeRecord moving, InodeRecord newParent, Place place, boolean moves) {
    if (moving.type() != FileType.DIRECTORY) {
      return;
    }
    step.transaction.takeStay(moving.id(), place.path());
    if (!moves) {
      return;
    }
    // its entry '..' changes
    step.access.check(moving, Access.WRITE, place.path());
    InodeRecord ancestor = newParent;
    while (true) {
      if (ancestor.id().equals(moving.id())) {
        throw new FsException(
            FsStatus.EHIER, place.path() + " cannot be moved to a place within itself");
      }
      step.transaction.shareStay(ancestor.id(), place.path());
      if (ancestor.id().equals(InodeId.ROOT)) {
        return;
      }
      InodeRecord above = step.view.inode(ancestor.parent());
      if (above == null) {
        throw new FsException(
            FsStatus.ENOENT, place.path() + ": the new place is in a tree that was removed");
      }
      ancestor = above;
    }
  }

  private static void replace(Step step, Place to, InodeRecord source, InodeRecord target) {
    boolean sourceIsDirectory = source.type() == FileType.DIRECTORY;
    if (target.type() == FileType.DIRECTORY) {
      if (!sourceIsDirectory) {
        throw new FsException(FsStatus.EISDIR, to.path() + " is a directory");
      }
      step.transaction.takeStay(target.id(), to.path());
      if (target.size() > 0) {
        throw new FsException(FsStatus.ENOTEMPTY, to.path() + " has " + target.size() + " entries");
      }
      step.transaction.detach(target.id());
    } else if (sourceIsDirectory) {
      throw new FsException(FsStatus.ENOTDIR, to.path() + " is not a directory");
    }
    step.unlink(to);
    step.forsake(target, to.path());
  }

  private static void exchange(Step step, Place from, Place to, boolean moves) {
    InodeRecord a = from.existing();
    InodeRecord b = to.existing();
    int difference =
        (a.type() == FileType.DIRECTORY ? 1 : 0) - (b.type() == FileType.DIRECTORY ? 1 : 0);
    step.setEntry(from.directory().id(), from, b.id(), moves ? -difference : 0, 0);
    step.setEntry(to.directory().id(), to, a.id(), moves ? difference : 0, 0);
    moved(step, a, to.directory(), from, moves);
    moved(step, b, from.directory(), to, moves);
  }

  private static void moved(
      Step step, InodeRecord inode, InodeRecord newParent, Place place, boolean moves) {
    InodeEdit edit = step.transaction.edit(inode.id(), place.path());
    edit.touch(step.now);
    if (moves && inode.type() == FileType.DIRECTORY) {
      edit.setParent(newParent.id());
    }
  }
}
