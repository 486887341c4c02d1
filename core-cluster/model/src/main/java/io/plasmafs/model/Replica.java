package io.plasmafs.model;

/// One stored copy of a run of blocks: consecutive blocks of one datanode.
///
/// @param firstBlock number of the first block on that datanode
public record Replica(DatanodeId datanode, long firstBlock) {
  public Replica {
    if (firstBlock < 0) {
      throw new IllegalArgumentException("block number " + firstBlock + " is negative");
    }
  }
}
