package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;

/// Makes reserved blocks, which the caller wrote and synced, content of a file in place of what was
/// there. A file kept inline so far gives that up: the caller has written its content to blocks.
final class Attach {
  private Attach() {}

  static Outcome run(Step step, Operation.Attach op) {
    Place place = step.fileToWrite(op.where());
    InodeRecord file = place.existing();
    Extent run = op.extent();
    if (run.checksums().count() != run.count()) {
      throw new FsException(
          FsStatus.EINVAL,
          place.path()
              + ": a run of "
              + run.count()
              + " blocks needs as many checksums, not "
              + run.checksums().count());
    }
    long size = Math.max(file.size(), op.minimumSize());
    SetAttributes.checkSize(place.path(), size);
    if (run.end() - 1 >= Math.ceilDiv(size, step.rules.blockSize())) {
      throw new FsException(
          FsStatus.EINVAL,
          place.path()
              + ": block "
              + (run.end() - 1)
              + " would lie beyond the end of the file at "
              + size
              + " bytes");
    }
    long replaced =
        file.content() == ContentKind.BLOCKS
            ? Hole.attached(step, file.id(), run.index(), run.end())
            : 0;
    step.transaction.attach(run);
    if (file.content() == ContentKind.INLINE) {
      step.transaction.writeInline(file.id(), place.path(), Bytes.EMPTY);
    }
    step.transaction.replaceExtents(file.id(), place.path(), run.index(), run.end(), run);
    InodeEdit edit = step.transaction.edit(file.id(), place.path());
    edit.setContent(ContentKind.BLOCKS, file.blocks() - replaced + run.count());
    edit.setSize(size);
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
    return new Outcome.Done();
  }
}
