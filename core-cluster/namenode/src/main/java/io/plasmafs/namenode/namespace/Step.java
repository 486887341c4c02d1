package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.ticket.TicketMaker;
import io.plasmafs.namenode.transaction.InodeEdit;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the operations of one compound work with, and the verbs that they share.
public final class Step {
  final Transaction transaction;
  final View view;
  final Access access;
  final Rules rules;
  final BlockSpace blocks;
  final TicketMaker tickets;
  final Surroundings surroundings;
  final boolean explicit;
  Instant now;
  private final List<InodeId> results = new ArrayList<>(4);

  /// What a long operation has done so far; null if none is under way.
  private @Nullable Object progress;

  /// What the last location named by its number alone; null if it had a path, or was the root.
  private @Nullable InodeId nameless;

  /// What the whole filesystem knows.
  public interface Surroundings {
    /// A number for an inode.
    ///
    /// @throws io.plasmafs.namenode.transaction.Missing if none is at hand
    InodeId newInode();

    /// A transaction of the filesystem's own, for what is to be committed beforehand.
    Transaction aside();

    /// Whether the directory belongs to a tree that was removed and is being cleaned up, or to a
    /// copy that has no name yet.
    boolean isDetached(InodeId directory);

    /// Whether there may be such trees of before the start, of which [#isDetached] does not know.
    boolean mayHaveLeftovers();

    /// How many inodes there are.
    long inodes();

    /// Number of the last commit that is published.
    long sequence();
  }

  /// The start of a compound.
  ///
  /// @param explicit whether the transaction goes on after the compound
  public Step(
      Transaction transaction,
      View view,
      Rules rules,
      BlockSpace blocks,
      TicketMaker tickets,
      Surroundings surroundings,
      boolean explicit) {
    this.transaction = transaction;
    this.view = view;
    this.access = new Access(transaction.principal(), transaction.isSuperuser());
    this.rules = rules;
    this.blocks = blocks;
    this.tickets = tickets;
    this.surroundings = surroundings;
    this.explicit = explicit;
    this.now = Instant.EPOCH;
  }

  /// The time at which operations happen from now on.
  public void setNow(Instant time) {
    now = time;
  }

  /// What is kept inline of a file.
  InlineContent inline(InodeRecord file) {
    return file.content().hasInline() ? view.inline(file.id()) : InlineContent.NONE;
  }

  /// Whether a long operation is under way: what it did must not be undone to run it again.
  public boolean isUnderWay() {
    return progress != null;
  }

  /// The operations are run again from this one on.
  public void restart(int operation) {
    results.subList(operation, results.size()).clear();
    progress = null;
  }

  /// An operation that is no business of this package has its place in the compound too.
  public void skip() {
    results.add(InodeId.NONE);
  }

  @Nullable Object progress() {
    return progress;
  }

  void setProgress(@Nullable Object value) {
    progress = value;
  }

  /// An operation succeeded.
  ///
  /// @param inode that it found or created, or [InodeId#NONE]
  void addResult(InodeId inode) {
    results.add(inode);
    progress = null;
    nameless = null;
  }

  // ---- finding

  /// The inode that a location starts from.
  InodeId base(Location where) {
    return switch (where.base()) {
      case Location.Base.Root root -> InodeId.ROOT;
      case Location.Base.Inode(InodeId inode) -> inode;
      case Location.Base.Result(int operation) -> {
        InodeId result =
            operation < 0 || operation >= results.size() ? InodeId.NONE : results.get(operation);
        if (result.equals(InodeId.NONE)) {
          throw new FsException(
              FsStatus.EINVAL,
              "operation " + operation + " of this compound found or created no inode");
        }
        yield result;
      }
    };
  }

  /// Where a location leads.
  Place place(Location where, boolean follow) {
    return place(base(where), where.path(), follow);
  }

  Place place(InodeId base, FsPath path, boolean follow) {
    InodeRecord start = view.inode(base);
    if (start == null || (start.nlink() == 0 && !transaction.isUsing(base))) {
      throw new FsException(FsStatus.ESTALE, base + " is gone");
    }
    nameless = path.isEmpty() && !base.equals(InodeId.ROOT) ? base : null;
    if (path.isEmpty()) {
      return new Place(null, null, start, path);
    }
    return new PathWalk(view, access, rules.symlinksPerPath(), path).from(start, follow);
  }

  /// The failure of an operation, as it is to be told: what has no path here would be called `/`.
  FsException told(FsException failure) {
    String message = failure.getMessage();
    if (nameless == null || message == null || !message.matches("(?s)/[: ].*")) {
      return failure;
    }
    String known = "/ (" + nameless + ")";
    String rest = message.substring(message.startsWith(known) ? known.length() : 1);
    return FsException.untraced(failure.status(), nameless + rest, failure.conflicts());
  }

  /// What is there.
  Place existing(Location where, boolean follow) {
    Place place = place(where, follow);
    place.existing();
    return place;
  }

  /// A regular file.
  Place file(Location where, boolean follow) {
    Place place = existing(where, follow);
    FileType type = place.existing().type();
    if (type != FileType.REGULAR) {
      throw new FsException(
          type == FileType.DIRECTORY ? FsStatus.EISDIR : FsStatus.EINVAL,
          where + " is a " + (type == FileType.DIRECTORY ? "directory" : "symbolic link"));
    }
    return place;
  }

  /// A regular file of which the content is about to be changed: checked and locked.
  Place fileToWrite(Location where) {
    Place place = file(where, false);
    lockToWrite(place);
    return place;
  }

  /// The content of a file is about to be changed. Whoever made the file may write to it whatever
  /// its mode, until the commit.
  void lockToWrite(Place place) {
    InodeRecord file = place.existing();
    if (!view.isNew(file.id())) {
      access.check(file, Access.WRITE, place.path());
    }
    transaction.lockInode(file.id(), place.path());
  }

  // ---- names

  /// An entry of the directory is about to change.
  void enter(InodeRecord directory, FsPath path) {
    access.check(directory, Access.WRITE | Access.SEARCH, path);
    if (isDetached(directory)) {
      throw new FsException(FsStatus.ENOENT, path + ": the directory has been removed");
    }
    transaction.shareStay(directory.id(), path);
  }

  /// Whether the directory is in a tree that was removed, or in a copy that has no name yet.
  private boolean isDetached(InodeRecord directory) {
    InodeId id = directory.id();
    if (directory.nlink() == 0 || transaction.detached().contains(id)) {
      return true;
    }
    if (surroundings.isDetached(id)) {
      return !transaction.adopted().contains(id);
    }
    return surroundings.mayHaveLeftovers() && isBelowNameless(directory);
  }

  private boolean isBelowNameless(InodeRecord directory) {
    InodeRecord at = directory;
    while (!at.id().equals(InodeId.ROOT)) {
      at = view.inode(at.parent());
      if (at == null || at.nlink() == 0) {
        return true;
      }
    }
    return false;
  }

  /// A name, locked for creation before, points to something from now on.
  void link(Place place, InodeId child, FileType type) {
    setEntry(place.directory().id(), place, child, type == FileType.DIRECTORY ? 1 : 0, 1);
  }

  /// A name, locked for removal before, points to nothing any more.
  void unlink(Place place) {
    boolean directory = place.existing().type() == FileType.DIRECTORY;
    setEntry(place.directory().id(), place, InodeId.NONE, directory ? -1 : 0, -1);
  }

  /// A name points to something else from now on.
  ///
  /// @param subdirectories how many more there are
  /// @param entries how many more there are
  void setEntry(InodeId directory, Place place, InodeId child, int subdirectories, int entries) {
    transaction.setEntry(
        directory, place.name(), child, view.committedChild(directory, place.name()));
    InodeEdit edit = transaction.edit(directory, place.path());
    edit.addEntries(entries);
    edit.addLinks(subdirectories);
    edit.touchContent(now);
  }

  /// An inode has lost a name, or all of them.
  void forsake(InodeRecord inode, FsPath path) {
    InodeEdit edit = transaction.edit(inode.id(), path);
    if (inode.type() == FileType.DIRECTORY) {
      edit.remove();
    } else {
      edit.addLinks(-1);
    }
    edit.touch(now);
  }

  /// A new inode under a name that is free.
  InodeRecord make(
      Place place, FileType type, int mode, int replication, Optional<LinkTarget> target) {
    if ((mode & ~07777) != 0) {
      throw new FsException(
          FsStatus.EINVAL, "mode " + Integer.toOctalString(mode) + " has bits beyond 7777");
    }
    InodeRecord directory = place.directory();
    boolean inherits = (directory.mode() & 02000) != 0;
    boolean isDirectory = type == FileType.DIRECTORY;
    InodeRecord inode =
        new InodeRecord(
            new Attributes(
                surroundings.newInode(),
                type,
                isDirectory && inherits ? mode | 02000 : mode,
                transaction.principal().user(),
                inherits ? directory.group() : transaction.principal().group(),
                target.map(t -> (long) t.bytes().length).orElse(0L),
                now,
                now,
                now,
                isDirectory ? 2 : 1,
                replication,
                0,
                0,
                0),
            InodeRecord.ContentKind.NONE,
            isDirectory ? directory.id() : InodeId.NONE,
            target);
    transaction.create(inode);
    link(place, inode.id(), type);
    return inode;
  }

  // ---- answers

  /// What `stat` shows of it now.
  Attributes attributes(InodeId inode) {
    InodeRecord record = view.inode(inode);
    if (record == null) {
      throw new FsException(FsStatus.ESTALE, inode + " is gone");
    }
    return record.attributes();
  }
}
