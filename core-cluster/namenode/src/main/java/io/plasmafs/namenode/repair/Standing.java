package io.plasmafs.namenode.repair;

/// What a datanode is worth to the files that have replicas there.
public enum Standing {
  /// It is read; its replicas count.
  SERVING(true, true),
  /// It cannot be read, but not for long yet: its replicas count, in the hope that it comes back.
  AWAY(false, true),
  /// An operator has switched it off for as long as he likes: its replicas count, and nobody can
  /// ask after them.
  DISABLED(false, true),
  /// It is to be emptied: its replicas can be read and do not count.
  LEAVING(true, false),
  /// It has been gone for too long, or is not known.
  LOST(false, false);

  private final boolean readable;
  private final boolean counted;

  Standing(boolean readable, boolean counted) {
    this.readable = readable;
    this.counted = counted;
  }

  /// Whether blocks can be read there.
  public boolean isReadable() {
    return readable;
  }

  /// Whether a replica there is one of those that a file is to have.
  public boolean isCounted() {
    return counted;
  }
}
