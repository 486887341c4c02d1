package io.plasmafs.namenode.repair;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.blocks.BlockSpace.Reuse;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.ticket.TicketMaker;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one more copy of a run and has it become part of the file.
///
/// ```
///  reserve blocks --> have them copied, part by part --> commit the new list of replicas
///        \________________________ failure: the blocks go back ___________/
/// ```
///
/// A copy has the generation of its run, and is made with tickets of its own, so that its blocks go
/// back through quarantine like those of any writer. Of one generation, one copy is made at a time.
/// Safe for use by several threads.
public final class RunCopier {
  private static final Logger log = LoggerFactory.getLogger(RunCopier.class);

  private static final long PART_BYTES = 8L << 20;

  private final int blockSize;
  private final Engine engine;
  private final BlockSpace blocks;
  private final TicketMaker tickets;
  private final RepairLinks links;
  private final RepairFigures figures;
  private final Set<Long> busy = ConcurrentHashMap.newKeySet();

  /// @param blocks used on the engine's thread only, like `tickets`
  public RunCopier(
      int blockSize,
      Engine engine,
      BlockSpace blocks,
      TicketMaker tickets,
      RepairLinks links,
      RepairFigures figures) {
    this.blockSize = blockSize;
    this.engine = engine;
    this.blocks = blocks;
    this.tickets = tickets;
    this.links = links;
    this.figures = figures;
  }

  /// Where a copy may go.
  ///
  /// @param avoided datanodes that must not be used
  /// @param disliked datanodes that are used only if there are no others
  record Targets(Set<DatanodeId> avoided, Set<DatanodeId> disliked) {
    /// Datanodes that serve, on hosts that have no replica yet; on racks that have none, if racks
    /// are named.
    ///
    /// @param staying replicas that the run will have beside the copy
    static Targets beside(List<Replica> staying, Sites sites) {
      Set<String> hosts = new HashSet<>();
      Set<String> racks = new HashSet<>();
      for (Replica replica : staying) {
        sites
            .of(replica.datanode())
            .ifPresent(site -> {
              hosts.add(site.datanode().host());
              racks.add(site.datanode().rack());
            });
      }
      Set<DatanodeId> avoided = new HashSet<>();
      Set<DatanodeId> disliked = new HashSet<>();
      for (Site site : sites.all()) {
        DatanodeId id = site.datanode().id();
        if (hosts.contains(site.datanode().host())
            || site.standing() != Standing.SERVING
            || site.datanode().address().isEmpty()) {
          avoided.add(id);
        } else if (racks.contains(site.datanode().rack())) {
          disliked.add(id);
        }
      }
      return new Targets(avoided, disliked);
    }
  }

  /// Which replicas a part of the run is to have now that there is one more.
  interface Arrangement {
    /// @param part as it was copied, with its checksums, and the replicas that it has until now
    /// @param copy the new replica of it
    List<Replica> with(Extent part, Replica copy) throws InterruptedException;
  }

  /// Blocks, and the transaction that fills them.
  private record Place(long key, Extent copy) {}

  /// Copies from one replica, as much of the run as fits into one run of free blocks.
  ///
  /// @param run as it is committed, with its checksums
  /// @param source where all of it lies
  /// @return whether a copy has become part of the file; if not, the fault is with the source, and
  ///   another may serve
  /// @throws FsException if there is no place for it, or the file has changed
  boolean copy(
      InodeId inode,
      Extent run,
      Replica source,
      Targets targets,
      Sites sites,
      Pace pace,
      Arrangement arrangement)
      throws InterruptedException {
    if (!busy.add(run.generation())) {
      throw new FsException(
          FsStatus.ECONFLICT, inode + ": another copy of these blocks is being made");
    }
    try {
      return copyAlone(inode, run, source, targets, sites, pace, arrangement);
    } finally {
      busy.remove(run.generation());
    }
  }

  private boolean copyAlone(
      InodeId inode,
      Extent run,
      Replica source,
      Targets targets,
      Sites sites,
      Pace pace,
      Arrangement arrangement)
      throws InterruptedException {
    Place place = onEngine(() -> reserve(run, targets));
    boolean committing = false;
    try {
      Extent copy = place.copy();
      Extent part = run.slice(copy.index(), copy.end());
      if (!fill(inode, place, part, source, sites, pace)) {
        return false;
      }
      List<Replica> replicas = arrangement.with(part, copy.replicas().get(0));
      committing = true;
      Patience.await(
          engine
              .moveExtent(inode, part, replicas)
              .whenComplete((moved, failure) -> {
                if (failure != null) {
                  giveBack(copy, failure);
                }
              }));
      figures.copyMade();
      figures.copiesGivenUp(part.replicas().size() + 1 - replicas.size());
      return true;
    } finally {
      boolean kept = committing;
      engine.execute(() -> {
        if (!kept) {
          blocks.release(place.copy(), Reuse.AFTER_TICKETS);
        }
        tickets.withdraw(place.key());
      });
    }
  }

  private boolean fill(
      InodeId inode, Place place, Extent part, Replica source, Sites sites, Pace pace)
      throws InterruptedException {
    int step = (int) Math.max(1, PART_BYTES / blockSize);
    for (long at = part.index(); at < part.end(); at += step) {
      int count = (int) Math.min(part.end() - at, step);
      pace.pass((long) count * blockSize);
      int skip = (int) (at - part.index());
      RepairLinks.CopyOrder order =
          onEngine(() -> order(place, part, source, inode, sites, skip, count));
      try {
        Patience.await(links.copy(order));
      } catch (FsException e) {
        log.warn(
            "{}: blocks could not be copied from {} to {}: {} {}",
            inode,
            order.sourceAddress(),
            order.targetAddress(),
            e.status(),
            e.getMessage());
        return false;
      }
      figures.copied((long) count * blockSize);
    }
    return true;
  }

  /// On the engine's thread: the copy is not part of the file. If that is not certain its blocks
  /// stay reserved until the namenode is started again.
  private void giveBack(Extent copy, Throwable failure) {
    if (failure instanceof FsException known && known.status() != FsStatus.EUNKNOWN) {
      blocks.release(copy, Reuse.AFTER_TICKETS);
    } else {
      log.warn("it is not known whether {} is part of a file: it stays reserved", copy);
    }
  }

  /// On the engine's thread.
  private Place reserve(Extent run, Targets targets) {
    List<Extent> runs;
    try {
      Set<DatanodeId> both = new HashSet<>(targets.avoided());
      both.addAll(targets.disliked());
      runs = blocks.reserve(request(run, both));
    } catch (FsException e) {
      if (targets.disliked().isEmpty()) {
        throw e;
      }
      runs = blocks.reserve(request(run, targets.avoided()));
    }
    // where free blocks are scattered the run is copied part by part
    runs.subList(1, runs.size()).forEach(rest -> blocks.release(rest, Reuse.AT_ONCE));
    Extent first = runs.get(0);
    return new Place(
        engine.newTransactionKey(),
        new Extent(
            first.index(), first.count(), run.generation(), first.replicas(), Checksums.NONE));
  }

  private static AllocationRequest request(Extent run, Set<DatanodeId> avoided) {
    return new AllocationRequest(run.index(), run.count(), 1, List.of(), avoided, Optional.empty());
  }

  /// On the engine's thread: fresh tickets, for one part of a long copy.
  private RepairLinks.CopyOrder order(
      Place place, Extent part, Replica source, InodeId inode, Sites sites, int skip, int count) {
    Extent read =
        new Extent(part.index(), part.count(), part.generation(), List.of(source), Checksums.NONE);
    GrantedExtent reads = tickets.grant(read, Ticket.Right.READ, 0);
    GrantedExtent writes = tickets.grant(place.copy(), Ticket.Right.COPY, place.key());
    Replica target = place.copy().replicas().get(0);
    return new RepairLinks.CopyOrder(
        sites.addressOf(source.datanode()),
        reads.tickets().get(0),
        source.firstBlock() + skip,
        count,
        inode,
        sites.addressOf(target.datanode()),
        writes.tickets().get(0),
        target.firstBlock() + skip);
  }

  private <T> T onEngine(Supplier<T> task) throws InterruptedException {
    return Patience.await(CompletableFuture.supplyAsync(task, engine::execute));
  }
}
