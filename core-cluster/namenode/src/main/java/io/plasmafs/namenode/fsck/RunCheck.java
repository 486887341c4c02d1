package io.plasmafs.namenode.fsck;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.job.JobReport;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataAudit.ExtentAudit;
import io.plasmafs.namenode.repair.CopyFault;
import io.plasmafs.namenode.repair.CopyInspection;
import io.plasmafs.namenode.repair.Repairer;
import io.plasmafs.namenode.repair.Sites;
import io.plasmafs.namenode.repair.Standing;
import io.plasmafs.namenode.repair.StoredRun;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What must hold of the runs of blocks of files, and of their copies on datanodes.
///
/// | Kind of finding | Meaning |
/// |---|---|
/// | `run-without-inode` | blocks of a file that does not exist |
/// | `overlapping-runs` | two runs claim the same part of a file |
/// | `bad-copy` | a datanode does not hold what it should: other data, damaged, or with another checksum than the list of blocks has |
/// | `lost-blocks` | no good copy is left |
/// | `unreadable-blocks` | good copies are only on datanodes that cannot be read now |
/// | `under-replicated` | fewer good copies than the file is to have |
/// | `over-replicated` | more copies than that |
/// | `same-host` | two copies on one host |
/// | `dead-datanode` | copies are on a datanode that is dead, but not yet for so long that they are made anew |
///
/// Of bad copies, and of those that are too few or too many, repair is told at once if wished.
final class RunCheck {
  private final MetadataAudit audit;
  private final CopyInspection inspection;
  private final CurrentRuns current;
  private final Sites sites;
  private final Tally tally;
  private final Optional<Repairer> repairer;

  private final List<FileExtent> page = new ArrayList<>();
  private final Set<DatanodeId> silent = new HashSet<>();

  /// Blocks of files on datanodes that are expected back.
  private final Map<DatanodeId, Long> away = new TreeMap<>();

  private long seen;
  private @Nullable FileExtent before;

  /// @param repairer who is told of what needs copies; nobody if nothing is to be repaired
  RunCheck(
      MetadataAudit audit,
      CopyInspection inspection,
      CurrentRuns current,
      Sites sites,
      Tally tally,
      Optional<Repairer> repairer) {
    this.audit = audit;
    this.inspection = inspection;
    this.current = current;
    this.sites = sites;
    this.tally = tally;
    this.repairer = repairer;
  }

  /// Looks at all runs; answers the datanodes that did not tell what they hold.
  Set<DatanodeId> run() throws InterruptedException {
    JobReport report = tally.report();
    report.stage("runs of blocks", audit.extentCount());
    audit.extents(this::visit);
    lookAtPage();
    for (Map.Entry<DatanodeId, Long> each : away.entrySet()) {
      tally.tell(
          "dead-datanode",
          InodeId.NONE,
          each.getKey().value(),
          -1,
          -1,
          0,
          each.getKey() + " is dead; copies of " + each.getValue() + " blocks are on it",
          "");
    }
    report.figure("runs", seen);
    return silent;
  }

  private void visit(ExtentAudit row) throws InterruptedException {
    FileExtent run = row.run();
    seen++;
    if (row.nlink() < 0) {
      tally.tell(
          "run-without-inode",
          run.inode(),
          run.extent().index(),
          run.extent().count(),
          "a run of blocks belongs to an inode that does not exist",
          "");
      return;
    }
    FileExtent last = before;
    if (last != null
        && last.inode().equals(run.inode())
        && last.extent().end() > run.extent().index()) {
      tally.tell(
          "overlapping-runs",
          run.inode(),
          run.extent().index(),
          run.extent().count(),
          "this run begins at block "
              + run.extent().index()
              + " of the file, the one before it ends at "
              + last.extent().end(),
          "");
    }
    before = run;
    if (row.nlink() > 0) {
      for (Replica replica : run.extent().replicas()) {
        if (sites.standing(replica.datanode()) == Standing.AWAY) {
          away.merge(replica.datanode(), (long) run.extent().count(), Long::sum);
        }
      }
      page.add(run);
      if (page.size() == Fsck.PAGE) {
        lookAtPage();
      }
    }
  }

  private void lookAtPage() throws InterruptedException {
    Map<StoredRun, CopyFault> faults = new HashMap<>();
    silent.addAll(inspection.inspect(page, sites, fault -> faults.put(fault.run(), fault)));
    List<FileExtent> suspicious = page.stream().filter(run -> !isGood(run, faults)).toList();
    Map<CurrentRuns.Key, FileExtent> there = current.stillThere(suspicious);
    for (FileExtent run : suspicious) {
      FileExtent now = there.get(CurrentRuns.Key.of(run));
      if (now != null) {
        judge(new FileExtent(run.inode(), now.replication(), run.extent()), faults);
      }
    }
    page.clear();
    tally.report().done(seen);
  }

  private boolean isGood(FileExtent run, Map<StoredRun, CopyFault> faults) {
    Copies copies = copies(run, faults);
    return copies.bad().isEmpty()
        && copies.counted() == wanted(run)
        && run.extent().replicas().size() == wanted(run)
        && copies.readable() > 0
        && !copies.sameHost();
  }

  private static int wanted(FileExtent run) {
    return Math.max(1, run.replication());
  }

  /// @param counted good ones on datanodes that are there or expected back
  /// @param readable good ones on datanodes that can be read
  private record Copies(List<CopyFault> bad, int counted, int readable, boolean sameHost) {}

  private Copies copies(FileExtent run, Map<StoredRun, CopyFault> faults) {
    List<CopyFault> bad = new ArrayList<>();
    int counted = 0;
    int readable = 0;
    Set<String> hosts = new HashSet<>();
    boolean sameHost = false;
    for (Replica replica : run.extent().replicas()) {
      CopyFault fault = faults.get(new StoredRun(replica, run.extent().generation()));
      Standing standing = sites.standing(replica.datanode());
      if (fault != null) {
        bad.add(fault);
      } else {
        counted += standing.isCounted() ? 1 : 0;
        readable += standing.isReadable() ? 1 : 0;
      }
      String host = sites.of(replica.datanode()).map(s -> s.datanode().host()).orElse("");
      sameHost |= !host.isEmpty() && !hosts.add(host);
    }
    return new Copies(bad, counted, readable, sameHost);
  }

  private void judge(FileExtent run, Map<StoredRun, CopyFault> faults) throws InterruptedException {
    Copies copies = copies(run, faults);
    Extent extent = run.extent();
    boolean mendable = copies.readable() > 0;
    String repair = "";
    if (repairer.isPresent() && mendable) {
      copies.bad().forEach(repairer.get()::notice);
      repairer.get().notice(run.inode(), 0);
      repair = "copies will be made";
    }
    for (CopyFault fault : copies.bad()) {
      tally.tell(
          "bad-copy",
          run.inode(),
          fault.run().replica().datanode().value(),
          fault.block(),
          fault.index(),
          extent.count(),
          fault.run().replica().datanode() + " " + fault.kind().text(),
          repair);
    }
    int wanted = wanted(run);
    if (copies.readable() == 0) {
      boolean lost = copies.counted() == 0;
      tell(
          lost ? "lost-blocks" : "unreadable-blocks",
          run.inode(),
          extent,
          lost
              ? "no good copy is left of " + extent.replicas().size()
              : "the good copies are on datanodes that cannot be read now: " + extent.replicas(),
          "");
    } else if (copies.counted() < wanted) {
      tell(
          "under-replicated",
          run.inode(),
          extent,
          copies.counted() + " good copies of " + wanted,
          repair);
    } else if (copies.counted() > wanted) {
      tell(
          "over-replicated",
          run.inode(),
          extent,
          copies.counted() + " good copies, " + wanted + " are wanted",
          repair.isEmpty() ? "" : "what is too much will be given up");
    } else if (copies.bad().isEmpty() && extent.replicas().size() > wanted) {
      tell(
          "over-replicated",
          run.inode(),
          extent,
          "the list of copies has some on datanodes that are lost or being emptied, although "
              + wanted
              + " good ones are elsewhere",
          repair.isEmpty() ? "" : "what is too much will be given up");
    }
    if (copies.sameHost()) {
      tell(
          "same-host", run.inode(), extent, "two copies are on one host: " + extent.replicas(), "");
    }
  }

  private void tell(String kind, InodeId inode, Extent extent, String message, String repair)
      throws InterruptedException {
    tally.tell(kind, inode, extent.index(), extent.count(), message, repair);
  }
}
