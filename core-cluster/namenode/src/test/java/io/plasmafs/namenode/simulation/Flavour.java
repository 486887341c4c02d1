package io.plasmafs.namenode.simulation;

import io.plasmafs.namenode.engine.EngineLimits;
import java.time.Duration;
import java.util.Random;
import java.util.Set;

/// What a history is like.
///
/// @param faulty the store fails, and other coordinators take over
/// @param limited limits are low enough to be met
/// @param large the namespace is many times as large as the cache
/// @param jumps time passes in leaps, so that transactions rest and commits wait for too long
/// @param blocksEach on each datanode
/// @param lazy what rarely happens, so that everything else overtakes it
record Flavour(
    boolean faulty,
    boolean limited,
    boolean large,
    boolean jumps,
    int blocksEach,
    Set<MemoryStore.Stage> lazy,
    EngineLimits limits) {
  static final int XATTRS_WHEN_LIMITED = 2;

  static Flavour of(Random random) {
    boolean limited = random.nextInt(4) == 0;
    boolean large = random.nextInt(4) == 0;
    EngineLimits d = EngineLimits.DEFAULT;
    EngineLimits limits =
        new EngineLimits(
            Duration.ofSeconds(4),
            Duration.ofSeconds(4),
            d.openPerSession(),
            d.openPerUser(),
            limited ? 12 : d.operationsPerTransaction(),
            limited ? 60_000 : d.bytesPerTransaction(),
            limited ? 200_000 : d.bytesOfTransactions(),
            limited ? 2 : d.queuedEvents(),
            1 + random.nextInt(8),
            d.batchBytes(),
            random.nextBoolean() ? 3000 : d.unappliedBytes(),
            Duration.ofSeconds(2),
            large ? 24_000 : random.nextInt(3) == 0 ? 20_000 : d.cacheBytes(),
            limited ? XATTRS_WHEN_LIMITED : d.xattrsPerInode(),
            d.xattrBytesPerInode(),
            d.symlinksPerPath(),
            d.tokens());
    Set<MemoryStore.Stage> lazy =
        switch (random.nextInt(6)) {
          case 0, 1 -> Set.of(MemoryStore.Stage.WRITTEN);
          case 2 -> Set.of(MemoryStore.Stage.ANSWERED);
          case 3 -> Set.of(MemoryStore.Stage.APPLYING, MemoryStore.Stage.APPLIED);
          case 4 -> Set.of(MemoryStore.Stage.WRITING);
          default -> Set.of();
        };
    return new Flavour(
        random.nextInt(3) == 0,
        limited,
        large,
        random.nextInt(3) == 0,
        random.nextBoolean() ? 24 : 200,
        lazy,
        limits);
  }
}
