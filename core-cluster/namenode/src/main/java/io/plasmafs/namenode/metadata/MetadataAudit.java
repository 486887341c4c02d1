package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.InodeId;
import java.util.Optional;

/// All tables as of one instant, which is between two commits: to find what does not fit together.
/// Rows are shown one after the other in bounded memory, however many there are. Methods block, and
/// fail with [StoreException]. For one thread.
///
/// The database keeps all old rows as long as this is open.
public interface MetadataAudit extends AutoCloseable {
  /// Number of the last commit that the tables show. It may be durable without being published yet.
  long sequence();

  /// How many inodes [#inodes] shows.
  long inodeCount();

  /// How many runs [#extents] shows.
  long extentCount();

  /// Called with each row.
  ///
  /// @param <T> the row
  interface Visitor<T> {
    void visit(T row) throws InterruptedException;
  }

  /// Shows every inode in order of their numbers.
  void inodes(Visitor<InodeAudit> visitor) throws InterruptedException;

  /// Shows every entry that points to no inode or is in no directory.
  void looseEntries(Visitor<LooseEntry> visitor) throws InterruptedException;

  /// An entry that hangs in the air.
  ///
  /// @param hasInode whether what it points to exists
  /// @param hasDirectory whether where it is exists, and is a directory
  record LooseEntry(
      InodeId directory, Bytes name, InodeId inode, boolean hasInode, boolean hasDirectory) {}

  /// Shows every run of blocks in order of inode and index, with checksums.
  void extents(Visitor<ExtentAudit> visitor) throws InterruptedException;

  /// A run of blocks.
  ///
  /// @param nlink of its inode; -1 if there is no such inode
  record ExtentAudit(FileExtent run, int nlink) {}

  /// Shows every replica of every run, in order of datanode and block.
  void replicas(Visitor<PlacedRun> visitor) throws InterruptedException;

  /// A replica of a run.
  record PlacedRun(
      DatanodeId datanode, long first, int count, InodeId inode, long index, long generation) {
    /// One past its last block.
    public long end() {
      return first + count;
    }
  }

  /// Whether a replica is that of a run still.
  boolean holds(PlacedRun replica);

  /// One path of an inode from the root, without a slash in front; absent if no name of it leads
  /// there.
  Optional<Bytes> path(InodeId inode);

  /// Lets the database go on.
  @Override
  void close();
}
