package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;

/// One row put or deleted by a commit. Putting replaces a row of the same key; deleting one that is
/// not there is no error, so that a batch can be applied twice.
public sealed interface Change {
  /// The inode that the row belongs to; of a name, its directory.
  default InodeId of() {
    return switch (this) {
      case PutInode c -> c.inode().id();
      case DeleteInode c -> c.inode();
      case PutEntry c -> c.directory();
      case DeleteEntry c -> c.directory();
      case PutExtent c -> c.inode();
      case DeleteExtent c -> c.inode();
      case PutInline c -> c.inode();
      case StoredInline c -> c.inode();
      case DeleteInline c -> c.inode();
      case PutXattr c -> c.inode();
      case DeleteXattr c -> c.inode();
    };
  }

  /// An inode, new or changed; its versions are set by the commit that carries it.
  record PutInode(InodeRecord inode) implements Change {}

  /// An inode is gone, and with it all its extents, inline bytes and extended attributes.
  record DeleteInode(InodeId inode) implements Change {}

  /// A name in a directory.
  record PutEntry(InodeId directory, Name name, InodeId inode) implements Change {}

  /// A name is gone.
  record DeleteEntry(InodeId directory, Name name) implements Change {}

  /// A run of blocks; its key is (inode, `extent.index()`).
  record PutExtent(InodeId inode, Extent extent) implements Change {}

  /// The run that starts at block `index` is gone, or replaced by runs that the same commit puts.
  record DeleteExtent(InodeId inode, long index) implements Change {}

  /// What of a file is kept inline from now on.
  ///
  /// @param content all of it
  /// @param kept how many bytes at its start the file had inline before, in the same block
  record PutInline(InodeId inode, InlineContent content, int kept) implements Change {}

  /// As [PutInline], with bytes that the store has put already, under the number of the commit that
  /// carries this. Only the store makes it, for its log.
  ///
  /// @param continues whether they follow what there was, which is to be kept
  record StoredInline(InodeId inode, boolean continues) implements Change {}

  /// Nothing of the file is kept inline any more.
  record DeleteInline(InodeId inode) implements Change {}

  /// An extended attribute.
  record PutXattr(InodeId inode, XattrName name, Bytes value) implements Change {}

  /// An extended attribute is gone.
  record DeleteXattr(InodeId inode, XattrName name) implements Change {}
}
