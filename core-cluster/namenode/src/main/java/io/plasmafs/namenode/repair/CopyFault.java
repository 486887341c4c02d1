package io.plasmafs.namenode.repair;

import io.plasmafs.model.InodeId;

/// What is wrong with one replica of a run.
///
/// @param run which of them
/// @param block on the datanode, the first at which it was noticed
/// @param index of that block within the file
public record CopyFault(InodeId inode, StoredRun run, long block, long index, Kind kind) {
  /// What can be wrong.
  public enum Kind {
    /// The block holds other data, or none.
    MISSING("does not hold the block"),
    /// The datanode knows that it has not its checksum.
    DAMAGED("holds the block damaged"),
    /// It is sound, but not what the file's list of blocks says.
    CHECKSUM("holds the block with another checksum than the file's list of blocks has");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /// To follow the name of the datanode.
    public String text() {
      return text;
    }
  }

  @Override
  public String toString() {
    return run.replica().datanode()
        + " "
        + kind.text()
        + ": block "
        + block
        + ", generation "
        + run.generation()
        + ", for block "
        + index
        + " of "
        + inode;
  }
}
