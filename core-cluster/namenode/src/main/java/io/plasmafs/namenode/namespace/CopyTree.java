package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.CommitFirst;
import io.plasmafs.namenode.transaction.InodeEdit;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Pause;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Copies anything, with all below it, to a name that is free (cp -r), as far as it is metadata:
/// directories, symbolic links, attributes, extended attributes, contents that are kept inline.
/// Each name of a file becomes a file of its own.
///
/// The copy of a directory is made beforehand, in small commits between which others have their
/// turn, below a directory that has no name and that no path leads to. Giving it the name is all
/// that the transaction itself changes, so the whole copy appears in one step, however large. If
/// the transaction ends otherwise, or the server does, the directory without a name is cleaned up
/// like any other.
///
/// A file that has blocks gets its copy within the transaction: of the same size, and empty of
/// blocks, since no block belongs to two files. The caller is told of it, fills it, and commits; so
/// such a tree can be copied in a begun transaction only.
///
/// Nothing of the original is locked: each page of a directory is of one instant, and what others
/// commit meanwhile may be in the copy or not.
final class CopyTree {
  /// Entries looked at before others have their turn.
  private static final int PAGE = 256;

  /// Entries of one commit beforehand, about.
  private static final int SLICE_ENTRIES = 1024;

  /// Bytes of one commit beforehand, about.
  private static final long SLICE_BYTES = 1 << 20;

  private CopyTree() {}

  /// How far a copy is.
  private static final class Copying {
    final Place to;
    final boolean preserve;
    final InodeRecord top;
    final Deque<Position> open = new ArrayDeque<>();

    /// What goes into the next commit.
    final List<Made> made = new ArrayList<>();

    final List<Outcome.Unfilled> unfilled = new ArrayList<>();
    long bytes;
    long entries = 1;
    int topSubdirectories;

    Copying(Place to, boolean preserve, InodeRecord top) {
      this.to = to;
      this.preserve = preserve;
      this.top = top;
    }

    boolean isFull() {
      return made.size() >= SLICE_ENTRIES || bytes >= SLICE_BYTES;
    }

    void add(Made copy) {
      made.add(copy);
      bytes += 300 + copy.original().bytes();
    }
  }

  /// Where the walk stands in a directory.
  private static final class Position {
    final InodeId original;
    final InodeRecord copy;
    Optional<Name> after = Optional.empty();

    Position(InodeId original, InodeRecord copy) {
      this.original = original;
      this.copy = copy;
    }
  }

  /// An inode with all that hangs on it but entries and blocks.
  private record Original(
      InodeRecord inode, InlineContent inline, SortedMap<XattrName, Bytes> xattrs, FsPath path) {

    long bytes() {
      long bytes = (long) inline.length() + inode.target().map(t -> t.bytes().length).orElse(0);
      for (Map.Entry<XattrName, Bytes> xattr : xattrs.entrySet()) {
        bytes += 100 + xattr.getKey().bytes().length + xattr.getValue().length();
      }
      return bytes;
    }

    boolean isDirectory() {
      return inode.type() == FileType.DIRECTORY;
    }

    boolean hasBlocks() {
      return inode.content().hasBlocks();
    }
  }

  /// A copy that is to be committed.
  ///
  /// @param parent the copy of the directory; null together with the name for the top
  private record Made(
      Original original, InodeRecord copy, @Nullable InodeId parent, @Nullable Name name) {}

  static Outcome run(Step step, Operation.CopyTree op) {
    if (step.progress() instanceof Copying begun) {
      return proceed(step, begun);
    }
    Place from = step.existing(op.from(), false);
    Place to = step.place(op.to(), false);
    if (to.child() != null) {
      throw Create.exists(to);
    }
    InodeRecord directory = to.directory();
    checkNotWithin(step, from, directory);
    Original original = read(step, from.existing(), from.path());
    step.enter(directory, to.path());
    InodeRecord copy = copyOf(step, original, directory, op.preserve());
    step.transaction.lockCreating(directory.id(), to.name(), to.path());
    if (!original.isDirectory()) {
      List<Outcome.Unfilled> unfilled = new ArrayList<>(1);
      makeNow(step, original, copy, unfilled);
      step.link(to, copy.id(), copy.type());
      return new Outcome.Copied(copy.id(), 1, unfilled);
    }
    Copying copying = new Copying(to, op.preserve(), copy);
    // From now on it lives until the transaction ends, although it has no name.
    step.transaction.use(copy.id(), to.path());
    step.transaction.adopt(copy.id());
    copying.add(new Made(original, copy, null, null));
    copying.open.push(new Position(original.inode().id(), copy));
    step.setProgress(copying);
    return proceed(step, copying);
  }

  private static void checkNotWithin(Step step, Place from, InodeRecord directory) {
    InodeRecord ancestor = directory;
    while (true) {
      if (ancestor.id().equals(from.existing().id())) {
        throw new FsException(FsStatus.EHIER, from.path() + " cannot be copied into itself");
      }
      InodeRecord above =
          ancestor.id().equals(InodeId.ROOT) ? null : step.view.inode(ancestor.parent());
      if (above == null) {
        return;
      }
      ancestor = above;
    }
  }

  private static Outcome proceed(Step step, Copying copying) {
    int looked = 0;
    for (Position position = copying.open.peek();
        position != null;
        position = copying.open.peek()) {
      if (copying.isFull()) {
        commitFirst(step, copying);
      }
      if (looked >= PAGE) {
        throw new Pause();
      }
      looked += advance(step, copying, position);
    }
    if (!copying.made.isEmpty()) {
      commitFirst(step, copying);
    }
    InodeId top = copying.top.id();
    step.link(copying.to, top, FileType.DIRECTORY);
    InodeEdit edit = step.transaction.edit(top, copying.to.path());
    edit.setParent(copying.to.directory().id());
    edit.addLinks(2 + copying.topSubdirectories);
    edit.touch(step.now);
    return new Outcome.Copied(top, copying.entries, copying.unfilled);
  }

  /// The next entries of a directory, as far as what they need is in memory; all of a page that is
  /// missing is asked for together. Answers how many were looked at.
  private static int advance(Step step, Copying copying, Position position) {
    View.Page page =
        step.view.list(
            position.original, position.after, Math.min(PAGE, step.rules.listingLimit()));
    List<Position> below = new ArrayList<>();
    Missing missing = null;
    int looked = 1;
    for (View.NamedInode entry : page.entries()) {
      try {
        InodeRecord inode = step.view.inode(entry.inode());
        Original original = inode == null ? null : read(step, inode, copying.to.path());
        if (missing == null) {
          if (original != null) {
            copyEntry(step, copying, position, entry.name(), original, below);
          }
          position.after = Optional.of(entry.name());
          looked++;
        }
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing == null && page.complete()) {
      copying.open.remove();
    }
    below.forEach(copying.open::push);
    if (missing != null) {
      throw missing;
    }
    return looked;
  }

  private static void copyEntry(
      Step step,
      Copying copying,
      Position position,
      Name name,
      Original original,
      List<Position> below) {
    InodeRecord copy = copyOf(step, original, position.copy, copying.preserve);
    InodeId parent = position.copy.id();
    if (original.hasBlocks()) {
      makeNow(step, original, copy, copying.unfilled);
      step.transaction.setEntry(parent, name, copy.id(), InodeId.NONE);
      step.transaction.edit(parent, original.path()).addEntries(1);
    } else {
      copying.add(new Made(original, copy, parent, name));
    }
    if (original.isDirectory()) {
      step.transaction.adopt(copy.id());
      below.add(new Position(original.inode().id(), copy));
      if (parent.equals(copying.top.id())) {
        copying.topSubdirectories++;
      }
    }
    copying.entries++;
  }

  // ---- what is copied

  /// What is to be copied, which the principal must be permitted to read.
  private static Original read(Step step, InodeRecord inode, FsPath path) {
    switch (inode.type()) {
      case DIRECTORY -> step.access.check(inode, Access.READ | Access.SEARCH, path);
      case REGULAR -> {
        if (!step.view.isNew(inode.id())) {
          step.access.check(inode, Access.READ, path);
        }
      }
      case SYMLINK -> {}
    }
    Missing missing = null;
    InlineContent inline = InlineContent.NONE;
    if (inode.content() == ContentKind.INLINE) {
      try {
        inline = step.view.inline(inode.id());
      } catch (Missing e) {
        missing = e;
      }
    }
    SortedMap<XattrName, Bytes> xattrs = step.view.xattrs(inode.id());
    if (missing != null) {
      throw missing;
    }
    return new Original(inode, inline, xattrs, path);
  }

  /// The inode that the copy is to be. Owner, group and mode follow the rules of whoever makes a
  /// file, or changes its attributes.
  private static InodeRecord copyOf(
      Step step, Original original, InodeRecord parent, boolean preserve) {
    InodeRecord inode = original.inode();
    boolean inherits = (parent.mode() & 02000) != 0;
    String owner = step.transaction.principal().user();
    String group = inherits ? parent.group() : step.transaction.principal().group();
    int mode = inode.mode() & 0777;
    if (inherits && original.isDirectory()) {
      mode |= 02000;
    }
    Instant mtime = step.now;
    if (preserve) {
      step.access.checkOwner(inode, original.path());
      boolean isMember = step.transaction.principal().isMember(inode.group());
      if (!isMember && !step.transaction.isSuperuser()) {
        throw new FsException(
            FsStatus.EPERM,
            original.path()
                + ": user "
                + owner
                + " is not a member of group "
                + inode.group()
                + " of "
                + inode.id()
                + " and cannot give a copy to it");
      }
      owner = inode.owner();
      group = inode.group();
      mode = inode.mode();
      mtime = inode.mtime();
    }
    boolean isDirectory = original.isDirectory();
    return new InodeRecord(
        new Attributes(
            step.surroundings.newInode(),
            inode.type(),
            mode,
            owner,
            group,
            isDirectory ? 0 : inode.size(),
            mtime,
            step.now,
            step.now,
            isDirectory ? 2 : 1,
            inode.replication(),
            0,
            0,
            0),
        original.hasBlocks() ? ContentKind.NONE : inode.content(),
        isDirectory ? parent.id() : InodeId.NONE,
        inode.target());
  }

  // ---- where it goes

  /// A copy that is part of the transaction itself.
  private static void makeNow(
      Step step, Original original, InodeRecord copy, List<Outcome.Unfilled> unfilled) {
    InodeRecord inode = original.inode();
    if (original.hasBlocks()) {
      if (!step.explicit) {
        throw new FsException(
            FsStatus.EINVAL,
            original.path()
                + ": "
                + inode.id()
                + " has blocks: it can be copied in a begun transaction only, in which the copy is"
                + " given its content");
      }
      if (unfilled.size() >= Rules.MAX_UNFILLED) {
        throw new FsException(
            FsStatus.ELIMIT,
            original.path()
                + ": more than "
                + Rules.MAX_UNFILLED
                + " files that have blocks cannot be copied at a time: copy parts of the tree");
      }
      step.transaction.use(inode.id(), original.path());
      unfilled.add(new Outcome.Unfilled(inode.id(), copy.id(), copy.size()));
    }
    step.transaction.create(copy);
    fill(step.transaction, original, copy);
  }

  /// Makes what has gathered durable, and goes on after that.
  private static void commitFirst(Step step, Copying copying) {
    Transaction aside = step.surroundings.aside();
    try {
      for (Made made : copying.made) {
        make(aside, copying, made);
      }
    } catch (FsException e) {
      aside.end(List.of(), step.blocks, () -> {});
      throw e;
    }
    copying.made.clear();
    copying.bytes = 0;
    throw new CommitFirst(aside);
  }

  private static void make(Transaction aside, Copying copying, Made made) {
    InodeRecord copy = made.copy();
    InodeId parent = made.parent();
    Name name = made.name();
    boolean isDirectory = copy.type() == FileType.DIRECTORY;
    if (parent == null || name == null) {
      aside.createNameless(copy);
    } else {
      aside.create(copy);
      aside.setEntry(parent, name, copy.id(), InodeId.NONE);
      InodeEdit edit = aside.edit(parent, copying.to.path());
      edit.addEntries(1);
      if (isDirectory && !parent.equals(copying.top.id())) {
        edit.addLinks(1);
      }
    }
    if (isDirectory) {
      // nobody may enter it by its number
      aside.detach(copy.id());
    }
    fill(aside, made.original(), copy);
  }

  private static void fill(Transaction transaction, Original original, InodeRecord copy) {
    InlineContent inline = original.inline();
    if (!inline.isEmpty()) {
      transaction.writeInline(
          copy.id(), original.path(), InlineContent.whole(inline.index(), inline.bytes()));
    }
    if (!original.xattrs().isEmpty()) {
      transaction.charge(original.bytes());
      InodeEdit edit = transaction.edit(copy.id(), original.path());
      original.xattrs().forEach((name, value) -> edit.setXattr(name, Optional.of(value)));
    }
  }
}
