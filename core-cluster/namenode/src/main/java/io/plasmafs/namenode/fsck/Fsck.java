package io.plasmafs.namenode.fsck;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Printable;
import io.plasmafs.namenode.blocks.BlockAudit;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.job.Job;
import io.plasmafs.namenode.job.JobReport;
import io.plasmafs.namenode.metadata.InodeAudit;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.repair.CopyInspection;
import io.plasmafs.namenode.repair.RepairLinks;
import io.plasmafs.namenode.repair.Repairer;
import io.plasmafs.namenode.repair.SiteWatch;
import io.plasmafs.namenode.repair.Sites;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Looks at everything once: inodes, entries, runs of blocks and their copies, and the block map.
/// What rows must fulfil together is judged as of one instant; what involves datanodes or the block
/// map is looked at again before it is told, so that work that goes on meanwhile is no problem.
///
/// Of a part of the tree everything but the block map is looked at.
///
/// Only the block map is corrected here, where that is proved to be harmless, and repair is told of
/// what needs copies. Inodes, entries and runs are never changed: which of two contradicting rows
/// is right, nobody can know.
public final class Fsck {
  /// Runs that are looked at together.
  static final int PAGE = 1000;

  private final MetadataStore store;
  private final Function<InodeId, MetadataAudit> audits;
  private final Engine engine;
  private final BlockAudit blocks;
  private final DatanodeRegistry registry;
  private final SiteWatch watch;
  private final RepairLinks links;
  private final Repairer repairer;
  private final int blockSize;

  /// @param audits opens a look at the tables below an inode, or at all for [InodeId#NONE]
  /// @param blocks used on the engine's thread only
  public Fsck(
      MetadataStore store,
      Function<InodeId, MetadataAudit> audits,
      Engine engine,
      BlockAudit blocks,
      DatanodeRegistry registry,
      SiteWatch watch,
      RepairLinks links,
      Repairer repairer,
      int blockSize) {
    this.store = store;
    this.audits = audits;
    this.engine = engine;
    this.blocks = blocks;
    this.registry = registry;
    this.watch = watch;
    this.links = links;
    this.repairer = repairer;
    this.blockSize = blockSize;
  }

  /// One look.
  ///
  /// @param root whose subtree is looked at; [InodeId#NONE] for everything
  /// @param repair whether to correct what can be corrected safely
  public Job check(InodeId root, boolean repair) {
    return report -> {
      try {
        check(root, repair, report);
      } catch (StoreException e) {
        throw new FsException(
            FsStatus.EUNAVAIL, "the database cannot be read: " + e.getMessage(), e);
      }
    };
  }

  private void check(InodeId root, boolean repair, JobReport report) throws InterruptedException {
    Supplier<MetadataAudit> later = () -> audits.apply(InodeId.NONE);
    CurrentRuns current = new CurrentRuns(store, engine, later);
    current.awaitTables();
    try (MetadataAudit audit = audits.apply(root)) {
      Tally tally = new Tally(report, audit);
      checkInodes(audit, tally);
      checkEntries(audit, tally);
      Sites sites = watch.look(datanodes());
      // first, so that no copy in a block of two files is given up as if it were one of them
      if (root.equals(InodeId.NONE)) {
        EngineRoom room = new EngineRoom(engine);
        LeakCheck leaks =
            new LeakCheck(
                room,
                blocks,
                current,
                later,
                tally,
                (id, first, count) -> generations(sites, id, first, count),
                repair);
        new BlockMapCheck(room, blocks, current, tally, leaks, repair).run(audit);
      }
      Set<DatanodeId> silent =
          new RunCheck(
                  audit,
                  new CopyInspection(links),
                  current,
                  sites,
                  tally,
                  repair ? Optional.of(repairer) : Optional.empty())
              .run();
      requireAllAsked(sites, silent);
    }
  }

  private List<Datanode> datanodes() throws InterruptedException {
    try {
      return registry.datanodes().get();
    } catch (ExecutionException e) {
      throw new FsException(FsStatus.EFAILED, "the datanodes are not known", e);
    }
  }

  private void checkInodes(MetadataAudit audit, Tally tally) throws InterruptedException {
    JobReport report = tally.report();
    report.stage("inodes", audit.inodeCount());
    long[] counts = new long[2];
    audit.inodes(inode -> {
      counts[0]++;
      counts[1] += inode.nlink() == 0 ? 1 : 0;
      checkInode(inode, tally);
      report.done(counts[0]);
    });
    report.figure("inodes", counts[0]);
    report.figure("unlinked", counts[1]);
  }

  private void checkInode(InodeAudit inode, Tally tally) throws InterruptedException {
    for (InodeCheck.Problem problem : InodeCheck.problemsOf(inode, blockSize)) {
      tally.tell(problem.kind(), inode.id(), problem.message());
    }
  }

  private static void checkEntries(MetadataAudit audit, Tally tally) throws InterruptedException {
    tally.report().stage("entries", 0);
    audit.looseEntries(entry -> {
      if (!entry.hasInode()) {
        tally.tell(
            "entry-without-inode",
            entry.directory(),
            "the name '"
                + Printable.of(entry.name())
                + "' in this directory points to "
                + entry.inode()
                + ", which does not exist");
      }
      if (!entry.hasDirectory()) {
        tally.tell(
            "entry-without-directory",
            entry.inode(),
            "its name '"
                + Printable.of(entry.name())
                + "' is in "
                + entry.directory()
                + ", which is no directory");
      }
    });
  }

  private Optional<Map<Long, Long>> generations(Sites sites, DatanodeId id, long first, int count) {
    return sites
        .readable(id)
        .flatMap(datanode -> {
          try {
            Map<Long, Long> generations = new HashMap<>();
            links
                .inventory(datanode.address(), first, count)
                .join()
                .forEach(held -> generations.put(held.block(), held.generation()));
            return Optional.of(generations);
          } catch (CompletionException e) {
            return Optional.empty();
          }
        });
  }

  /// What was not looked at is no clean bill.
  private static void requireAllAsked(Sites sites, Set<DatanodeId> silent) {
    Set<DatanodeId> asked =
        silent.stream()
            .filter(id -> sites.readable(id).isPresent())
            .collect(Collectors.toCollection(TreeSet::new));
    if (!asked.isEmpty()) {
      throw new FsException(
          FsStatus.EUNAVAIL,
          "the copies on " + asked + " could not be looked at, because they did not answer");
    }
  }
}
