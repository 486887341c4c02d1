package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.List;

/// Reserves blocks for a file that is going to be written. They belong to the transaction until
/// they are attached; what never is goes back when it ends.
final class Allocate {
  private Allocate() {}

  static Outcome run(Step step, Operation.Allocate op) {
    if (!step.explicit) {
      throw new FsException(
          FsStatus.EINVAL, "blocks can be allocated within a begun transaction only");
    }
    if (op.count() < 1 || op.count() > Rules.MAX_ALLOCATION || op.index() < 0) {
      throw new FsException(
          FsStatus.EINVAL,
          op.count()
              + " blocks at "
              + op.index()
              + " were asked for: 1 to "
              + Rules.MAX_ALLOCATION
              + " can be allocated at a time");
    }
    Place place = step.fileToWrite(op.where());
    if (op.index() > Rules.MAX_SIZE / step.rules.blockSize() - op.count()) {
      throw new FsException(
          FsStatus.EFBIG, place.path() + ": block " + op.index() + " is beyond the largest file");
    }
    InodeRecord file = place.existing();
    int replication = op.replication() == 0 ? file.replication() : op.replication();
    SetAttributes.checkReplication(replication);
    AllocationRequest request =
        new AllocationRequest(
            op.index(),
            op.count(),
            replication,
            op.preferred(),
            op.avoided(),
            step.view.extentBefore(file.id(), op.index()));
    List<GrantedExtent> granted = new ArrayList<>();
    for (Extent extent : step.blocks.reserve(request)) {
      step.transaction.reserved(extent, step.blocks);
      granted.add(step.tickets.grant(extent, Ticket.Right.WRITE, step.transaction.key()));
    }
    return new Outcome.Allocation(granted);
  }
}
