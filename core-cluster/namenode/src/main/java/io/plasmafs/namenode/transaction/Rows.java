package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.InodeRecord;
import org.jspecify.annotations.Nullable;

/// Inodes and names as somebody sees them: all that is needed to follow a path.
public interface Rows {
  /// The inode; null if there is none.
  ///
  /// @throws Missing if it is not in memory
  @Nullable InodeRecord inode(InodeId inode);

  /// What a name in a directory points to; [InodeId#NONE] if there is no such name.
  ///
  /// @throws Missing if it is not in memory
  InodeId child(InodeId directory, Name name);
}
