package io.plasmafs.namenode.repair;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.repair.RepairLinks.StoredBlock;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One replica of a run, and what its datanode should hold for it.
///
/// @param extent with the checksums that are expected, or without if they are not known
record StoredCopy(InodeId inode, Extent extent, Replica replica) {
  /// First block on the datanode.
  long first() {
    return replica.firstBlock();
  }

  /// One past the last block on the datanode.
  long end() {
    return first() + extent.count();
  }

  /// The first fault, given what the datanode says that it holds.
  Optional<CopyFault> compare(Map<Long, StoredBlock> held) {
    for (int i = 0; i < extent.count(); i++) {
      Optional<CopyFault.Kind> kind = compare(held.get(first() + i), i);
      if (kind.isPresent()) {
        return Optional.of(
            new CopyFault(
                inode,
                new StoredRun(replica, extent.generation()),
                first() + i,
                extent.index() + i,
                kind.get()));
      }
    }
    return Optional.empty();
  }

  private Optional<CopyFault.Kind> compare(@Nullable StoredBlock found, int at) {
    if (found == null || found.generation() != extent.generation()) {
      return Optional.of(CopyFault.Kind.MISSING);
    }
    if (found.length() == 0) {
      return Optional.of(CopyFault.Kind.DAMAGED);
    }
    boolean differs =
        extent.checksums().count() > 0 && extent.checksums().at(at) != found.checksum();
    return differs ? Optional.of(CopyFault.Kind.CHECKSUM) : Optional.empty();
  }
}
