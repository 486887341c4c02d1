package io.plasmafs.namenode.cache;

import io.plasmafs.model.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The runs of one file, known by ranges of blocks: of a known range all runs that touch it are
/// here.
final class ExtentMap {
  /// Blocks that are asked for together, unless the file has no more than that anywhere.
  static final long WINDOW = 16384;

  private static final int BYTES_PER_EXTENT = 200;

  private final TreeMap<Long, Extent> runs = new TreeMap<>();

  /// Ranges that are known, apart from each other: start to end.
  private final TreeMap<Long, Long> known = new TreeMap<>();

  private boolean complete;
  private long bytes;

  long bytes() {
    return bytes + 48L * known.size();
  }

  void bornEmpty() {
    complete = true;
  }

  /// The first block of the first window touching `first` to before `end` that is not known; -1 if
  /// all of them are.
  long firstUnknown(long first, long end) {
    if (complete) {
      return -1;
    }
    Map.Entry<Long, Long> range = known.floorEntry(first);
    long next = range == null ? first : Math.max(first, range.getValue());
    return next < end ? next - next % WINDOW : -1;
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

  /// Up to where all runs from block `first` on are known; `first` if it is not known.
  private long knownEnd(long first) {
    if (complete) {
      return Long.MAX_VALUE;
    }
    Map.Entry<Long, Long> range = known.floorEntry(first);
    return range == null ? first : Math.max(first, range.getValue());
  }

  /// The runs from block `first` on, which is known: all that are known, or `most` of them.
  Stretch stretch(long first, int most) {
    List<Extent> found = touching(first, first + 1);
    long end = knownEnd(first);
    for (Extent run : runs.tailMap(first, false).values()) {
      if (run.index() >= end) {
        break;
      }
      if (found.size() >= most) {
        return new Stretch(found, run.index());
      }
      found.add(run);
    }
    return new Stretch(found, end);
  }

  /// Takes over the store's answer for a range, and for the hole behind it if there is one. A run
  /// that touches a range that was known before is known already, or gone since.
  void learn(long first, long end, List<Extent> answer) {
    for (Extent extent : answer) {
      if (!complete && !touchesKnown(extent)) {
        put(extent);
      }
    }
    Extent last = answer.isEmpty() ? null : answer.get(answer.size() - 1);
    long from = first;
    long to = last == null || last.index() < end ? Long.MAX_VALUE : last.end();
    for (Map.Entry<Long, Long> range = known.floorEntry(to);
        range != null && range.getValue() >= first;
        range = known.floorEntry(to)) {
      from = Math.min(from, range.getKey());
      to = Math.max(to, range.getValue());
      known.remove(range.getKey());
    }
    known.put(from, to);
  }

  private boolean touchesKnown(Extent extent) {
    Map.Entry<Long, Long> range = known.lowerEntry(extent.end());
    return range != null && range.getValue() > extent.index();
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
