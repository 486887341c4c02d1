package io.plasmafs.namenode.transaction;

/// Memory that the changes of all open transactions may take together.
public final class Budget {
  private final long limitBytes;
  private long usedBytes;

  /// Nothing is used yet.
  public Budget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  boolean take(long bytes) {
    if (usedBytes + bytes > limitBytes) {
      return false;
    }
    usedBytes += bytes;
    return true;
  }

  void giveBack(long bytes) {
    usedBytes -= bytes;
  }

  /// What is used now.
  public long usedBytes() {
    return usedBytes;
  }
}
