package io.plasmafs.namenode.metadata;

import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import java.time.Instant;
import java.util.Optional;

/// An inode as it is stored.
///
/// @param size bytes; of a directory the number of its entries
/// @param nlink names that point to it; of a directory 2 and its subdirectories; 0 once unlinked
/// @param blocks blocks attached, in one replica
/// @param content how the bytes are kept; NONE for all that is no regular file, and for empty ones
/// @param parent of a directory: the directory that holds its only name, its own number for the
///   root; [InodeId#NONE] for all else
/// @param target of a symbolic link, else absent
public record InodeRecord(
    InodeId id,
    FileType type,
    int mode,
    String owner,
    String group,
    long size,
    Instant mtime,
    Instant ctime,
    Instant birth,
    int nlink,
    int replication,
    long blocks,
    ContentKind content,
    long version,
    long contentVersion,
    InodeId parent,
    Optional<LinkTarget> target) {

  /// How the bytes of a regular file are kept.
  public enum ContentKind {
    NONE(0),
    INLINE(1),
    BLOCKS(2);

    private final int code;

    ContentKind(int code) {
      this.code = code;
    }

    /// The number in the tables.
    public int code() {
      return code;
    }
  }
}
