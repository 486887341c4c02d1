package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;

/// Makes reserved blocks, which the caller wrote and synced, content of a file in place of what was
/// there. Of a block that was kept inline too: the caller has written what stays of it.
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
        file.content().hasBlocks() ? Hole.attached(step, file.id(), run.index(), run.end()) : 0;
    InlineContent inline = step.inline(file);
    step.transaction.attach(run);
    if (inline.isWithin(run.index(), run.end())) {
      inline = InlineContent.NONE;
      step.transaction.writeInline(file.id(), place.path(), inline);
    }
    step.transaction.replaceExtents(file.id(), place.path(), run.index(), run.end(), run);
    InodeEdit edit = step.transaction.edit(file.id(), place.path());
    long blocks = file.blocks() - replaced + run.count();
    edit.setContent(ContentKind.of(blocks, inline), blocks);
    edit.setSize(size);
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
    return new Outcome.Done();
  }
}
