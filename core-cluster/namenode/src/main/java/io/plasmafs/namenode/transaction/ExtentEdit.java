package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a transaction has changed of the runs of one file: ranges in which nothing committed counts
/// any more, and the runs that it attached itself.
final class ExtentEdit {
  /// Runs attached by the transaction, by their index; they do not overlap.
  private final TreeMap<Long, Extent> own = new TreeMap<>();

  /// Ranges of blocks in which committed runs are hidden: start to end, not touching each other.
  private final TreeMap<Long, Long> hidden = new TreeMap<>();

  /// Blocks `first` to before `end` become `replacement`, or a hole if that is null. The result
  /// undoes it; several must be undone in reverse order.
  Runnable replace(long first, long end, @Nullable Extent replacement) {
    List<Extent> cut = touching(own, first, end);
    List<Extent> added = new ArrayList<>(3);
    for (Extent extent : cut) {
      own.remove(extent.index());
      if (extent.index() < first) {
        added.add(extent.slice(extent.index(), first));
      }
      if (extent.end() > end) {
        added.add(extent.slice(end, extent.end()));
      }
    }
    if (replacement != null) {
      added.add(replacement);
    }
    added.forEach(extent -> own.put(extent.index(), extent));

    long from = first;
    long to = end;
    List<Map.Entry<Long, Long>> joined = new ArrayList<>(2);
    Map.Entry<Long, Long> range = hidden.floorEntry(end);
    while (range != null && range.getValue() >= first) {
      joined.add(Map.entry(range.getKey(), range.getValue()));
      from = Math.min(from, range.getKey());
      to = Math.max(to, range.getValue());
      hidden.remove(range.getKey());
      range = hidden.floorEntry(end);
    }
    hidden.put(from, to);
    long start = from;
    return () -> {
      hidden.remove(start);
      joined.forEach(e -> hidden.put(e.getKey(), e.getValue()));
      added.forEach(extent -> own.remove(extent.index()));
      cut.forEach(extent -> own.put(extent.index(), extent));
    };
  }

  /// The runs as the transaction sees them, given the committed ones that touch the range.
  List<Extent> over(List<Extent> committed, long first, long end) {
    TreeMap<Long, Extent> all = new TreeMap<>();
    for (Extent extent : committed) {
      for (Extent rest : visible(extent)) {
        all.put(rest.index(), rest);
      }
    }
    touching(own, first, end).forEach(extent -> all.put(extent.index(), extent));
    return touching(all, first, end);
  }

  /// What is left of a committed run.
  List<Extent> visible(Extent extent) {
    List<Extent> rest = new ArrayList<>(2);
    long at = extent.index();
    Map.Entry<Long, Long> range = hidden.floorEntry(at);
    if (range == null || range.getValue() <= at) {
      range = hidden.higherEntry(at);
    }
    while (at < extent.end()) {
      if (range == null || range.getKey() >= extent.end()) {
        rest.add(extent.slice(at, extent.end()));
        break;
      }
      if (range.getKey() > at) {
        rest.add(extent.slice(at, range.getKey()));
      }
      at = Math.max(at, range.getValue());
      range = hidden.higherEntry(range.getKey());
    }
    return rest;
  }

  /// What is hidden of a committed run.
  List<Extent> hidden(Extent extent) {
    List<Extent> parts = new ArrayList<>(2);
    Map.Entry<Long, Long> range = hidden.floorEntry(extent.index());
    if (range == null) {
      range = hidden.higherEntry(extent.index());
    }
    while (range != null && range.getKey() < extent.end()) {
      long from = Math.max(range.getKey(), extent.index());
      long to = Math.min(range.getValue(), extent.end());
      if (from < to) {
        parts.add(extent.slice(from, to));
      }
      range = hidden.higherEntry(range.getKey());
    }
    return parts;
  }

  /// Whether all of blocks `first` to before `end` was attached by this transaction or made a hole.
  boolean hides(long first, long end) {
    Map.Entry<Long, Long> range = hidden.floorEntry(first);
    return range != null && range.getValue() >= end;
  }

  /// Ranges in which committed runs are hidden.
  Map<Long, Long> hiddenRanges() {
    return hidden;
  }

  /// Runs attached by the transaction.
  Iterable<Extent> own() {
    return own.values();
  }

  private static List<Extent> touching(TreeMap<Long, Extent> runs, long first, long end) {
    List<Extent> found = new ArrayList<>();
    Map.Entry<Long, Extent> before = runs.lowerEntry(first);
    if (before != null && before.getValue().end() > first) {
      found.add(before.getValue());
    }
    found.addAll(runs.subMap(first, end).values());
    return found;
  }
}
