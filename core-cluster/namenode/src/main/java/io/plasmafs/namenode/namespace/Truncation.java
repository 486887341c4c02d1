package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.InodeEdit;
import java.util.Arrays;

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
      cutInline(step, place, size);
      cutBlocks(step, place, size);
    }
    InodeEdit edit = step.transaction.edit(id, place.path());
    edit.setSize(size);
    edit.touchContent(step.now);
    SetAttributes.dropSetIds(step, place);
  }

  /// What is kept inline is cut if the new end lies in its block; if it lies before that, all of it
  /// goes with the blocks.
  private static void cutInline(Step step, Place place, long size) {
    InodeId id = place.existing().id();
    InlineContent inline = step.inline(place.existing());
    long left = size - inline.index() * step.rules.blockSize();
    if (inline.isEmpty() || left <= 0 || left >= inline.length()) {
      return;
    }
    Bytes rest = Bytes.wrap(Arrays.copyOf(inline.bytes().unsafeArray(), (int) left));
    step.transaction.writeInline(id, place.path(), InlineContent.whole(inline.index(), rest));
  }

  private static void cutBlocks(Step step, Place place, long size) {
    InodeRecord file = place.existing();
    int blockSize = step.rules.blockSize();
    long keep = Math.ceilDiv(size, blockSize);
    long end = Math.ceilDiv(file.size(), blockSize);
    if (file.content().hasBlocks()
        && size % blockSize != 0
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
