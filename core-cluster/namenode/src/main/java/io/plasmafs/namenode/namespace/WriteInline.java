package io.plasmafs.namenode.namespace;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;

/// Makes a few bytes the whole content of a file. Blocks that it had are freed by the commit.
final class WriteInline {
  private WriteInline() {}

  static Outcome run(Step step, Operation.WriteInline op) {
    if (op.content().length() > step.rules.inlineLimit()) {
      throw new FsException(
          FsStatus.EINVAL,
          op.where()
              + ": "
              + op.content().length()
              + " bytes are too many to be kept inline: at most "
              + step.rules.inlineLimit());
    }
    Place place = step.fileToWrite(op.where());
    InodeRecord file = place.existing();
    if (file.content().hasBlocks()) {
      step.transaction.replaceExtents(
          file.id(), place.path(), 0, Math.ceilDiv(file.size(), step.rules.blockSize()), null);
    }
    InlineContent content = InlineContent.whole(0, op.content());
    step.transaction.writeInline(file.id(), place.path(), content);
    InodeEdit edit = step.transaction.edit(file.id(), place.path());
    edit.setContent(ContentKind.of(0, content), 0);
    edit.setSize(op.content().length());
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
    return new Outcome.Done();
  }
}
