package io.plasmafs.webdav;

import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.lock.LockTable;

/// What doors keep in the cluster for themselves is no part of what they show.
final class SystemDirectory {
  private static final FsPath ROOT = LockTable.DIRECTORY.parent();

  private SystemDirectory() {}

  /// Whether a path is to be answered as if nothing were there.
  static boolean isHidden(FsPath path) {
    return path.startsWith(ROOT);
  }
}
