package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a transaction has changed of one inode, as differences from whatever is committed when it
/// commits: what the inode lock covers is set, what it does not cover (link count, number of
/// entries, times of data) is added or pushed forward.
///
/// Changed only through [Transaction#edit], which keeps what is needed to undo.
public final class InodeEdit {
  /// The inode as it was made by this transaction, if it was.
  final @Nullable InodeRecord created;

  /// The step that it was last copied for.
  long step;

  @Nullable Integer mode;
  @Nullable String owner;
  @Nullable String group;
  @Nullable Integer replication;
  long size = -1;
  long blocks = -1;
  InodeRecord.@Nullable ContentKind content;
  @Nullable InodeId parent;
  @Nullable Instant mtime;
  boolean mtimeExact;
  @Nullable Instant ctime;
  boolean ctimeExact;
  @Nullable Instant birth;
  int links;
  long entries;
  boolean removed;

  /// Made without a name, to be given one by another transaction.
  boolean nameless;

  boolean changesContent;

  /// What is kept inline.
  @Nullable InlineContent inline;

  /// How many bytes at its start are committed already.
  int inlineKept;

  @Nullable ExtentEdit extents;
  @Nullable TreeMap<XattrName, Optional<Bytes>> xattrs;

  InodeEdit(@Nullable InodeRecord created) {
    this.created = created;
  }

  InodeEdit copy() {
    InodeEdit copy = new InodeEdit(created);
    copy.mode = mode;
    copy.owner = owner;
    copy.group = group;
    copy.replication = replication;
    copy.size = size;
    copy.blocks = blocks;
    copy.content = content;
    copy.parent = parent;
    copy.mtime = mtime;
    copy.mtimeExact = mtimeExact;
    copy.ctime = ctime;
    copy.ctimeExact = ctimeExact;
    copy.birth = birth;
    copy.links = links;
    copy.entries = entries;
    copy.removed = removed;
    copy.nameless = nameless;
    copy.changesContent = changesContent;
    copy.inline = inline;
    copy.inlineKept = inlineKept;
    copy.extents = extents;
    copy.xattrs = xattrs;
    return copy;
  }

  /// Whether the transaction made the inode.
  public boolean isCreated() {
    return created != null;
  }

  /// Permission bits.
  public void setMode(int value) {
    mode = value;
  }

  /// Owner.
  public void setOwner(String value) {
    owner = value;
  }

  /// Group.
  public void setGroup(String value) {
    group = value;
  }

  /// Copies wanted of each block.
  public void setReplication(int value) {
    replication = value;
  }

  /// Directory that a directory is moved to.
  public void setParent(InodeId value) {
    parent = value;
  }

  /// Size of a file in bytes.
  public void setSize(long value) {
    size = value;
    changesContent = true;
  }

  /// How many blocks are attached, and how the content is kept.
  public void setContent(InodeRecord.ContentKind kind, long attached) {
    content = kind;
    blocks = attached;
    changesContent = true;
  }

  /// What is kept inline.
  ///
  /// @param kept how many bytes at its start are committed already
  void setInline(InlineContent value, int kept) {
    inline = value;
    inlineKept = kept;
    changesContent = true;
  }

  /// Time of the last change of content, given by the user.
  public void setMtime(Instant value) {
    mtime = value;
    mtimeExact = true;
  }

  /// Time of the last change of anything, given by the user.
  public void setCtime(Instant value) {
    ctime = value;
    ctimeExact = true;
  }

  /// Time of creation.
  public void setBirth(Instant value) {
    birth = value;
  }

  /// Something changed now.
  public void touch(Instant now) {
    if (!ctimeExact || later(now, ctime)) {
      ctime = now;
    }
  }

  /// The content changed now.
  public void touchContent(Instant now) {
    changesContent = true;
    if (!mtimeExact || later(now, mtime)) {
      mtime = now;
      mtimeExact = false;
    }
    touch(now);
  }

  /// So many more names point to a file; so many more subdirectories are in a directory.
  public void addLinks(int difference) {
    links += difference;
  }

  /// So many more entries are in a directory.
  public void addEntries(long difference) {
    entries += difference;
    changesContent = true;
  }

  /// A directory has lost its name.
  public void remove() {
    removed = true;
  }

  /// Sets an extended attribute, or takes it away.
  public void setXattr(XattrName name, Optional<Bytes> value) {
    xattrs = xattrs == null ? new TreeMap<>() : new TreeMap<>(xattrs);
    xattrs.put(name, value);
  }

  /// All extended attributes as the transaction sees them.
  SortedMap<XattrName, Bytes> over(SortedMap<XattrName, Bytes> base) {
    if (xattrs == null) {
      return base;
    }
    TreeMap<XattrName, Bytes> all = new TreeMap<>(base);
    xattrs.forEach((name, value) -> {
      if (value.isPresent()) {
        all.put(name, value.get());
      } else {
        all.remove(name);
      }
    });
    return all;
  }

  /// The inode with these changes.
  InodeRecord over(InodeRecord base, long version, long contentVersion) {
    int nlink = removed ? 0 : Math.max(0, base.nlink() + links);
    return new InodeRecord(
        new Attributes(
            base.id(),
            base.type(),
            mode != null ? mode : base.mode(),
            owner != null ? owner : base.owner(),
            group != null ? group : base.group(),
            size >= 0 ? size : base.size() + entries,
            time(base.mtime(), mtime, mtimeExact),
            time(base.ctime(), ctime, ctimeExact),
            birth != null ? birth : base.birth(),
            nlink,
            replication != null ? replication : base.replication(),
            blocks >= 0 ? blocks : base.blocks(),
            version,
            contentVersion),
        content != null ? content : base.content(),
        parent != null ? parent : base.parent(),
        base.target());
  }

  private static Instant time(Instant base, @Nullable Instant edit, boolean exact) {
    return edit == null || (!exact && base.isAfter(edit)) ? base : edit;
  }

  private static boolean later(Instant now, @Nullable Instant then) {
    return then == null || now.isAfter(then);
  }
}
