package io.plasmafs.testkit.contract;

/// What can be at a path.
public enum Kind {
  /// Nothing.
  NOTHING,
  /// A regular file with something in it.
  FILE,
  /// A directory without entries.
  EMPTY,
  /// A directory with a file in it.
  FULL,
  /// A symbolic link to a file beside it.
  LINK,
  /// A symbolic link that leads nowhere.
  DANGLING,
  /// A symbolic link to a directory beside it.
  DIRECTORY_LINK
}
