package io.plasmafs.model;

/// The number of an inode. Numbers are given out once and never again, in the life of a cluster.
public record InodeId(long value) implements Comparable<InodeId> {
  /// The root directory.
  public static final InodeId ROOT = new InodeId(1);

  /// Stands for "no inode" where a value must be given.
  public static final InodeId NONE = new InodeId(0);

  public InodeId {
    if (value < 0) {
      throw new IllegalArgumentException("inode number " + value + " is negative");
    }
  }

  @Override
  public int compareTo(InodeId other) {
    return Long.compare(value, other.value);
  }

  @Override
  public String toString() {
    return "inode " + value;
  }
}
