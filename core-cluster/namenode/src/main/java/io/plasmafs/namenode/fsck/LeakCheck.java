package io.plasmafs.namenode.fsck;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.blocks.BlockAudit;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.repair.RepairLinks;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Blocks that the map holds for used although no file seems to have them. Most are only younger
/// than what was looked at; the others have leaked: they would never be given out again.
///
/// A block has leaked if it is in use from the moment when it is watched, is in no file by tables
/// that show all that was published at that moment, and is watched still when all is published that
/// these tables show: see [BlockAudit]. Nothing else is freed.
final class LeakCheck {
  /// Blocks that are held back at most before they are looked at again.
  private static final int MOST = BlockAudit.WATCHED;

  private final EngineRoom engine;
  private final BlockAudit blocks;
  private final CurrentRuns current;
  private final Supplier<MetadataAudit> later;
  private final Tally tally;
  private final BlockContents contents;
  private final boolean repair;

  private final Map<DatanodeId, NavigableSet<Long>> suspects = new TreeMap<>();
  private int count;

  /// Tells what a datanode has in its blocks.
  interface BlockContents {
    /// The generation of each block that has one; nothing if the datanode cannot be asked.
    Optional<Map<Long, Long>> generations(DatanodeId datanode, long first, int count)
        throws InterruptedException;
  }

  /// @param blocks used on the engine's thread only
  /// @param later opens another look at the tables, as they are then
  /// @param repair whether to free what has leaked
  LeakCheck(
      EngineRoom engine,
      BlockAudit blocks,
      CurrentRuns current,
      Supplier<MetadataAudit> later,
      Tally tally,
      BlockContents contents,
      boolean repair) {
    this.engine = engine;
    this.blocks = blocks;
    this.current = current;
    this.later = later;
    this.tally = tally;
    this.contents = contents;
    this.repair = repair;
  }

  /// A block of which it has to be found out.
  void suspect(DatanodeId datanode, long block) throws InterruptedException {
    if (suspects.computeIfAbsent(datanode, id -> new TreeSet<>()).add(block)) {
      count++;
    }
    if (count >= MOST) {
      judge();
    }
  }

  /// Finds out about all suspects, tells of those that have leaked, and forgets them.
  void judge() throws InterruptedException {
    if (count == 0) {
      return;
    }
    try {
      engine.run(() ->
          suspects.forEach((id, numbers) -> numbers.removeIf(block -> !blocks.watch(id, block))));
      current.awaitTables();
      try (MetadataAudit tables = later.get()) {
        tables.replicas(run -> {
          NavigableSet<Long> numbers = suspects.get(run.datanode());
          if (numbers != null) {
            numbers.subSet(run.first(), run.end()).clear();
          }
        });
        current.awaitPublished(tables);
      }
      engine.run(() ->
          suspects.forEach(
              (id, numbers) -> numbers.removeIf(block -> !blocks.isWatched(id, block))));
      for (Map.Entry<DatanodeId, NavigableSet<Long>> each : suspects.entrySet()) {
        tellRuns(each.getKey(), each.getValue());
      }
    } finally {
      suspects.clear();
      count = 0;
      engine.run(blocks::forget);
    }
  }

  private void tellRuns(DatanodeId datanode, NavigableSet<Long> numbers)
      throws InterruptedException {
    Iterator<Long> left = numbers.iterator();
    long first = -1;
    int length = 0;
    while (left.hasNext()) {
      long block = left.next();
      if (length > 0 && (block != first + length || length == RepairLinks.INVENTORY_MAX)) {
        tell(datanode, first, length);
        length = 0;
      }
      if (length == 0) {
        first = block;
      }
      length++;
    }
    if (length > 0) {
      tell(datanode, first, length);
    }
  }

  private void tell(DatanodeId datanode, long first, int length) throws InterruptedException {
    int freed = repair ? free(datanode, first, length) : 0;
    tally.tell(
        "leaked",
        InodeId.NONE,
        datanode.value(),
        first,
        -1,
        length,
        "from block "
            + first
            + " of "
            + datanode
            + " on, the block map has as used what is in no file",
        freed == 0 ? "" : freed == length ? "freed" : freed + " of them are freed");
  }

  /// Through quarantine, under the generation that the datanode has in a block: so nothing is given
  /// out again that somebody may still read or write.
  private int free(DatanodeId datanode, long first, int length) throws InterruptedException {
    Optional<Map<Long, Long>> generations = contents.generations(datanode, first, length);
    if (generations.isEmpty()) {
      return 0;
    }
    return engine.ask(() -> {
      int freed = 0;
      for (long block = first; block < first + length; block++) {
        if (blocks.reclaim(datanode, block, generations.get().getOrDefault(block, 0L))) {
          freed++;
        }
      }
      return freed;
    });
  }
}
