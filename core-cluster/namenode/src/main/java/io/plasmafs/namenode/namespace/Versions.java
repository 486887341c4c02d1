package io.plasmafs.namenode.namespace;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Missing;
import java.util.ArrayList;
import java.util.List;

/// Committed versions of many inodes: one cheap question with which a client validates its cache.
/// Needs no permission, since versions say nothing else.
final class Versions {
  private static final Outcome.VersionPair GONE = new Outcome.VersionPair(0, 0);

  private Versions() {}

  static Outcome run(Step step, Operation.Versions op) {
    List<Outcome.VersionPair> versions = new ArrayList<>(op.inodes().size());
    Missing missing = null;
    for (InodeId inode : op.inodes()) {
      try {
        InodeRecord record = step.view.isNew(inode) ? null : step.view.committedInode(inode);
        versions.add(
            record == null || record.nlink() == 0
                ? GONE
                : new Outcome.VersionPair(record.version(), record.contentVersion()));
      } catch (Missing e) {
        missing = e;
      }
    }
    if (missing != null) {
      throw missing;
    }
    return new Outcome.Versions(versions);
  }
}
