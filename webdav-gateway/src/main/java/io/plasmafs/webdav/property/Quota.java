package io.plasmafs.webdav.property;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.operation.Outcome;

/// Space of the cluster as RFC 4331 tells it, counted in what one file of the cluster's default
/// replication can take.
///
/// @param availableBytes that can still be written
/// @param usedBytes taken
public record Quota(long availableBytes, long usedBytes) {

  /// At this moment: one round trip.
  ///
  /// @param replication copies of each block
  public static Quota of(Namespace view, int replication) {
    Outcome.Filesystem space = view.statFilesystem();
    long free = space.totalBlocks() - space.usedBlocks() - space.reservedBlocks();
    int copies = Math.max(1, replication);
    return new Quota(
        Math.max(0, free) / copies * space.blockSize(),
        space.usedBlocks() / copies * space.blockSize());
  }
}
