package io.plasmafs.namenode.ticket;

import java.util.Arrays;
import java.util.Optional;

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

  /// The first ones after this number, at most `limit`; nothing if not all of them are remembered.
  public synchronized Optional<long[]> after(long number, int limit) {
    if (number < last - CAPACITY) {
      return Optional.empty();
    }
    long[] found = new long[(int) Math.min(limit, last - number)];
    Arrays.setAll(found, i -> transactions[(int) ((number + 1 + i) % CAPACITY)]);
    return Optional.of(found);
  }
}
