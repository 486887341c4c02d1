package io.plasmafs.datanode.ticket;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// The transactions whose tickets are withdrawn, each for as long as one of its tickets could be
/// good otherwise.
///
/// A coordinator counts its transactions, so that the numbers of those that ended lately lie close
/// together. They are kept as bits, in pages of [#PAGE] numbers: a million of them takes some 130
/// KiB. A page is forgotten as a whole, when the last of its transactions may be.
///
/// Not safe for use by several threads.
final class EndedTransactions {
  /// Numbers in a page, of 1 KiB.
  static final int PAGE = 8192;

  private final int capacity;

  /// By their number, in the order in which something was last added.
  private final Map<Long, Page> pages = new LinkedHashMap<>();

  private static final class Page {
    private final BitSet ended = new BitSet(PAGE);
    private long forgetAt = Long.MIN_VALUE;
  }

  /// @param capacity most pages
  EndedTransactions(int capacity) {
    this.capacity = capacity;
  }

  boolean contains(long transaction) {
    Page page = pages.get(pageOf(transaction));
    return page != null && page.ended.get(placeOf(transaction));
  }

  /// Adds transactions, all or, if there is no room for all, none.
  ///
  /// @param forgetAt when their tickets are dead without this, by the clock of [#forget]
  /// @return whether there was room
  boolean add(long[] transactions, long forgetAt) {
    Set<Long> fresh = new HashSet<>();
    for (long transaction : transactions) {
      long number = pageOf(transaction);
      if (!pages.containsKey(number)
          && fresh.add(number)
          && pages.size() + fresh.size() > capacity) {
        return false;
      }
    }
    for (long transaction : transactions) {
      long number = pageOf(transaction);
      Page page = pages.remove(number);
      if (page == null) {
        page = new Page();
      }
      page.ended.set(placeOf(transaction));
      page.forgetAt = Math.max(page.forgetAt, forgetAt);
      pages.put(number, page);
    }
    return true;
  }

  /// Forgets those whose tickets are dead without this.
  void forget(long now) {
    Iterator<Page> oldest = pages.values().iterator();
    while (oldest.hasNext() && oldest.next().forgetAt < now) {
      oldest.remove();
    }
  }

  private static long pageOf(long transaction) {
    return Math.floorDiv(transaction, PAGE);
  }

  private static int placeOf(long transaction) {
    return Math.floorMod(transaction, PAGE);
  }
}
