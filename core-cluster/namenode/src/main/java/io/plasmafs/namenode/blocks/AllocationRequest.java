package io.plasmafs.namenode.blocks;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a file needs to grow.
///
/// @param index block of the file that the first one will become
/// @param count blocks wanted, at least one
/// @param replication copies of each, on different hosts, at least one
/// @param preferred datanodes wished for, best first
/// @param avoided datanodes that must not be used
/// @param near the run before `index` in the same file, if there is one
public record AllocationRequest(
    long index,
    int count,
    int replication,
    List<DatanodeId> preferred,
    Set<DatanodeId> avoided,
    Optional<Extent> near) {
  public AllocationRequest {
    if (index < 0 || count < 1 || replication < 1) {
      throw new IllegalArgumentException(
          "cannot allocate "
              + count
              + " blocks at "
              + index
              + " with "
              + replication
              + " replicas");
    }
    preferred = List.copyOf(preferred);
    avoided = Set.copyOf(avoided);
  }
}
