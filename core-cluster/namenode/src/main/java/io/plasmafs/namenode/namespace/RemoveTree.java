package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FileType;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Pause;
import io.plasmafs.namenode.transaction.View;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Takes away anything, with all below it (rm -r).
///
/// The tree is walked in slices, between which other events are served. The walk takes the stay
/// lock of every directory, checks permission to empty it, and counts; it changes nothing. Then the
/// one name of the top goes away: that is all that is committed, and so the whole tree disappears
/// in one step, however large. The rows below are deleted afterwards, in small commits, by whoever
/// cleans up inodes without a name. Until then nothing can be created in those directories, and a
/// file of the tree that has other names still counts the one that it had here.
final class RemoveTree {
  /// Entries looked at before others have their turn.
  private static final int SLICE = 1024;

  private RemoveTree() {}

  /// Where the walk stands.
  private static final class Walk {
    final Place top;
    final Deque<Position> open = new ArrayDeque<>();
    long entries = 1;

    Walk(Place top) {
      this.top = top;
    }
  }

  private static final class Position {
    final InodeRecord directory;
    Optional<Name> after = Optional.empty();

    Position(InodeRecord directory) {
      this.directory = directory;
    }
  }

  static Outcome run(Step step, Operation.RemoveTree op) {
    Walk walk;
    if (step.progress() instanceof Walk begun) {
      walk = begun;
    } else {
      Place place = step.existing(op.where(), false);
      if (place.existing().type() != FileType.DIRECTORY) {
        Unlink.remove(step, place);
        return new Outcome.Removed(1);
      }
      step.enter(place.directory(), place.path());
      step.access.checkSticky(place.directory(), place.existing(), place.path());
      step.transaction.lockRemoving(place.directory().id(), place.name(), place.path());
      walk = new Walk(place);
      open(step, walk, place.existing());
      step.setProgress(walk);
    }
    long pauseAt = walk.entries + SLICE;
    for (Position position = walk.open.peek(); position != null; position = walk.open.peek()) {
      if (walk.entries >= pauseAt) {
        throw new Pause();
      }
      advance(step, walk, position);
    }
    step.unlink(walk.top);
    step.forsake(walk.top.existing(), walk.top.path());
    return new Outcome.Removed(walk.entries);
  }

  /// The next page of a directory. Up to the first change of the walk's state anything may be
  /// missing.
  private static void advance(Step step, Walk walk, Position position) {
    View.Page page =
        step.view.list(
            position.directory.id(), position.after, Math.min(SLICE, step.rules.listingLimit()));
    List<InodeRecord> directories = new ArrayList<>();
    boolean sticky = (position.directory.mode() & 01000) != 0;
    Missing missing = null;
    for (View.NamedInode entry : page.entries()) {
      try {
        InodeRecord child = step.view.inode(entry.inode());
        if (child != null) {
          if (sticky) {
            step.access.checkSticky(position.directory, child, walk.top.path());
          }
          if (child.type() == FileType.DIRECTORY) {
            directories.add(child);
          }
        }
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing != null) {
      throw missing;
    }
    walk.entries += page.entries().size();
    if (page.complete()) {
      walk.open.remove();
    } else {
      position.after = Optional.of(page.entries().get(page.entries().size() - 1).name());
    }
    for (InodeRecord directory : directories) {
      open(step, walk, directory);
    }
  }

  private static void open(Step step, Walk walk, InodeRecord directory) {
    if (directory.size() > 0) {
      step.access.check(directory, Access.READ | Access.WRITE | Access.SEARCH, walk.top.path());
    }
    step.transaction.takeStay(directory.id(), walk.top.path());
    step.transaction.detach(directory.id());
    // taken after the lock: the number of entries is final now
    InodeRecord locked = step.view.inode(directory.id());
    walk.open.push(new Position(locked == null ? directory : locked));
  }
}
