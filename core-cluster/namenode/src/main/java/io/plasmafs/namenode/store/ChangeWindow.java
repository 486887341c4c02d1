package io.plasmafs.namenode.store;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// What several commits in a row do to the tables: of each row, the last that was said of it. An
/// absent value means that the row is to be deleted; of contents see [Content].
///
/// The order of use is: delete [#deletedInodes] with their extents and extended attributes, then
/// the rows with absent values, then put the others.
final class ChangeWindow {
  private final Map<Long, InodeRecord> inodes = new HashMap<>();
  private final Set<Long> deletedInodes = new HashSet<>();
  private final Map<EntryKey, Optional<InodeId>> entries = new HashMap<>();
  private final Map<Long, Map<Long, Optional<Extent>>> extents = new HashMap<>();
  private final Map<Long, Content> contents = new HashMap<>();
  private final Map<Long, Map<XattrName, Optional<Bytes>>> xattrs = new HashMap<>();
  private final Map<CommitToken, Long> tokens = new LinkedHashMap<>();
  private long first = -1;
  private long last = -1;
  private long changes;

  /// A name in a directory.
  record EntryKey(long directory, Name name) {}

  /// The last that was said of the inline content of a file, but for what was added to it: what it
  /// had before is superseded.
  ///
  /// @param version number of the commit that said it
  /// @param unstored all of a small file, which is to be put; absent if it was, or if it has no
  ///   content
  record Content(long version, Optional<Bytes> unstored) {}

  /// Takes the next commit.
  void add(ChangeSet commit) {
    if (first >= 0 && commit.sequence() != last + 1) {
      throw new IllegalArgumentException(
          "commit " + commit.sequence() + " does not follow " + last);
    }
    if (first < 0) {
      first = commit.sequence();
    }
    last = commit.sequence();
    commit.token().ifPresent(token -> tokens.put(token, commit.sequence()));
    changes += commit.changes().size();
    for (Change change : commit.changes()) {
      add(commit.sequence(), change);
    }
  }

  private void add(long sequence, Change change) {
    switch (change) {
      case Change.PutInode(InodeRecord inode) -> inodes.put(inode.id().value(), inode);
      case Change.DeleteInode(InodeId inode) -> {
        long id = inode.value();
        inodes.remove(id);
        extents.remove(id);
        supersedeContent(inode, sequence);
        xattrs.remove(id);
        deletedInodes.add(id);
      }
      case Change.PutEntry(InodeId directory, Name name, InodeId inode) ->
          entries.put(new EntryKey(directory.value(), name), Optional.of(inode));
      case Change.DeleteEntry(InodeId directory, Name name) ->
          entries.put(new EntryKey(directory.value(), name), Optional.empty());
      case Change.PutExtent(InodeId inode, Extent extent) ->
          extentsOf(inode).put(extent.index(), Optional.of(extent));
      case Change.DeleteExtent(InodeId inode, long index) ->
          extentsOf(inode).put(index, Optional.empty());
      case Change.PutInline(InodeId inode, InlineContent content, int kept) ->
          contents.put(inode.value(), new Content(sequence, Optional.of(content.bytes())));
      case Change.StoredInline(InodeId inode, boolean continues) -> {
        if (!continues) {
          supersedeContent(inode, sequence);
        }
      }
      case Change.DeleteInline(InodeId inode) -> supersedeContent(inode, sequence);
      case Change.PutXattr(InodeId inode, XattrName name, Bytes value) ->
          xattrsOf(inode).put(name, Optional.of(value));
      case Change.DeleteXattr(InodeId inode, XattrName name) ->
          xattrsOf(inode).put(name, Optional.empty());
    }
  }

  private void supersedeContent(InodeId inode, long sequence) {
    contents.put(inode.value(), new Content(sequence, Optional.empty()));
  }

  private Map<Long, Optional<Extent>> extentsOf(InodeId inode) {
    return extents.computeIfAbsent(inode.value(), id -> new TreeMap<>());
  }

  private Map<XattrName, Optional<Bytes>> xattrsOf(InodeId inode) {
    return xattrs.computeIfAbsent(inode.value(), id -> new TreeMap<>());
  }

  boolean isEmpty() {
    return first < 0;
  }

  /// Number of the first commit.
  long first() {
    return first;
  }

  /// Number of the last commit.
  long last() {
    return last;
  }

  /// How many changes were taken, before any of them fell together with another.
  long changes() {
    return changes;
  }

  Map<Long, InodeRecord> inodes() {
    return inodes;
  }

  Set<Long> deletedInodes() {
    return deletedInodes;
  }

  Map<EntryKey, Optional<InodeId>> entries() {
    return entries;
  }

  Map<Long, Map<Long, Optional<Extent>>> extents() {
    return extents;
  }

  Map<Long, Content> contents() {
    return contents;
  }

  Map<Long, Map<XattrName, Optional<Bytes>>> xattrs() {
    return xattrs;
  }

  Map<CommitToken, Long> tokens() {
    return tokens;
  }
}
