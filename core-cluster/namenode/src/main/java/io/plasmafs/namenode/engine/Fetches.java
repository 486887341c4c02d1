package io.plasmafs.namenode.engine;

import io.plasmafs.namenode.metadata.Fetch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Questions to the store that are not answered yet, who waits for them, and since which of them
/// the tables are known to have which commits.
final class Fetches {
  /// Somebody who waits for several answers.
  static final class Waiter {
    private final Runnable there;
    private final Runnable failed;
    private int outstanding;
    private boolean hasFailed;

    Waiter(Runnable there, Runnable failed) {
      this.there = there;
      this.failed = failed;
    }

    /// Goes on.
    void resume(boolean asFailed) {
      (asFailed ? failed : there).run();
    }
  }

  private static final class Asked {
    final long number;
    final List<Waiter> waiters = new ArrayList<>(1);

    Asked(long number) {
      this.number = number;
    }
  }

  /// A notice that the tables have all commits up to `sequence`.
  private record Notice(long sequence, long asked) {}

  private final Map<Fetch<?>, Asked> outstanding = new HashMap<>();
  private final TreeSet<Long> numbers = new TreeSet<>();
  private final ArrayDeque<Notice> notices = new ArrayDeque<>();
  private long lastNumber;

  /// Adds a waiter for a question; whether the question must be asked.
  boolean await(Fetch<?> question, Waiter waiter) {
    waiter.outstanding++;
    Asked asked = outstanding.get(question);
    boolean isNew = asked == null;
    if (asked == null) {
      asked = new Asked(++lastNumber);
      outstanding.put(question, asked);
      numbers.add(asked.number);
    }
    asked.waiters.add(waiter);
    return isNew;
  }

  /// A question is answered, or failed: goes on with those who wait for nothing more.
  void answered(Fetch<?> question, boolean failed) {
    Asked asked = outstanding.remove(question);
    if (asked == null) {
      throw new IllegalStateException(question + " was answered twice");
    }
    numbers.remove(asked.number);
    for (Waiter waiter : asked.waiters) {
      waiter.hasFailed |= failed;
      if (--waiter.outstanding == 0) {
        waiter.resume(waiter.hasFailed);
      }
    }
  }

  /// Nobody is interested in the answers any more: all who wait are told that they failed.
  void abandon() {
    List<Asked> all = List.copyOf(outstanding.values());
    outstanding.clear();
    numbers.clear();
    Set<Waiter> waiters = new LinkedHashSet<>();
    all.forEach(asked -> waiters.addAll(asked.waiters));
    waiters.forEach(waiter -> waiter.resume(true));
  }

  /// The tables have all commits up to this one, for questions asked from now on.
  void applied(long sequence) {
    notices.add(new Notice(sequence, lastNumber));
  }

  /// The last commit that every answer still to come will contain; null if that is no news.
  @Nullable Long releasable() {
    Long sequence = null;
    long oldest = numbers.isEmpty() ? Long.MAX_VALUE : numbers.first();
    while (!notices.isEmpty() && notices.peek().asked() < oldest) {
      sequence = notices.remove().sequence();
    }
    return sequence;
  }

  int count() {
    return outstanding.size();
  }
}
