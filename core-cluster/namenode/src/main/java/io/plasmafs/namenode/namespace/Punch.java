package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;

/// Makes a hole of whole blocks; the size stays.
final class Punch {
  private Punch() {}

  static Outcome run(Step step, Operation.Punch op) {
    if (op.first() < 0 || op.count() < 1 || op.first() > Rules.MAX_SIZE) {
      throw new FsException(
          FsStatus.EINVAL, op.count() + " blocks from " + op.first() + " on cannot be a hole");
    }
    Place place = step.fileToWrite(op.where());
    InodeRecord file = place.existing();
    long inFile = Math.ceilDiv(file.size(), (long) step.rules.blockSize());
    long count = Math.min(op.count(), Math.max(0, inFile - op.first()));
    Hole.make(step, place, op.first(), op.first() + count);
    step.transaction.edit(file.id(), place.path()).touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
    return new Outcome.Done();
  }
}
