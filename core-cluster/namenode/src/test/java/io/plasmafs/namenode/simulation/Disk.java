package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What survives a crash: the log, the tables as far as they were applied, and the counters.
public final class Disk {
  final List<ChangeSet> log;
  final Map<CommitToken, Long> tokens = new HashMap<>();
  final Map<MetadataStore.Counter, Long> counters = new EnumMap<>(MetadataStore.Counter.class);
  long epoch;

  /// In which the last commit of the log was written.
  long lastEpoch;

  long applied;

  /// The rows, by their keys.
  public final TreeMap<InodeId, InodeRecord> inodes = new TreeMap<>();

  public final Map<InodeId, TreeMap<Name, InodeId>> entries = new HashMap<>();
  public final Map<InodeId, TreeMap<Long, Extent>> extents = new HashMap<>();
  public final Map<InodeId, InlineContent> inline = new HashMap<>();
  public final Map<InodeId, TreeMap<XattrName, Bytes>> xattrs = new HashMap<>();

  /// An empty disk.
  public Disk() {
    log = new ArrayList<>();
  }

  /// Tables of their own over the log of another disk.
  Disk(Disk other) {
    log = other.log;
  }

  /// Number of the last commit in the log.
  public long last() {
    return log.size();
  }

  /// A commit of the log.
  public ChangeSet commit(long sequence) {
    return log.get((int) sequence - 1);
  }

  /// Brings the tables up to a commit.
  public void apply(long sequence) {
    while (applied < Math.min(sequence, log.size())) {
      ChangeSet set = log.get((int) applied);
      set.changes().forEach(this::apply);
      set.token().ifPresent(token -> tokens.put(token, set.sequence()));
      applied = set.sequence();
    }
  }

  private void apply(Change change) {
    switch (change) {
      case Change.PutInode(InodeRecord inode) -> inodes.put(inode.id(), inode);
      case Change.DeleteInode(InodeId inode) -> {
        inodes.remove(inode);
        extents.remove(inode);
        inline.remove(inode);
        xattrs.remove(inode);
      }
      case Change.PutEntry(InodeId directory, Name name, InodeId child) ->
          entries.computeIfAbsent(directory, d -> new TreeMap<>()).put(name, child);
      case Change.DeleteEntry(InodeId directory, Name name) -> {
        TreeMap<Name, InodeId> names = entries.get(directory);
        if (names != null) {
          names.remove(name);
          if (names.isEmpty()) {
            entries.remove(directory);
          }
        }
      }
      case Change.PutExtent(InodeId inode, Extent extent) ->
          extents.computeIfAbsent(inode, i -> new TreeMap<>()).put(extent.index(), extent);
      case Change.DeleteExtent(InodeId inode, long index) -> {
        TreeMap<Long, Extent> runs = extents.get(inode);
        if (runs != null) {
          runs.remove(index);
        }
      }
      case Change.PutInline(InodeId inode, InlineContent content, int kept) -> {
        checkContinues(inline.getOrDefault(inode, InlineContent.NONE), content, kept);
        inline.put(inode, content);
      }
      case Change.StoredInline stored -> throw new AssertionError(stored);
      case Change.DeleteInline(InodeId inode) -> inline.remove(inode);
      case Change.PutXattr(InodeId inode, XattrName name, Bytes value) ->
          xattrs.computeIfAbsent(inode, i -> new TreeMap<>()).put(name, value);
      case Change.DeleteXattr(InodeId inode, XattrName name) -> {
        TreeMap<XattrName, Bytes> all = xattrs.get(inode);
        if (all != null) {
          all.remove(name);
        }
      }
    }
  }

  /// The store only keeps what comes after the bytes that it has.
  private static void checkContinues(InlineContent before, InlineContent content, int kept) {
    boolean same =
        kept == 0
            ? content.pieces() == 1
            : content.index() == before.index()
                && kept == before.length()
                && kept < content.length()
                && content.pieces() == before.pieces() + 1
                && content.pieces() <= 32
                && Arrays.equals(
                    content.bytes().toArray(), 0, kept, before.bytes().toArray(), 0, kept);
    if (!same) {
      throw new AssertionError(content + " does not continue " + kept + " bytes of " + before);
    }
  }
}
