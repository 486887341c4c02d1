package io.plasmafs.http.files;

import io.plasmafs.model.FsPath;

/// What gateways keep in the cluster for themselves: finished uploads that wait for their commit,
/// what commits came to. It is no part of what they show.
public final class SystemDirectory {
  /// Where it is.
  public static final FsPath ROOT = FsPath.of("/.plasma");

  /// Nobody else may look into it.
  public static final int MODE = 0700;

  /// Permission bits of files in it.
  public static final int FILE_MODE = 0600;

  private SystemDirectory() {}

  /// Whether a path is to be answered as if nothing were there.
  public static boolean hides(FsPath path) {
    return path.startsWith(ROOT);
  }
}
