package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// A run of blocks that belongs to a transaction until it ends, and which of them are content of a
/// file since.
final class Reservation {
  final Extent run;
  private final BitSet attached = new BitSet();

  Reservation(Extent run) {
    this.run = run;
  }

  /// Marks the blocks of a part as content. The result undoes it.
  ///
  /// @throws FsException EINVAL if that is no part of the run, or was attached before
  Runnable attach(Extent part) {
    int offset = offset(part);
    int end = offset + part.count();
    if (attached.nextSetBit(offset) >= 0 && attached.nextSetBit(offset) < end) {
      throw new FsException(
          FsStatus.EINVAL,
          "blocks "
              + part.index()
              + " to "
              + part.end()
              + " were attached before: each block can be"
              + " attached once");
    }
    attached.set(offset, end);
    return () -> attached.clear(offset, end);
  }

  /// Whether none of it was attached.
  boolean isUntouched() {
    return attached.isEmpty();
  }

  private int offset(Extent part) {
    long offset = -1;
    for (Replica replica : part.replicas()) {
      Optional<Replica> mine =
          run.replicas().stream().filter(r -> r.datanode().equals(replica.datanode())).findFirst();
      long here = mine.isEmpty() ? -1 : replica.firstBlock() - mine.get().firstBlock();
      if (here < 0 || here + part.count() > run.count() || (offset >= 0 && here != offset)) {
        throw new FsException(
            FsStatus.EINVAL,
            replica + " is no part of what was allocated under generation " + run.generation());
      }
      offset = here;
    }
    if (offset < 0
        || part.replicas().stream().map(Replica::datanode).distinct().count()
            != part.replicas().size()) {
      throw new FsException(FsStatus.EINVAL, "the run to attach names no replica, or one twice");
    }
    return (int) offset;
  }

  /// What is not among `used`, which are all parts of this run that became content: each with one
  /// replica only.
  List<Extent> leftovers(List<Extent> used) {
    if (used.isEmpty()) {
      return List.of(run);
    }
    List<Extent> rest = new ArrayList<>();
    for (Replica replica : run.replicas()) {
      BitSet taken = new BitSet();
      for (Extent part : used) {
        for (Replica r : part.replicas()) {
          if (r.datanode().equals(replica.datanode())) {
            int offset = (int) (r.firstBlock() - replica.firstBlock());
            taken.set(offset, offset + part.count());
          }
        }
      }
      Extent alone =
          new Extent(0, run.count(), run.generation(), List.of(replica), run.checksums());
      for (int from = taken.nextClearBit(0); from < run.count(); ) {
        int to = taken.nextSetBit(from);
        if (to < 0 || to > run.count()) {
          to = run.count();
        }
        rest.add(alone.slice(from, to));
        from = taken.nextClearBit(to);
      }
    }
    return rest;
  }
}
