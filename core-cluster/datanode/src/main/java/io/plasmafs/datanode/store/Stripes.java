package io.plasmafs.datanode.store;

import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.locks.ReentrantLock;

/// Locks of blocks: a fixed number, each shared by many blocks. Who holds several has taken them in
/// ascending order, so that no two can wait for each other.
final class Stripes {
  private static final int COUNT = 256;

  /// 2^4 neighbouring blocks share a lock, so that a piece over many blocks takes few.
  private static final int SHIFT = 4;

  private final ReentrantLock[] locks = new ReentrantLock[COUNT];

  Stripes() {
    Arrays.setAll(locks, i -> new ReentrantLock());
  }

  /// Takes the locks of a run of blocks.
  ///
  /// @return what to unlock
  BitSet lock(long first, int blocks) {
    BitSet wanted = new BitSet(COUNT);
    long last = (first + blocks - 1) >>> SHIFT;
    for (long group = first >>> SHIFT; group <= last; group++) {
      wanted.set((int) (group & (COUNT - 1)));
    }
    wanted.stream().forEach(i -> locks[i].lock());
    return wanted;
  }

  void unlock(BitSet locked) {
    locked.stream().forEach(i -> locks[i].unlock());
  }
}
