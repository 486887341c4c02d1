package io.plasmafs.namenode.transaction;

/// Memory that the changes of some open transactions may take together.
public final class Budget {
  private final String whose;
  private final long limitBytes;
  private long usedBytes;

  /// Nothing is used yet.
  ///
  /// @param whose transactions share it, for messages: "all open transactions"
  public Budget(String whose, long limitBytes) {
    this.whose = whose;
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

  /// Why nothing is left.
  @Override
  public String toString() {
    return whose + " together may take " + limitBytes;
  }
}
