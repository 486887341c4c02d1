package io.plasmafs.namenode.fsck;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.namenode.blocks.BlockAudit;
import io.plasmafs.namenode.blocks.BlockAudit.Capacity;
import io.plasmafs.namenode.blocks.BlockAudit.Window;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataAudit.PlacedRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Compares the block map with the blocks that files have: both in order of datanode and block, a
/// window of the map at a time.
///
/// | Kind of finding | Meaning | Repair |
/// |---|---|---|
/// | `doubly-used` | two files have the block | it is never given out again |
/// | `used-but-free` | a file has it, the map holds it for free or given to somebody | if it is free: it is marked as used |
/// | `leaked` | the map holds it for used, no file has it | it is freed |
/// | `beyond-end` | a file has it, the datanode does not | none |
/// | `unknown-datanode` | a file has blocks on a datanode that is not registered | none |
///
/// What was found is looked at again before it is told. Of what may have leaked [LeakCheck] says
/// how.
final class BlockMapCheck {
  private static final int WINDOW = 1 << 16;

  private final EngineRoom engine;
  private final BlockAudit blocks;
  private final CurrentRuns current;
  private final Tally tally;
  private final LeakCheck leaks;
  private final boolean repair;

  private final Map<DatanodeId, Long> capacities = new HashMap<>();
  private final Set<DatanodeId> unknown = new LinkedHashSet<>();
  private Window window = Window.EMPTY;
  private @Nullable DatanodeId windowOf;
  private @Nullable DatanodeId at;
  private long next;
  private @Nullable PlacedRun before;
  private long checked;

  /// @param blocks used on the engine's thread only
  BlockMapCheck(
      EngineRoom engine,
      BlockAudit blocks,
      CurrentRuns current,
      Tally tally,
      LeakCheck leaks,
      boolean repair) {
    this.engine = engine;
    this.blocks = blocks;
    this.current = current;
    this.tally = tally;
    this.leaks = leaks;
    this.repair = repair;
  }

  /// Compares everything.
  void run(MetadataAudit audit) throws InterruptedException {
    current.awaitPublished(audit);
    List<Capacity> all = engine.ask(blocks::capacities);
    all.forEach(each -> capacities.put(each.datanode(), each.blocks()));
    tally.report().stage("blocks of datanodes", all.stream().mapToLong(Capacity::blocks).sum());
    Set<DatanodeId> left = new LinkedHashSet<>(capacities.keySet());
    try {
      audit.replicas(run -> {
        left.remove(run.datanode());
        visit(run);
      });
      endDatanode();
      for (DatanodeId empty : left) {
        begin(empty);
        endDatanode();
      }
      leaks.judge();
    } finally {
      engine.run(blocks::forget);
    }
  }

  private void begin(DatanodeId datanode) {
    at = datanode;
    next = 0;
    before = null;
  }

  private void endDatanode() throws InterruptedException {
    DatanodeId datanode = at;
    if (datanode != null && capacities.containsKey(datanode)) {
      gap(datanode, capacities.get(datanode));
    }
  }

  private void visit(PlacedRun run) throws InterruptedException {
    if (!run.datanode().equals(at)) {
      endDatanode();
      begin(run.datanode());
    }
    Long capacity = capacities.get(run.datanode());
    if (capacity == null) {
      unknownDatanode(run);
      return;
    }
    if (run.end() > capacity) {
      beyondEnd(run, capacity);
      return;
    }
    gap(run.datanode(), run.first());
    PlacedRun last = before;
    if (last != null && run.first() < last.end()) {
      overlap(last, run);
    }
    occupied(run);
    if (last == null || run.end() > last.end()) {
      before = run;
    }
  }

  private void unknownDatanode(PlacedRun run) throws InterruptedException {
    if (unknown.add(run.datanode()) && current.holds(run)) {
      tell(
          "unknown-datanode",
          run,
          run.first(),
          run.count(),
          "a file has blocks on " + run.datanode() + ", which is not registered",
          "");
    }
  }

  private void beyondEnd(PlacedRun run, long capacity) throws InterruptedException {
    if (current.holds(run)) {
      tell(
          "beyond-end",
          run,
          run.first(),
          run.count(),
          "the run ends at block "
              + run.end()
              + " of "
              + run.datanode()
              + ", which has "
              + capacity,
          "");
    }
  }

  /// Blocks from `next` to before `end` that no file has.
  private void gap(DatanodeId datanode, long end) throws InterruptedException {
    for (long block = next; block < end; block++) {
      if (isUsed(datanode, block)) {
        leaks.suspect(datanode, block);
      }
    }
    goOnAt(end);
  }

  /// Blocks from `next` to the end of the run, which it has.
  private void occupied(PlacedRun run) throws InterruptedException {
    long wrong = -1;
    for (long block = Math.max(next, run.first()); block <= run.end(); block++) {
      boolean bad = block < run.end() && !isUsed(run.datanode(), block);
      if (bad && wrong < 0) {
        wrong = block;
      } else if (!bad && wrong >= 0) {
        usedButFree(run, wrong, (int) (block - wrong));
        wrong = -1;
      }
    }
    goOnAt(run.end());
  }

  private void goOnAt(long block) {
    checked += Math.max(0, block - next);
    next = Math.max(next, block);
    tally.report().done(checked);
  }

  private boolean isUsed(DatanodeId datanode, long block) throws InterruptedException {
    if (!datanode.equals(windowOf) || !window.holds(block)) {
      window = engine.ask(() -> blocks.look(datanode, block, WINDOW));
      windowOf = datanode;
    }
    return window.holds(block) && window.isUsed(block);
  }

  // ---- looking again

  private void overlap(PlacedRun one, PlacedRun other) throws InterruptedException {
    if (!current.holds(one) || !current.holds(other)) {
      return;
    }
    int count = (int) (Math.min(one.end(), other.end()) - other.first());
    if (repair) {
      engine.run(() -> {
        for (long block = other.first(); block < other.first() + count; block++) {
          blocks.protect(other.datanode(), block);
        }
      });
    }
    tell(
        "doubly-used",
        other,
        other.first(),
        count,
        one.inode()
            + " has the same blocks from its block "
            + one.index()
            + " on, as generation "
            + one.generation()
            + "; here they are of generation "
            + other.generation(),
        repair ? "the blocks will not be given out again" : "");
  }

  /// Told if the run, which is published, is in its file before and after the map is found to be
  /// wrong.
  private void usedButFree(PlacedRun run, long first, int count) throws InterruptedException {
    if (!current.holds(run)) {
      return;
    }
    List<Long> wrong = engine.ask(() -> notUsed(run.datanode(), first, count));
    if (wrong.isEmpty() || !current.holds(run)) {
      return;
    }
    int claimed = repair ? claim(run, wrong) : 0;
    tell(
        "used-but-free",
        run,
        wrong.get(0),
        wrong.size(),
        "the block map does not have these blocks as used",
        claimed == wrong.size() ? "they are marked as used" : "");
  }

  private List<Long> notUsed(DatanodeId datanode, long first, int count) {
    Window now = blocks.look(datanode, first, count);
    List<Long> list = new ArrayList<>();
    for (long block = first; block < first + count; block++) {
      if (now.holds(block) && !now.isUsed(block)) {
        list.add(block);
      }
    }
    return list;
  }

  private int claim(PlacedRun run, List<Long> wrong) throws InterruptedException {
    List<Long> claimed =
        engine.ask(
            () -> wrong.stream().filter(block -> blocks.claim(run.datanode(), block)).toList());
    if (!current.holds(run)) {
      engine.run(() -> claimed.forEach(block -> blocks.unclaim(run.datanode(), block)));
      return 0;
    }
    return claimed.size();
  }

  private void tell(String kind, PlacedRun run, long block, int count, String message, String done)
      throws InterruptedException {
    tally.tell(
        kind,
        run.inode(),
        run.datanode().value(),
        block,
        run.index() + (block - run.first()),
        count,
        message,
        done);
  }
}
