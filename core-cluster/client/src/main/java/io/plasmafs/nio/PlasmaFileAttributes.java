package io.plasmafs.nio;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.InodeId;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/// Attributes of a file of a cluster: those of POSIX, and versions.
///
/// ```java
/// Files.readAttributes(path, PlasmaFileAttributes.class).contentVersion()
/// ```
///
/// The time of last access is that of last modification: reads leave no trace.
///
/// @param attributes all that the cluster knows
public record PlasmaFileAttributes(Attributes attributes) implements PosixFileAttributes {

  /// Identifies the file in its cluster, for ever.
  @Override
  public InodeId fileKey() {
    return attributes.inode();
  }

  /// Number of the last commit that changed anything of the file; 0 while the transaction that
  /// looks has changes of its own.
  public long version() {
    return attributes.version();
  }

  /// Number of the last commit that changed its content; 0 as above.
  public long contentVersion() {
    return attributes.contentVersion();
  }

  @Override
  public UserPrincipal owner() {
    return new Principals.User(attributes.owner());
  }

  @Override
  public GroupPrincipal group() {
    return new Principals.Group(attributes.group());
  }

  @Override
  public Set<PosixFilePermission> permissions() {
    return Modes.permissions(attributes.mode());
  }

  @Override
  public FileTime lastModifiedTime() {
    return FileTime.from(attributes.mtime());
  }

  @Override
  public FileTime lastAccessTime() {
    return lastModifiedTime();
  }

  @Override
  public FileTime creationTime() {
    return FileTime.from(attributes.birth());
  }

  @Override
  public boolean isRegularFile() {
    return attributes.isRegular();
  }

  @Override
  public boolean isDirectory() {
    return attributes.isDirectory();
  }

  @Override
  public boolean isSymbolicLink() {
    return attributes.isSymlink();
  }

  @Override
  public boolean isOther() {
    return false;
  }

  /// Bytes of a file, entries of a directory, length of a symbolic link's target.
  @Override
  public long size() {
    return attributes.size();
  }
}
