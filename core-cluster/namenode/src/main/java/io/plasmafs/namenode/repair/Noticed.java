package io.plasmafs.namenode.repair;

import io.plasmafs.model.InodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Files that are to be looked at, each from when the tables show a certain commit. If there are
/// too many to remember, all files are. Thread-safe.
final class Noticed {
  /// How many are remembered.
  static final int MOST = 10_000;

  private final Map<InodeId, Long> sequences = new HashMap<>();
  private boolean tooMuch;

  synchronized void add(InodeId inode, long sequence) {
    if (sequences.size() < MOST || sequences.containsKey(inode)) {
      sequences.merge(inode, sequence, Math::max);
    } else {
      tooMuch = true;
    }
  }

  /// Takes those that the tables show.
  ///
  /// @param applied number of the last commit that is in the tables
  synchronized Set<InodeId> take(long applied) {
    Set<InodeId> ready = new HashSet<>();
    sequences
        .entrySet()
        .removeIf(entry -> {
          boolean isReady = entry.getValue() <= applied;
          if (isReady) {
            ready.add(entry.getKey());
          }
          return isReady;
        });
    return ready;
  }

  synchronized boolean isEmpty() {
    return sequences.isEmpty();
  }

  synchronized boolean isTooMuch() {
    return tooMuch;
  }

  /// All files are looked at.
  synchronized void forgetOverflow() {
    tooMuch = false;
  }
}
