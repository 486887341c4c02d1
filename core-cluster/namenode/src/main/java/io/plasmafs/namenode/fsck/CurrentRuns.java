package io.plasmafs.namenode.fsck;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataAudit.PlacedRun;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Tells whether runs of blocks that were seen a while ago are still what they were.
final class CurrentRuns {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final MetadataStore store;
  private final Engine engine;
  private final Supplier<MetadataAudit> later;

  /// @param later opens another look at the tables, as they are then
  CurrentRuns(MetadataStore store, Engine engine, Supplier<MetadataAudit> later) {
    this.store = store;
    this.engine = engine;
    this.later = later;
  }

  /// Waits until the tables show all that is published by now.
  void awaitTables() throws InterruptedException {
    store.hurry();
    await(engine.sequence(), engine::appliedSequence, "reached the tables");
  }

  /// Waits until all that these tables show is published, so that the block map knows of it: what
  /// is durable may be in the tables a moment earlier.
  void awaitPublished(MetadataAudit tables) throws InterruptedException {
    await(tables.sequence(), engine::sequence, "been published");
  }

  private static void await(long sequence, LongSupplier reached, String what)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (reached.getAsLong() < sequence) {
      if (System.nanoTime() - end > 0) {
        throw new FsException(
            FsStatus.EUNAVAIL,
            "commit " + sequence + " has not " + what + " within 30 seconds: try again");
      }
      Thread.sleep(10);
    }
  }

  /// Those of these runs, which follow each other in order of inode and index, that are in files
  /// still, in the same place and with the same replicas.
  Map<Key, FileExtent> stillThere(List<FileExtent> runs) throws InterruptedException {
    Map<Key, FileExtent> there = new HashMap<>();
    if (runs.isEmpty()) {
      return there;
    }
    awaitTables();
    FileExtent first = runs.get(0);
    FileExtent last = runs.get(runs.size() - 1);
    Map<Key, FileExtent> now = new HashMap<>();
    InodeId inode = first.inode();
    long after = first.extent().index() - 1;
    boolean more = true;
    while (more) {
      List<FileExtent> page = store.extentsAfter(inode, after, 2 * Fsck.PAGE);
      page.forEach(run -> now.put(Key.of(run), run));
      more = page.size() == 2 * Fsck.PAGE;
      if (more) {
        FileExtent end = page.get(page.size() - 1);
        inode = end.inode();
        after = end.extent().index();
        more = end.inode().compareTo(last.inode()) <= 0;
      }
    }
    for (FileExtent run : runs) {
      FileExtent found = now.get(Key.of(run));
      if (found != null && isSame(found.extent(), run.extent())) {
        there.put(Key.of(run), found);
      }
    }
    return there;
  }

  /// Whether a replica belongs to its file still.
  boolean holds(PlacedRun replica) throws InterruptedException {
    awaitTables();
    try (MetadataAudit now = later.get()) {
      return now.holds(replica);
    }
  }

  private static boolean isSame(Extent now, Extent then) {
    return now.count() == then.count()
        && now.generation() == then.generation()
        && now.replicas().equals(then.replicas());
  }

  /// Where a run is.
  record Key(InodeId inode, long index) {
    static Key of(FileExtent run) {
      return new Key(run.inode(), run.extent().index());
    }
  }
}
