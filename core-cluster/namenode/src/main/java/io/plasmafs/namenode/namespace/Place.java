package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.InodeRecord;
import org.jspecify.annotations.Nullable;

/// Where a path led.
///
/// @param parent directory that holds, or could hold, the name; null if the path did not end with a
///   name
/// @param last name; null together with `parent`
/// @param child what is there; null if nothing is
/// @param path for messages
record Place(
    @Nullable InodeRecord parent, @Nullable Name last, @Nullable InodeRecord child, FsPath path) {

  /// What is there.
  ///
  /// @throws FsException ENOENT if nothing is
  InodeRecord existing() {
    if (child == null) {
      throw new FsException(FsStatus.ENOENT, path + ": there is no such file or directory");
    }
    return child;
  }

  /// The directory that holds the name.
  ///
  /// @throws FsException EINVAL if the path led to no name, as that of the root
  InodeRecord directory() {
    if (parent == null) {
      throw new FsException(FsStatus.EINVAL, path + " cannot be created, removed or moved");
    }
    return parent;
  }

  /// The name in that directory.
  Name name() {
    if (last == null) {
      throw new FsException(FsStatus.EINVAL, path + " cannot be created, removed or moved");
    }
    return last;
  }

  /// The inode's number, or [InodeId#NONE].
  InodeId childId() {
    return child == null ? InodeId.NONE : child.id();
  }
}
