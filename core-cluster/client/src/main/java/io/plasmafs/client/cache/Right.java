package io.plasmafs.client.cache;

/// What the namenode let somebody do with an inode.
public enum Right {
  /// To pass a directory on the way to something in it.
  SEARCH(1),
  /// To read a file's content.
  READ(2);

  private final int bit;

  Right(int bit) {
    this.bit = bit;
  }

  int bit() {
    return bit;
  }
}
