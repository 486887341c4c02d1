package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.List;

/// Keeps one block of a file, as a rule the one in which it ends, with the metadata, or adds bytes
/// to it. What datanodes have of that block is freed by the commit.
///
/// Only one block of a file is kept like this: who wants another one attaches that first.
final class ExtendInline {
  private ExtendInline() {}

  static Outcome run(Step step, Operation.ExtendInline op) {
    int most = step.rules.longestInlineBlock();
    if (op.kept() < 0 || op.content().length() < 1 || op.content().length() > most - op.kept()) {
      throw new FsException(
          FsStatus.EINVAL,
          "%s: %d bytes behind %d cannot be kept inline: 1 to %d are possible, with those before"
              .formatted(op.where(), op.content().length(), op.kept(), most));
    }
    Place place = step.fileToWrite(op.where());
    InodeRecord file = place.existing();
    long index = Math.min(op.index(), Rules.MAX_SIZE / step.rules.blockSize() + 1);
    long end = index * step.rules.blockSize() + op.kept() + op.content().length();
    SetAttributes.checkSize(place.path(), end);
    InlineContent before = step.inline(file);
    boolean isElsewhere = !before.isEmpty() && before.index() != op.index();
    if (isElsewhere || (op.kept() > 0 && before.length() != op.kept())) {
      throw outdated(step, op, place, before);
    }
    long blocks = file.blocks();
    if (op.kept() > 0) {
      step.transaction.extendInline(file.id(), place.path(), before, op.content());
    } else {
      blocks -=
          file.content().hasBlocks()
              ? Hole.attached(step, file.id(), op.index(), op.index() + 1)
              : 0;
      if (blocks < file.blocks()) {
        step.transaction.replaceExtents(file.id(), place.path(), op.index(), op.index() + 1, null);
      }
      step.transaction.writeInline(
          file.id(), place.path(), InlineContent.whole(op.index(), op.content()));
    }
    InodeEdit edit = step.transaction.edit(file.id(), place.path());
    edit.setContent(ContentKind.of(blocks, op.index()), blocks);
    edit.setSize(Math.max(file.size(), end));
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
    return new Outcome.Done();
  }

  /// Whoever asks has seen another content of the file.
  private static FsException outdated(
      Step step, Operation.ExtendInline op, Place place, InlineContent now) {
    InodeId id = place.existing().id();
    long expected =
        step.transaction.preconditions().stream()
            .map(Transaction.Precondition::require)
            .filter(require -> require.kind() == Operation.Requirement.CONTENT_VERSION)
            .filter(require -> require.inode().equals(id))
            .mapToLong(Operation.Require::value)
            .findFirst()
            .orElse(0);
    InodeRecord committed = step.view.isNew(id) ? null : step.view.committedInode(id);
    long found = committed == null ? 0 : committed.contentVersion();
    return new FsException(
        FsStatus.ECONFLICT,
        "%s: block %d cannot be kept inline behind its first %d bytes: %d bytes of block %d are"
            .formatted(place.path(), op.index(), op.kept(), now.length(), now.index()),
        List.of(
            new Conflict(
                Conflict.Kind.CONTENT_VERSION, id, place.path(), expected, found, "", -1)));
  }
}
