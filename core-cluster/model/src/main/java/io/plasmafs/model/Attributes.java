package io.plasmafs.model;

import java.time.Instant;

/// Attributes of an inode, as `stat` shows them.
///
/// @param mode permission bits, 07777
/// @param size bytes; of a directory the number of its entries; of a symbolic link the length of
///   its target
/// @param nlink names that point to it; of a directory 2 and its subdirectories
/// @param replication copies wanted of each block
/// @param blocks data blocks occupied in one replica; 0 if the content is stored inline
/// @param version number of the last commit that changed anything of it; 0 while the transaction
///   that looks has changes of its own
/// @param contentVersion number of the last commit that changed its bytes, of a directory its
///   entries; 0 as above
public record Attributes(
    InodeId inode,
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
    long version,
    long contentVersion) {

  public Attributes {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException(
          "mode " + Integer.toOctalString(mode) + " has bits beyond 07777");
    }
    if (size < 0 || blocks < 0 || nlink < 0) {
      throw new IllegalArgumentException(
          inode + " has a negative size " + size + ", blocks " + blocks + " or nlink " + nlink);
    }
  }

  /// Whether it is a directory.
  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  /// Whether it is a regular file.
  public boolean isRegular() {
    return type == FileType.REGULAR;
  }

  /// Whether it is a symbolic link.
  public boolean isSymlink() {
    return type == FileType.SYMLINK;
  }
}
