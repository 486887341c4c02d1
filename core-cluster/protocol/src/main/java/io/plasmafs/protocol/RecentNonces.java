package io.plasmafs.protocol;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;

/// Remembers nonces in memory, up to a number, until their time is over. A full memory refuses: to
/// forget one too early would let it be used twice.
public final class RecentNonces implements Nonces {
  private record Nonce(long high, long low) {}

  private record Expiry(long untilMillis, Nonce nonce) {}

  private final int capacity;
  private final Set<Nonce> used = new HashSet<>();
  private final Queue<Expiry> expiries =
      new PriorityQueue<>((a, b) -> Long.compare(a.untilMillis, b.untilMillis));

  /// @param capacity how many it remembers at a time
  public RecentNonces(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public synchronized boolean use(byte[] nonce, long untilMillis, long nowMillis) {
    Expiry first;
    while ((first = expiries.peek()) != null && first.untilMillis < nowMillis) {
      expiries.remove();
      used.remove(first.nonce);
    }
    ByteBuffer bytes = ByteBuffer.wrap(nonce);
    Nonce key = new Nonce(bytes.getLong(), bytes.getLong());
    if (used.size() >= capacity || !used.add(key)) {
      return false;
    }
    expiries.add(new Expiry(untilMillis, key));
    return true;
  }
}
