package io.plasmafs.namenode.ticket;

import java.util.Arrays;

/// The transactions whose tickets to write are withdrawn, in the order of their end, numbered from
/// 1 on. Remembers the last [#CAPACITY] of them: a datanode that is further behind must be given a
/// new key and none of the old ones, which withdraws everything at once.
///
/// Safe for use by several threads.
public final class Withdrawals {
  /// How many are remembered.
  public static final int CAPACITY = 1 << 16;

  private final long[] transactions = new long[CAPACITY];
  private long last;

  /// Adds one; answers its number.
  synchronized long add(long transactionKey) {
    last++;
    transactions[(int) (last % CAPACITY)] = transactionKey;
    return last;
  }

  /// Number of the last one, 0 if there was none.
  public synchronized long last() {
    return last;
  }

  /// Whether all that came after this number are remembered.
  public synchronized boolean remembersAfter(long number) {
    return number >= last - CAPACITY;
  }

  /// The first ones after this number, at most `limit`.
  ///
  /// @throws IllegalStateException if they are not remembered
  public synchronized long[] after(long number, int limit) {
    if (number < last - CAPACITY) {
      throw new IllegalStateException(
          "withdrawals after " + number + " are forgotten; the last one is " + last);
    }
    long[] found = new long[(int) Math.min(limit, last - number)];
    Arrays.setAll(found, i -> transactions[(int) ((number + 1 + i) % CAPACITY)]);
    return found;
  }
}
