package io.plasmafs.namenode.cache;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is known of the names in one directory: single names, present or absent, and at most one
/// interval of names in which everything is known. The interval of a small directory is all of it.
final class DirectoryNames {
  /// About what one name takes in memory, its bytes apart.
  static final int BYTES_PER_NAME = 144;

  /// A name that is known. Absent names have the child [InodeId#NONE].
  static final class Known {
    InodeId child;

    /// The last commit that changed it, while that may not be in every answer of the store.
    long held;

    Known(InodeId child, long held) {
      this.child = child;
      this.held = held;
    }
  }

  private final TreeMap<Name, Known> map = new TreeMap<>();
  private boolean hasInterval;

  /// The interval begins after this name; null: at the first.
  private @Nullable Name after;

  /// The interval ends with this name; null: with the last one there is.
  private @Nullable Name through;

  private long bytes;

  /// About its size in memory.
  long bytes() {
    return bytes;
  }

  int count() {
    return map.size();
  }

  /// Everything is known, and there is nothing.
  void bornEmpty() {
    hasInterval = true;
    after = null;
    through = null;
  }

  /// The child of that name, [InodeId#NONE] if there is none, null if it is not known.
  @Nullable InodeId child(Name name) {
    Known known = map.get(name);
    if (known != null) {
      return known.child;
    }
    return covers(name) ? InodeId.NONE : null;
  }

  /// Takes over an answer of the store about one name; what is known already is as new or newer.
  void learn(Name name, InodeId child) {
    if (!map.containsKey(name) && !covers(name)) {
      put(name, child, 0);
    }
  }

  /// Takes over a commit's change.
  void change(Name name, InodeId child, long sequence) {
    put(name, child, sequence);
  }

  /// Takes over a page of the store: all names after `pageAfter` up to `pageThrough`, or to the end
  /// if that is null.
  void learnPage(
      @Nullable Name pageAfter,
      @Nullable Name pageThrough,
      Iterable<? extends Map.Entry<Name, InodeId>> page,
      int cap) {
    boolean joins = hasInterval && reaches(pageAfter);
    if (map.size() > cap) {
      trim();
      joins = false;
    }
    for (Map.Entry<Name, InodeId> entry : page) {
      if (!map.containsKey(entry.getKey()) && !(joins && covers(entry.getKey()))) {
        put(entry.getKey(), entry.getValue(), 0);
      }
    }
    if (!joins) {
      hasInterval = true;
      after = pageAfter;
      through = pageThrough;
    } else if (through != null && (pageThrough == null || pageThrough.compareTo(through) > 0)) {
      through = pageThrough;
    }
  }

  /// The commit is in every answer of the store from now on.
  void release(Name name, long sequence) {
    Known known = map.get(name);
    if (known != null && known.held == sequence) {
      known.held = 0;
      if (known.child.equals(InodeId.NONE) && covers(name)) {
        map.remove(name);
        bytes -= BYTES_PER_NAME + name.length();
      }
    }
  }

  /// Forgets all but what the store may not know yet.
  void trim() {
    hasInterval = false;
    Iterator<Map.Entry<Name, Known>> all = map.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Name, Known> entry = all.next();
      if (entry.getValue().held == 0) {
        bytes -= BYTES_PER_NAME + entry.getKey().length();
        all.remove();
      }
    }
  }

  /// Names after `start` (null: from the first) in order, as far as all of them are known.
  NameScan scan(@Nullable Name start) {
    if (!hasInterval || !reaches(start)) {
      return NameScan.NOTHING_KNOWN;
    }
    return new NameScan(
        (start == null ? map : map.tailMap(start, false)).entrySet().iterator(), through);
  }

  /// Whether the names right after `start` are known.
  private boolean reaches(@Nullable Name start) {
    if (after != null && (start == null || start.compareTo(after) < 0)) {
      return false;
    }
    return through == null || start == null || start.compareTo(through) <= 0;
  }

  private boolean covers(Name name) {
    return hasInterval
        && (after == null || name.compareTo(after) > 0)
        && (through == null || name.compareTo(through) <= 0);
  }

  private void put(Name name, InodeId child, long held) {
    Known known = map.get(name);
    if (known == null) {
      map.put(name, new Known(child, held));
      bytes += BYTES_PER_NAME + name.length();
    } else {
      known.child = child;
      known.held = held;
    }
  }
}
