package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;

/// Inode numbers that were taken out of circulation durably, and not given out yet.
public final class InodeNumbers {
  private long next;
  private long end;
  private long laterNext;
  private long laterEnd;

  /// A number that nobody ever had.
  ///
  /// @throws Missing if more must be reserved first
  public InodeId next(Needs needs) {
    if (next == end) {
      next = laterNext;
      end = laterEnd;
      laterNext = 0;
      laterEnd = 0;
    }
    if (next == end) {
      throw needs.askForInodeNumbers();
    }
    return new InodeId(next++);
  }

  /// How many are at hand.
  public long left() {
    return end - next + laterEnd - laterNext;
  }

  /// More numbers, from `first` on. One range is kept behind the one in use.
  public void add(long first, long count) {
    if (next == end) {
      next = first;
      end = first + count;
    } else {
      laterNext = first;
      laterEnd = first + count;
    }
  }
}
