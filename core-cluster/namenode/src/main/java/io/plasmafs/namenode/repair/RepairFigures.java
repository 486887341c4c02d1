package io.plasmafs.namenode.repair;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// What repair has done since the namenode started, and what is left to do. Thread-safe.
public final class RepairFigures {
  /// Runs to mend that the last look at all files has found.
  private final AtomicLong queue = new AtomicLong();

  /// Those that the last look at some files since then has found.
  private final AtomicLong noticed = new AtomicLong();

  private final AtomicLong unreadable = new AtomicLong();
  private final AtomicLong damaged = new AtomicLong();
  private final LongAdder copiedBytes = new LongAdder();
  private final LongAdder copies = new LongAdder();
  private final LongAdder givenUp = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder looks = new LongAdder();

  /// A look at all files has found so many runs to mend, and so many of which no copy can be read.
  void foundInAll(long toMend, long unreadableRuns, long damagedCopies) {
    queue.set(toMend);
    noticed.set(0);
    unreadable.set(unreadableRuns);
    damaged.set(damagedCopies);
    looks.increment();
  }

  /// A look at some files has found so many runs to mend: it says nothing about the others.
  void foundInSome(long toMend, long damagedCopies) {
    noticed.set(toMend);
    damaged.set(damagedCopies);
    looks.increment();
  }

  /// Something that the last look has found is mended.
  void mended() {
    AtomicLong left = noticed.get() > 0 ? noticed : queue;
    left.updateAndGet(count -> Math.max(0, count - 1));
  }

  void copied(long bytes) {
    copiedBytes.add(bytes);
  }

  void copyMade() {
    copies.increment();
  }

  void copiesGivenUp(int count) {
    givenUp.add(count);
  }

  void failed() {
    failures.increment();
  }

  /// All of them by name, in the order in which they are told.
  public Map<String, Long> byName() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("repair_queue", queue.get() + noticed.get());
    figures.put("repair_unreadable", unreadable.get());
    figures.put("repair_damaged", damaged.get());
    figures.put("repair_copied_bytes", copiedBytes.sum());
    figures.put("repair_copies", copies.sum());
    figures.put("repair_given_up", givenUp.sum());
    figures.put("repair_failures", failures.sum());
    figures.put("repair_looks", looks.sum());
    return figures;
  }
}
