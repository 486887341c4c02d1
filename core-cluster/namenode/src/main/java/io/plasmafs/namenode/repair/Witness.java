package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.repair.RepairLinks.StoredBlock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Stands between a copy and its being given up. Invariants:
///
/// 1. No replica leaves a file's list of blocks before every replica that stays was found sound, on
///    its datanode, in the moments before: the generation of the run, all its bytes, the checksums
///    that the list has, on a disk that works. What an earlier look said does not count.
/// 2. A replica that stays is read through and compared with its checksums there, unless it has
///    just been copied, from or to, which does the same; or unless what is given up could not be
///    read anyway.
/// 3. Where one that stays cannot be asked nothing is given up, for however long.
///
/// What a datanode holds of a generation does not change once it is part of a file, so what was
/// found is still true when the commit follows, but for a disk that dies in between.
final class Witness {
  private final RepairLinks links;
  private final int blockSize;
  private final Pace pace;
  private final Consumer<CopyFault> faults;

  /// @param pace of reading
  /// @param faults told of what is found bad
  Witness(RepairLinks links, int blockSize, Pace pace, Consumer<CopyFault> faults) {
    this.links = links;
    this.blockSize = blockSize;
    this.pace = pace;
    this.faults = faults;
  }

  /// How closely a replica is looked at.
  enum Care {
    /// What the datanode knows of it.
    RECORDS,
    /// What is on the disk.
    BYTES
  }

  /// Returns if the datanode of this replica answers that it is sound.
  ///
  /// @param run with its checksums, or a part of a run
  /// @param staying where the datanode has it
  /// @param known the whole replica, as it is named when a fault is told
  /// @throws FsException EIO if it is not, EUNAVAIL if the datanode cannot be asked
  void requireSound(
      InodeId inode, Extent run, Replica staying, StoredRun known, Sites sites, Care care)
      throws InterruptedException {
    Datanode datanode =
        sites
            .readable(staying.datanode())
            .orElseThrow(() ->
                new FsException(
                    FsStatus.EUNAVAIL,
                    staying.datanode()
                        + " cannot be asked whether its copy of "
                        + inode
                        + " is sound: nothing is given up until it can be"));
    int most =
        switch (care) {
          case RECORDS -> RepairLinks.INVENTORY_MAX;
          case BYTES -> Math.max(1, RepairLinks.VERIFY_MAX_BYTES / blockSize);
        };
    for (long at = run.index(); at < run.end(); at += most) {
      Extent part = run.slice(at, Math.min(run.end(), at + most));
      long first = staying.firstBlock() + (at - run.index());
      CompletableFuture<List<StoredBlock>> answer;
      if (care == Care.BYTES) {
        pace.pass((long) part.count() * blockSize);
        answer = links.verify(datanode.address(), first, part.count());
      } else {
        answer = links.inventory(datanode.address(), first, part.count());
      }
      List<StoredBlock> held = Patience.await(answer);
      Optional<CopyFault> fault =
          new StoredCopy(inode, part, new Replica(staying.datanode(), first))
              .compare(CopyInspection.byBlock(held));
      if (fault.isPresent()) {
        faults.accept(
            new CopyFault(
                inode, known, fault.get().block(), fault.get().index(), fault.get().kind()));
        throw new FsException(FsStatus.EIO, "no other copy is given up, because " + fault.get());
      }
    }
  }
}
