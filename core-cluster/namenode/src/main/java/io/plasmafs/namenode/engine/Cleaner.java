package io.plasmafs.namenode.engine;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.cache.Stretch;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;
import io.plasmafs.namenode.transaction.Missing;
import io.plasmafs.namenode.transaction.Transaction;
import io.plasmafs.namenode.transaction.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Deletes inodes that have no name left: files that were still in use, files with blocks, and the
/// directories of removed trees with all below them. Works in small transactions of its own, one at
/// a time, so that neither memory nor anybody's patience is used up.
///
/// What it has to do is also in the tables (a link count of 0), and so found again after a crash. A
/// directory is emptied from above: each slice takes away some of its entries, and its children
/// either go at once or have no name left in their turn.
final class Cleaner {
  /// Rows that one slice changes, about.
  private static final int SLICE_ROWS = 512;

  private static final long SLICE_BLOCKS = 65536;

  /// Runs of a file that are taken from memory at a time.
  private static final int STRETCH_RUNS = 1024;

  /// For so many inodes at a time the store is asked for what is not in memory.
  private static final int MOST_LACKING = 16;

  private final MetadataCache cache;
  private final int blockSize;
  private final Set<InodeId> unnamed = new HashSet<>();
  private final LinkedHashSet<InodeId> ready = new LinkedHashSet<>();
  private final List<InodeId> postponed = new ArrayList<>();

  /// What was in use when it lost its name, or came without one.
  private final Set<InodeId> inUse = new HashSet<>();

  /// Halved each time that nothing could be done: the cache may be too small for more than one.
  private int mayLack = MOST_LACKING;

  Cleaner(MetadataCache cache, int blockSize) {
    this.cache = cache;
    this.blockSize = blockSize;
  }

  /// An inode has no name left.
  void add(InodeId inode) {
    if (unnamed.add(inode)) {
      if (cache.pins(inode) == 0) {
        ready.add(inode);
      } else {
        inUse.add(inode);
      }
    }
  }

  /// An inode is gone, or has a name again.
  void remove(InodeId inode) {
    unnamed.remove(inode);
    ready.remove(inode);
    inUse.remove(inode);
  }

  /// A transaction that used the inode has ended.
  void unused(InodeId inode) {
    if (!unnamed.isEmpty() && unnamed.contains(inode) && cache.pins(inode) == 0) {
      inUse.remove(inode);
      ready.add(inode);
    }
  }

  /// What could not be cleaned is tried again. A transaction that gave up using an inode without
  /// ending has told nobody, so that is looked for here.
  void retryPostponed() {
    for (InodeId inode : List.copyOf(inUse)) {
      unused(inode);
    }
    for (InodeId inode : postponed) {
      unused(inode);
    }
    postponed.clear();
  }

  boolean hasWork() {
    return !ready.isEmpty();
  }

  /// How many inodes are still to be cleaned up.
  int backlog() {
    return unnamed.size();
  }

  /// Puts the next slice of work into a transaction. What it lacks of some inodes does not keep the
  /// others waiting.
  ///
  /// @throws Missing if nothing can be done with what is in memory: the transaction is to be undone
  void slice(Transaction transaction, View view, Instant now) {
    int rows = 0;
    int lacking = 0;
    Missing missing = null;
    Iterator<InodeId> next = ready.iterator();
    List<InodeId> done = new ArrayList<>();
    while (next.hasNext() && rows < SLICE_ROWS && lacking < mayLack) {
      InodeId inode = next.next();
      int mark = transaction.mark();
      try {
        rows += clean(transaction, view, inode, SLICE_ROWS - rows, now);
        done.add(inode);
      } catch (Missing e) {
        transaction.rollback(mark);
        missing = e;
        lacking++;
      } catch (FsException e) {
        // somebody holds a lock in it
        transaction.rollback(mark);
        postponed.add(inode);
        done.add(inode);
      }
    }
    done.forEach(ready::remove);
    if (missing != null && done.isEmpty()) {
      mayLack = Math.max(1, mayLack / 2);
      throw missing;
    }
    mayLack = MOST_LACKING;
  }

  /// A slice was not committed: all of it is to be done again.
  void undone(Transaction transaction) {
    for (InodeId inode : transaction.used()) {
      if (unnamed.contains(inode)) {
        postponed.add(inode);
      }
    }
  }

  private int clean(Transaction transaction, View view, InodeId inode, int limit, Instant now) {
    InodeRecord record = view.inode(inode);
    if (record == null || record.nlink() > 0) {
      unnamed.remove(inode);
      return 1;
    }
    if (record.type() == FileType.DIRECTORY) {
      return empty(transaction, view, record, limit, now);
    }
    InodeEdit edit = transaction.edit(inode, FsPath.EMPTY);
    edit.touch(now);
    if (record.blocks() > 0) {
      freeBlocks(transaction, view, record);
    }
    return 2;
  }

  private int empty(
      Transaction transaction, View view, InodeRecord directory, int limit, Instant now) {
    View.Page page = view.list(directory.id(), Optional.empty(), limit);
    List<InodeRecord> children = new ArrayList<>(page.entries().size());
    Missing missing = null;
    for (View.NamedInode entry : page.entries()) {
      try {
        InodeRecord child = view.inode(entry.inode());
        if (child != null) {
          children.add(child);
        }
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing != null) {
      throw missing;
    }
    transaction.takeStay(directory.id(), FsPath.EMPTY);
    InodeEdit edit = transaction.edit(directory.id(), FsPath.EMPTY);
    edit.touch(now);
    edit.addEntries(-page.entries().size());
    for (View.NamedInode entry : page.entries()) {
      transaction.setEntry(directory.id(), entry.name(), InodeId.NONE, entry.inode());
    }
    for (InodeRecord child : children) {
      if (child.type() == FileType.DIRECTORY) {
        transaction.takeStay(child.id(), FsPath.EMPTY);
        transaction.detach(child.id());
        transaction.edit(child.id(), FsPath.EMPTY).remove();
      } else {
        transaction.edit(child.id(), FsPath.EMPTY).addLinks(-1);
      }
    }
    return 1 + 2 * page.entries().size();
  }

  private void freeBlocks(Transaction transaction, View view, InodeRecord file) {
    long inFile = Math.ceilDiv(file.size(), (long) blockSize);
    long freed = 0;
    long end = 0;
    // what an earlier slice has freed is a hole by now, and holes are passed over at once
    while (end < inFile && freed < SLICE_BLOCKS) {
      Stretch stretch = view.committedStretch(file.id(), end, STRETCH_RUNS);
      long next = stretch.end();
      for (Extent run : stretch.runs()) {
        if (freed >= SLICE_BLOCKS) {
          next = run.index();
          break;
        }
        freed += Math.min(inFile, run.end()) - Math.max(end, run.index());
      }
      end = Math.min(inFile, next);
    }
    transaction.replaceExtents(file.id(), FsPath.EMPTY, 0, end, null);
    long left = end == inFile ? 0 : file.blocks() - freed;
    transaction
        .edit(file.id(), FsPath.EMPTY)
        .setContent(
            file.content().hasInline()
                ? ContentKind.MIXED
                : left == 0 ? ContentKind.NONE : ContentKind.BLOCKS,
            left);
  }
}
