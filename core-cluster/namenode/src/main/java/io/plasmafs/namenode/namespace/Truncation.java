package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.transaction.InodeEdit;

/// Cuts a file off, or extends it by a hole (POSIX ftruncate). What is beyond the end of a file is
/// never shown again: after an extension it reads as zeros.
///
/// * **Inline content** is cut at the new size. If the file becomes longer than the inline content,
///   the rest is a hole.
/// * **Blocks** wholly beyond the new size are freed. A block in which the new end lies cannot be
///   cut: its checksum covers the bytes that it was written with, and a datanode would show them
///   again after an extension. So whoever cuts in the middle of a block first writes the part that
///   stays to a new block, and attaches that, in the same transaction; or makes a hole of it.
///   Without that the cut is refused with EINVAL.
///
/// Nothing is ever attached wholly beyond the end: there are no blocks to reappear.
final class Truncation {
  private Truncation() {}

  /// Gives a locked file a new size.
  static void cut(Step step, Place place, long size) {
    InodeRecord file = place.existing();
    InodeId id = file.id();
    if (size < file.size()) {
      switch (file.content()) {
        case NONE -> {}
        case INLINE -> cutInline(step, place, size);
        case BLOCKS -> cutBlocks(step, place, size);
      }
    }
    InodeEdit edit = step.transaction.edit(id, place.path());
    edit.setSize(size);
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
  }

  private static void cutInline(Step step, Place place, long size) {
    InodeId id = place.existing().id();
    Bytes content = step.view.inline(id);
    if (content.length() <= size) {
      return;
    }
    Bytes rest = Bytes.wrap(java.util.Arrays.copyOf(content.toArray(), (int) size));
    step.transaction.writeInline(id, place.path(), rest);
    if (rest.length() == 0) {
      step.transaction.edit(id, place.path()).setContent(ContentKind.NONE, 0);
    }
  }

  private static void cutBlocks(Step step, Place place, long size) {
    InodeRecord file = place.existing();
    int blockSize = step.rules.blockSize();
    long keep = Math.ceilDiv(size, blockSize);
    long end = Math.ceilDiv(file.size(), blockSize);
    if (size % blockSize != 0
        && !step.view.hasReplaced(file.id(), keep - 1, keep)
        && !step.view.extents(file.id(), keep - 1, keep).isEmpty()) {
      throw new FsException(
          FsStatus.EINVAL,
          place.path()
              + " cannot be cut within block "
              + (keep - 1)
              + ": attach a new block with its first "
              + size % blockSize
              + " bytes in the same transaction before");
    }
    Hole.make(step, place, keep, end);
  }
}
