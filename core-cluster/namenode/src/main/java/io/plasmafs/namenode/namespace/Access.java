package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.namenode.metadata.InodeRecord;

/// What a principal may do, by owner, group and mode. The first class that fits decides: an owner
/// whom the owner's bits refuse is not helped by those of the group.
///
/// @param superuser nothing is refused
record Access(Principal principal, boolean superuser) {
  static final int READ = 4;
  static final int WRITE = 2;
  static final int SEARCH = 1;

  private static final int STICKY = 01000;

  boolean may(InodeRecord inode, int bits) {
    if (superuser) {
      return true;
    }
    int shift = owns(inode) ? 6 : principal.isMember(inode.group()) ? 3 : 0;
    return ((inode.mode() >> shift) & bits) == bits;
  }

  boolean owns(InodeRecord inode) {
    return superuser || inode.owner().equals(principal.user());
  }

  /// Fails with EACCES.
  void check(InodeRecord inode, int bits, FsPath path) {
    if (!may(inode, bits)) {
      throw new FsException(
          FsStatus.EACCES,
          path
              + ": user "
              + principal.user()
              + " may not "
              + (bits == READ
                  ? "read "
                  : bits == SEARCH ? "search " : bits == WRITE ? "write to " : "change ")
              + inode.id()
              + " (owner "
              + inode.owner()
              + ", group "
              + inode.group()
              + ", mode "
              + Integer.toOctalString(inode.mode())
              + ")");
    }
  }

  /// Fails with EPERM unless the principal owns the inode.
  void checkOwner(InodeRecord inode, FsPath path) {
    if (!owns(inode)) {
      throw new FsException(
          FsStatus.EPERM,
          path + " belongs to " + inode.owner() + ", not to user " + principal.user());
    }
  }

  /// In a sticky directory only the owner of an entry, or of the directory, takes the entry away.
  void checkSticky(InodeRecord directory, InodeRecord child, FsPath path) {
    if ((directory.mode() & STICKY) != 0 && !owns(child) && !owns(directory)) {
      throw new FsException(
          FsStatus.EPERM,
          path
              + " belongs to "
              + child.owner()
              + " and its directory is sticky: user "
              + principal.user()
              + " may not remove or move it");
    }
  }
}
