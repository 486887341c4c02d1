package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;

/// Frees blocks of a file.
final class Hole {
  private Hole() {}

  /// Makes a hole of blocks `first` to before `end` of a locked file that is kept in blocks.
  static void make(Step step, Place place, long first, long end) {
    if (first >= end) {
      return;
    }
    InodeRecord file = place.existing();
    long freed = attached(step, file.id(), first, end);
    if (freed > 0) {
      step.transaction.replaceExtents(file.id(), place.path(), first, end, null);
      long left = file.blocks() - freed;
      step.transaction
          .edit(file.id(), place.path())
          .setContent(left == 0 ? ContentKind.NONE : ContentKind.BLOCKS, left);
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
