package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.job.Job;
import io.plasmafs.namenode.job.JobReport;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.namenode.registry.DatanodeRegistry;
import io.plasmafs.namenode.repair.RunCopier.Targets;
import io.plasmafs.namenode.repair.Witness.Care;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Evens out how full the datanodes are, by moving copies of runs from full ones to empty ones: one
/// after the other, each in a commit of its own, so that it may be stopped at any moment.
///
/// A copy is given up only when it has been read, checked and stored elsewhere, so a file never has
/// fewer good copies than before. What may move where, [Fill] says.
public final class Balancer {
  private static final Logger log = LoggerFactory.getLogger(Balancer.class);

  private static final int PAGE = 2000;

  /// Moves after which the datanodes are looked at again.
  private static final int MOVES_BETWEEN_LOOKS = 32;

  private final int blockSize;
  private final MetadataStore store;
  private final Engine engine;
  private final DatanodeRegistry registry;
  private final SiteWatch watch;
  private final RepairLinks links;
  private final RunCopier copier;

  /// @param copier that repair uses too
  public Balancer(
      int blockSize,
      MetadataStore store,
      Engine engine,
      DatanodeRegistry registry,
      SiteWatch watch,
      RepairLinks links,
      RunCopier copier) {
    this.blockSize = blockSize;
    this.store = store;
    this.engine = engine;
    this.registry = registry;
    this.watch = watch;
    this.links = links;
    this.copier = copier;
  }

  /// Moves copies until no datanode is more than `threshold` fuller or emptier than all together,
  /// or nothing more can be moved.
  ///
  /// @param threshold part of a datanode's blocks, above 0 and below 1
  /// @param bytesPerSecond most that is moved
  public Job balance(double threshold, long bytesPerSecond) {
    if (!(threshold > 0 && threshold < 1) || bytesPerSecond < 1) {
      throw new FsException(
          FsStatus.EINVAL,
          "a threshold of "
              + threshold
              + " and "
              + bytesPerSecond
              + " bytes a second make no sense: more than 0 and less than 1, and at least 1");
    }
    return report -> {
      try {
        new Run(threshold, new Pace(bytesPerSecond, System::nanoTime), report).balance();
      } catch (StoreException e) {
        throw new FsException(
            FsStatus.EUNAVAIL, "the database cannot be read: " + e.getMessage(), e);
      }
    };
  }

  /// One balancing. Of one thread.
  private final class Run {
    private final double threshold;
    private final Pace pace;
    private final JobReport report;
    private final Witness witness;
    private Sites sites = new Sites(List.of());
    private Fill fill = new Fill(List.of(), 0.1);
    private long movedBytes;
    private int sinceLook;

    private Run(double threshold, Pace pace, JobReport report) {
      this.threshold = threshold;
      this.pace = pace;
      this.report = report;
      this.witness = new Witness(links, blockSize, pace, fault -> log.warn("{}", fault));
    }

    private void balance() throws InterruptedException {
      report.figure("moved_copies", 0);
      report.figure("moved_bytes", 0);
      report.figure("failures", 0);
      look();
      report.stage("bytes", fill.excess() * blockSize);
      boolean moving = true;
      while (!fill.isEven() && moving) {
        moving = pass();
        look();
      }
      report.figure("even", fill.isEven() ? 1 : 0);
    }

    private void look() throws InterruptedException {
      try {
        sites = watch.look(registry.datanodes().get());
      } catch (ExecutionException e) {
        throw new FsException(FsStatus.EFAILED, "the datanodes are not known", e);
      }
      List<Datanode> serving = new ArrayList<>();
      for (Site site : sites.all()) {
        if (site.standing() == Standing.SERVING
            && site.datanode().state() == Datanode.State.ALIVE) {
          serving.add(site.datanode());
        }
      }
      fill = new Fill(serving, threshold);
      sinceLook = 0;
    }

    /// Looks at all runs once; whether something was moved.
    private boolean pass() throws InterruptedException {
      boolean moved = false;
      FileExtent last = null;
      do {
        List<FileExtent> page =
            last == null
                ? store.extentsAfter(InodeId.NONE, -1, PAGE)
                : store.extentsAfter(last.inode(), last.extent().index(), PAGE);
        for (FileExtent run : page) {
          if (fill.isEven()) {
            return moved;
          }
          Optional<Fill.Move> move = fill.moveOf(run.extent(), sites);
          if (move.isPresent()) {
            moved |= move(run, move.get());
          }
          if (sinceLook >= MOVES_BETWEEN_LOOKS) {
            look();
          }
        }
        last = page.size() < PAGE ? null : page.get(page.size() - 1);
      } while (last != null);
      return moved;
    }

    private boolean move(FileExtent file, Fill.Move move) throws InterruptedException {
      sinceLook++;
      Set<DatanodeId> others = new HashSet<>();
      sites.all().forEach(site -> others.add(site.datanode().id()));
      others.remove(move.target());
      long[] blocks = new long[1];
      try {
        Extent run = Patience.await(engine.checkExtent(file.inode(), file.extent()));
        boolean copied =
            copier.copy(
                file.inode(),
                run,
                move.from(),
                new Targets(others, Set.of()),
                sites,
                pace,
                (part, copy) -> {
                  witness.requireSound(
                      file.inode(),
                      part,
                      copy,
                      new StoredRun(copy, part.generation()),
                      sites,
                      Care.RECORDS);
                  blocks[0] = part.count();
                  return replaced(part, move.from().datanode(), copy);
                });
        if (!copied) {
          report.count("failures", 1);
          return false;
        }
      } catch (FsException e) {
        // somebody changes the file, or there is no place: it stays where it is
        log.debug("{} was not moved: {}", file.inode(), e.getMessage());
        report.count("failures", 1);
        return false;
      }
      fill.moved(move, blocks[0]);
      movedBytes += blocks[0] * blockSize;
      report.count("moved_copies", 1);
      report.figure("moved_bytes", movedBytes);
      report.done(movedBytes);
      return true;
    }
  }

  private static List<Replica> replaced(Extent part, DatanodeId from, Replica copy) {
    return part.replicas().stream()
        .map(replica -> replica.datanode().equals(from) ? copy : replica)
        .toList();
  }
}
