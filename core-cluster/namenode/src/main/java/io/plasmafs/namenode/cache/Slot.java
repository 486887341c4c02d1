package io.plasmafs.namenode.cache;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of one inode. Each part is known or not; the record may be known to be absent.
final class Slot {
  private static final int BYTES = 400;

  final InodeId id;
  boolean recordKnown;
  @Nullable InodeRecord record;
  @Nullable DirectoryNames names;
  @Nullable ExtentMap extents;

  /// What is kept inline.
  @Nullable InlineContent inline;

  @Nullable TreeMap<XattrName, Bytes> xattrs;

  /// Open transactions that use the inode.
  int pins;

  /// Changes of commits that may not be in every answer of the store.
  int holds;

  /// Since it was last looked at for eviction. What has just come counts as used: whoever asked for
  /// it is about to.
  boolean used = true;

  /// Neighbours in the order of eviction, while it may be evicted.
  @Nullable Slot newer;

  @Nullable Slot older;
  boolean listed;

  /// What was counted for it.
  long charged;

  Slot(InodeId id) {
    this.id = id;
  }

  boolean evictable() {
    return pins == 0 && holds == 0;
  }

  long bytes() {
    long bytes = BYTES;
    if (names != null) {
      bytes += names.bytes();
    }
    if (extents != null) {
      bytes += extents.bytes();
    }
    if (inline != null) {
      bytes += inline.length();
    }
    if (xattrs != null) {
      for (Map.Entry<XattrName, Bytes> xattr : xattrs.entrySet()) {
        bytes += 150 + xattr.getValue().length();
      }
    }
    return bytes;
  }
}
