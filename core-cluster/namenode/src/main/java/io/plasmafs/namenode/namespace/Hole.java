package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;

/// Frees blocks of a file, and what of it is kept inline.
final class Hole {
  private Hole() {}

  /// Makes a hole of blocks `first` to before `end` of a locked file.
  static void make(Step step, Place place, long first, long end) {
    if (first >= end) {
      return;
    }
    InodeRecord file = place.existing();
    InlineContent inline = step.inline(file);
    boolean isInline = inline.isWithin(first, end);
    if (isInline) {
      inline = InlineContent.NONE;
      step.transaction.writeInline(file.id(), place.path(), inline);
    }
    long freed = file.content().hasBlocks() ? attached(step, file.id(), first, end) : 0;
    if (freed > 0) {
      step.transaction.replaceExtents(file.id(), place.path(), first, end, null);
    }
    if (freed > 0 || isInline) {
      long left = file.blocks() - freed;
      step.transaction.edit(file.id(), place.path()).setContent(ContentKind.of(left, inline), left);
    }
  }

  /// How many of blocks `first` to before `end` are attached.
  static long attached(Step step, InodeId file, long first, long end) {
    long count = 0;
    for (Extent extent : step.view.extents(file, first, end)) {
      count += Math.min(end, extent.end()) - Math.max(first, extent.index());
    }
    return count;
  }
}
