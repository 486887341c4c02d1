package io.plasmafs.namenode.blocks;

import io.plasmafs.model.Extent;
import java.util.List;

/// Gives out blocks and takes them back. Confined to the engine's thread: no method blocks or does
/// I/O.
///
/// A block of a datanode is in one of four states:
///
/// ```
///           reserve                use                 release(AFTER_PINS)
///  free ------------> reserved ----------> used --------------------------> quarantine --> free
///    ^                   |                                                      ^
///    +---- (AT_ONCE) ----+----------- release(AFTER_TICKETS) -------------------+
/// ```
///
/// Extents given to [#use] and [#release] may be any part of what [#reserve] gave: some of the
/// blocks of a run, some of its replicas. Their index within the file and their checksums mean
/// nothing here.
public interface BlockSpace {
  /// Takes free blocks for a transaction: together `request.count()` blocks in file order, indexes
  /// set from `request.index()` on, each run under a generation of its own. All or nothing.
  ///
  /// @throws io.plasmafs.model.FsException ENOSPC if there are not enough free blocks, ENONODE if
  ///   there are not enough datanodes
  List<Extent> reserve(AllocationRequest request);

  /// Reserved blocks have become the content of a file: called when the commit is published.
  void use(Extent extent);

  /// Blocks go back.
  void release(Extent extent, Reuse reuse);

  /// When blocks that went back may be given out again.
  enum Reuse {
    /// Nobody was told of them: at once.
    AT_ONCE,
    /// They were reserved, and tickets to write them may be about: when all those are dead.
    AFTER_TICKETS,
    /// A commit took them out of a file: when no transaction pins them any more, and all tickets
    /// that were ever made for them are dead.
    AFTER_PINS
  }

  /// The blocks were named to a transaction that may read them until it ends.
  ///
  /// @param transactionKey of the transaction, unique within the epoch
  void pin(long transactionKey, Extent extent);

  /// The transaction has ended: its pins are gone. It may have none.
  void unpin(long transactionKey);

  /// Blocks there are on all datanodes, each replica counted.
  long total();

  /// Blocks that are content of files, each replica counted.
  long used();

  /// Blocks reserved or in quarantine, each replica counted.
  long reserved();
}
