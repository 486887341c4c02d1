package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A question to the store, and with it the type of its answer. Answers show the rows as of some
/// applied commit; what was committed since must be laid over them by who asks.
///
/// @param <T> the answer
public sealed interface Fetch<T> {
  /// An inode; absent if there is none.
  record OfInode(InodeId inode) implements Fetch<Optional<InodeRecord>> {}

  /// What a name points to; absent if there is no such name.
  record OfEntry(InodeId directory, Name name) implements Fetch<Optional<InodeId>> {}

  /// The extents of a file that touch blocks `first` to before `end`, and the first one behind
  /// these, so that a hole is seen in its whole length; in order of their index. Where nothing lies
  /// behind `end` the file has no more.
  record OfExtents(InodeId inode, long first, long end) implements Fetch<List<Extent>> {}

  /// What of a file is kept inline; [InlineContent#NONE] if nothing is.
  record OfInline(InodeId inode) implements Fetch<InlineContent> {}

  /// All extended attributes of an inode.
  record OfXattrs(InodeId inode) implements Fetch<Map<XattrName, Bytes>> {}

  /// Names of a directory after `after` in the order of their bytes, at most `limit`, each with its
  /// inode. Fewer than `limit` means that there are no more.
  record OfEntries(InodeId directory, Optional<Name> after, int limit)
      implements Fetch<List<Entry>> {}

  /// Inodes without a name (nlink 0) whose numbers are greater than `after`, in order of their
  /// numbers, at most `limit`: what a crash left to be cleaned up.
  record OfOrphans(InodeId after, int limit) implements Fetch<List<InodeId>> {}

  /// A name and the inode that it points to.
  record Entry(Name name, InodeRecord inode) {}
}
