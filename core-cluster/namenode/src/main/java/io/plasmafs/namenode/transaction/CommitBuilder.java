package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Replica;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Turns a transaction into a change set: lays its differences over the committed state, which is
/// that of all commits with smaller sequence numbers.
///
/// An inode that ends without a name is deleted by the same commit if it has no blocks and nobody
/// else uses it. If not, its row stays, with a link count of 0, to be cleaned up later.
public final class CommitBuilder {
  private final MetadataCache cache;
  private final CommittedRows committed;
  private final Needs needs;
  private final int blockSize;

  /// A builder over this committed state.
  public CommitBuilder(MetadataCache cache, CommittedRows committed, Needs needs, int blockSize) {
    this.cache = cache;
    this.committed = committed;
    this.needs = needs;
    this.blockSize = blockSize;
  }

  /// The change set of one transaction as it grows.
  private static final class Draft {
    final List<Change> deletes = new ArrayList<>();
    final List<Change> puts = new ArrayList<>();
    final List<InodeRecord> born = new ArrayList<>();
    final List<Extent> used = new ArrayList<>();
    final List<Extent> freed = new ArrayList<>();
    final List<InodeId> unnamed = new ArrayList<>();
    final List<InodeId> deleted = new ArrayList<>();
    long bytes = 100;
    long keptBytes;
  }

  /// The commit of a transaction, which stays as it is.
  ///
  /// @throws Missing if runs that it replaces are not in memory
  public PreparedCommit build(
      Transaction transaction, long sequence, Optional<CommitToken> token, long timeMillis) {
    Draft draft = new Draft();
    for (Map.Entry<InodeId, TreeMap<Name, Transaction.EntryEdit>> directory :
        transaction.entries.entrySet()) {
      addEntries(draft, transaction, directory.getKey(), directory.getValue());
    }
    for (Map.Entry<InodeId, InodeEdit> entry : transaction.edits.entrySet()) {
      addInode(draft, transaction, entry.getKey(), entry.getValue(), sequence);
    }
    List<Change> changes = new ArrayList<>(draft.deletes.size() + draft.puts.size());
    changes.addAll(draft.deletes);
    changes.addAll(draft.puts);
    ChangeSet set =
        new ChangeSet(sequence, token, timeMillis, transaction.principal().user(), changes);
    return new PreparedCommit(
        transaction,
        set,
        draft.born,
        draft.used,
        draft.freed,
        draft.unnamed,
        draft.deleted,
        draft.bytes,
        draft.bytes + draft.keptBytes);
  }

  private void addEntries(
      Draft draft,
      Transaction transaction,
      InodeId directory,
      TreeMap<Name, Transaction.EntryEdit> names) {
    InodeEdit edit = transaction.edits.get(directory);
    if (edit != null && edit.created != null && vanishes(edit, edit.created)) {
      return;
    }
    for (Map.Entry<Name, Transaction.EntryEdit> name : names.entrySet()) {
      InodeId now = name.getValue().now();
      if (now.equals(name.getValue().before())) {
        continue;
      }
      draft.bytes += 40 + name.getKey().length();
      if (now.equals(InodeId.NONE)) {
        draft.deletes.add(new Change.DeleteEntry(directory, name.getKey()));
      } else {
        draft.puts.add(new Change.PutEntry(directory, name.getKey(), now));
      }
    }
  }

  /// Whether an inode made by the transaction is gone again, leaving nothing behind.
  private static boolean vanishes(InodeEdit edit, InodeRecord created) {
    InodeRecord record = edit.over(created, 0, 0);
    return !edit.nameless
        && record.nlink() == 0
        && (record.type() != FileType.DIRECTORY || record.size() == 0);
  }

  private void addInode(
      Draft draft, Transaction transaction, InodeId inode, InodeEdit edit, long sequence) {
    InodeRecord created = edit.created;
    if (created != null && vanishes(edit, created)) {
      return;
    }
    InodeRecord base = created != null ? created : committed.inode(inode);
    if (base == null) {
      throw new FsException(FsStatus.ESTALE, inode + ", which the transaction changed, is gone");
    }
    boolean content = edit.changesContent || created != null;
    InodeRecord record = edit.over(base, sequence, content ? sequence : base.contentVersion());
    if (record.nlink() == 0) {
      if (created == null && !isUsedByOthers(transaction, inode) && isEmpty(record)) {
        if (edit.extents != null) {
          cutCommitted(inode, edit.extents, base)
              .values()
              .forEach(extent -> draft.freed.addAll(edit.extents.hidden(extent)));
        }
        draft.deletes.add(new Change.DeleteInode(inode));
        draft.deleted.add(inode);
        draft.bytes += 20;
        return;
      }
      draft.unnamed.add(inode);
    }
    draft.puts.add(new Change.PutInode(record));
    draft.bytes += 160 + record.target().map(t -> t.bytes().length).orElse(0);
    if (created != null) {
      draft.born.add(record);
    }
    addContent(draft, inode, edit, base);
    addXattrs(draft, inode, edit, created == null);
  }

  private static boolean isEmpty(InodeRecord record) {
    return record.type() == FileType.DIRECTORY ? record.size() == 0 : record.blocks() == 0;
  }

  private boolean isUsedByOthers(Transaction transaction, InodeId inode) {
    return cache.pins(inode) > (transaction.uses().contains(inode) ? 1 : 0);
  }

  private void addContent(Draft draft, InodeId inode, InodeEdit edit, InodeRecord base) {
    InlineContent inline = edit.inline;
    if (inline != null) {
      if (!inline.isEmpty()) {
        draft.puts.add(new Change.PutInline(inode, inline, edit.inlineKept));
        draft.bytes += 20 + inline.length() - edit.inlineKept;
        draft.keptBytes += edit.inlineKept;
      } else if (edit.created == null && base.content().hasInline()) {
        draft.deletes.add(new Change.DeleteInline(inode));
        draft.bytes += 20;
      }
    }
    ExtentEdit extents = edit.extents;
    if (extents == null) {
      return;
    }
    TreeMap<Long, Extent> puts = new TreeMap<>();
    TreeMap<Long, Extent> cut =
        edit.created == null ? cutCommitted(inode, extents, base) : new TreeMap<>();
    for (Extent extent : cut.values()) {
      extents.hidden(extent).forEach(part -> addElsewhere(draft.freed, part, extents.own()));
      extents.visible(extent).forEach(rest -> puts.put(rest.index(), rest));
    }
    for (Extent own : extents.own()) {
      puts.put(own.index(), own);
      addElsewhere(draft.used, own, cut.values());
    }
    for (Long index : cut.keySet()) {
      // a row that is put needs no deletion before it
      if (!puts.containsKey(index)) {
        draft.deletes.add(new Change.DeleteExtent(inode, index));
        draft.bytes += 24;
      }
    }
    for (Extent extent : puts.values()) {
      draft.puts.add(new Change.PutExtent(inode, extent));
      draft.bytes += 50 + 16L * extent.replicas().size() + 4L * extent.checksums().count();
    }
  }

  /// Adds a part of a file but for the replicas that it has before and after the commit: a run that
  /// is moved to other datanodes keeps some of its blocks.
  private static void addElsewhere(List<Extent> target, Extent part, Iterable<Extent> others) {
    for (Extent other : others) {
      if (other.generation() == part.generation()
          && other.index() <= part.index()
          && other.end() >= part.end()) {
        List<Replica> same = other.slice(part.index(), part.end()).replicas();
        List<Replica> elsewhere =
            part.replicas().stream().filter(replica -> !same.contains(replica)).toList();
        if (!elsewhere.isEmpty()) {
          target.add(
              new Extent(
                  part.index(), part.count(), part.generation(), elsewhere, part.checksums()));
        }
        return;
      }
    }
    target.add(part);
  }

  /// The committed runs of which the transaction replaced at least a part.
  private TreeMap<Long, Extent> cutCommitted(InodeId inode, ExtentEdit extents, InodeRecord base) {
    long blocksInFile = Math.ceilDiv(base.size(), blockSize);
    TreeMap<Long, Extent> cut = new TreeMap<>();
    for (Map.Entry<Long, Long> range : extents.hiddenRanges().entrySet()) {
      long end = Math.min(range.getValue(), blocksInFile);
      if (base.blocks() > 0 && range.getKey() < end) {
        for (Extent extent : View.committedExtents(cache, needs, inode, range.getKey(), end)) {
          cut.put(extent.index(), extent);
        }
      }
    }
    return cut;
  }

  private void addXattrs(Draft draft, InodeId inode, InodeEdit edit, boolean existed) {
    TreeMap<XattrName, Optional<Bytes>> xattrs = edit.xattrs;
    if (xattrs == null) {
      return;
    }
    for (Map.Entry<XattrName, Optional<Bytes>> xattr : xattrs.entrySet()) {
      @Nullable Bytes value = xattr.getValue().orElse(null);
      if (value != null) {
        draft.puts.add(new Change.PutXattr(inode, xattr.getKey(), value));
        draft.bytes += 40 + value.length();
      } else if (existed) {
        draft.deletes.add(new Change.DeleteXattr(inode, xattr.getKey()));
        draft.bytes += 40;
      }
    }
  }
}
