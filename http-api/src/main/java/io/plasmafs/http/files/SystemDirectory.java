package io.plasmafs.http.files;

import io.plasmafs.model.FsPath;

/// What gateways keep in the cluster for themselves: finished uploads that wait for their commit,
/// what commits came to, locks. It is no part of what they show.
public final class SystemDirectory {
  /// Where it is.
  public static final FsPath ROOT = FsPath.of("/.plasma");

  /// Gateways of any user may put something there, and none may take away what is another's.
  public static final int MODE = 01777;

  /// Permission bits of files in it: others may see that there is something, and not what.
  public static final int FILE_MODE = 0600;

  private SystemDirectory() {}

  /// Whether a path is to be answered as if nothing were there.
  public static boolean hides(FsPath path) {
    return path.startsWith(ROOT);
  }
}
