package io.plasmafs.namenode.cache;

import io.plasmafs.model.Extent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// The runs of one file, known by windows of [#WINDOW] blocks. Of a known window all runs that
/// touch it are here.
final class ExtentMap {
  /// Blocks that are asked for together.
  static final long WINDOW = 16384;

  private static final int BYTES_PER_EXTENT = 200;

  private final TreeMap<Long, Extent> runs = new TreeMap<>();
  private final Set<Long> windows = new HashSet<>();
  private boolean complete;
  private long bytes;

  long bytes() {
    return bytes + 48L * windows.size();
  }

  void bornEmpty() {
    complete = true;
  }

  /// The first block of the first window touching `first` to before `end` that is not known; -1 if
  /// all is.
  long firstUnknown(long first, long end) {
    if (complete) {
      return -1;
    }
    for (long w = first / WINDOW; w * WINDOW < end; w++) {
      if (!windows.contains(w)) {
        return w * WINDOW;
      }
    }
    return -1;
  }

  /// The runs that touch blocks `first` to before `end`, which are known.
  List<Extent> touching(long first, long end) {
    List<Extent> found = new ArrayList<>();
    Map.Entry<Long, Extent> before = runs.lowerEntry(first);
    if (before != null && before.getValue().end() > first) {
      found.add(before.getValue());
    }
    found.addAll(runs.subMap(first, end).values());
    return found;
  }

  /// The last run that ends at or before `index`, as far as known; null-free: an empty list if
  /// none.
  List<Extent> endingAt(long index) {
    Map.Entry<Long, Extent> before = runs.lowerEntry(index);
    return before == null || before.getValue().end() != index
        ? List.of()
        : List.of(before.getValue());
  }

  /// Takes over the store's answer for whole windows. A run that touches a window that was known
  /// before is known already, or gone since.
  void learn(long first, long end, List<Extent> answer) {
    for (Extent extent : answer) {
      if (!complete && !touchesKnown(extent)) {
        put(extent);
      }
    }
    for (long w = first / WINDOW; w * WINDOW < end; w++) {
      windows.add(w);
    }
  }

  private boolean touchesKnown(Extent extent) {
    for (long w = extent.index() / WINDOW; w * WINDOW < extent.end(); w++) {
      if (windows.contains(w)) {
        return true;
      }
    }
    return false;
  }

  void put(Extent extent) {
    delete(extent.index());
    runs.put(extent.index(), extent);
    bytes += size(extent);
  }

  void delete(long index) {
    Extent old = runs.remove(index);
    if (old != null) {
      bytes -= size(old);
    }
  }

  private static long size(Extent extent) {
    return BYTES_PER_EXTENT + 48L * extent.replicas().size() + 4L * extent.count();
  }
}
