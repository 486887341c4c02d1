package io.plasmafs.protocol;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/// Remembers nonces in memory, up to a number, until their time is over. A full memory refuses: to
/// forget one too early would let it be used twice.
///
/// They are kept in sets, one for each minute in which their time is over, and a set is forgotten
/// as a whole. A nonce is random, and 8 bytes made of its 16 tell it from others: if ever two are
/// taken for one, a call is refused, and is made again with another. So one takes 12 to 24 bytes.
///
/// Less would be enough if only the latest time of each caller were remembered. But then a node
/// whose clock is set back would be refused until it has caught up.
public final class RecentNonces implements Nonces {
  private static final long MINUTE_MILLIS = 60_000;

  private final int capacity;
  private int size;

  /// By the minute after which all in it may be forgotten.
  private final TreeMap<Long, LongSet> byMinute = new TreeMap<>();

  /// @param capacity how many it remembers at a time
  public RecentNonces(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public synchronized boolean use(byte[] nonce, long untilMillis, long nowMillis) {
    forget(Math.floorDiv(nowMillis, MINUTE_MILLIS));
    ByteBuffer bytes = ByteBuffer.wrap(nonce);
    long key = bytes.getLong(0) ^ bytes.getLong(Long.BYTES);
    if (size >= capacity || byMinute.values().stream().anyMatch(set -> set.contains(key))) {
      return false;
    }
    byMinute
        .computeIfAbsent(Math.floorDiv(untilMillis, MINUTE_MILLIS), minute -> new LongSet())
        .add(key);
    size++;
    return true;
  }

  private void forget(long minute) {
    Iterator<Map.Entry<Long, LongSet>> oldest = byMinute.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<Long, LongSet> next = oldest.next();
      if (next.getKey() >= minute) {
        return;
      }
      size -= next.getValue().size;
      oldest.remove();
    }
  }

  /// A table with open addressing, at most two thirds full. 0 marks a free place, and is itself
  /// taken for 1.
  private static final class LongSet {
    private static final int LEAST = 64;

    private long[] table = new long[LEAST];
    private int size;

    boolean contains(long value) {
      return table[place(table, value == 0 ? 1 : value)] != 0;
    }

    void add(long value) {
      if ((size + 1L) * 3 > table.length * 2L) {
        long[] larger = new long[table.length * 2];
        for (long old : table) {
          if (old != 0) {
            larger[place(larger, old)] = old;
          }
        }
        table = larger;
      }
      long kept = value == 0 ? 1 : value;
      table[place(table, kept)] = kept;
      size++;
    }

    /// Where the value is, or would be.
    private static int place(long[] table, long value) {
      int mask = table.length - 1;
      int at = Long.hashCode(value) & mask;
      while (table[at] != 0 && table[at] != value) {
        at = (at + 1) & mask;
      }
      return at;
    }
  }
}
