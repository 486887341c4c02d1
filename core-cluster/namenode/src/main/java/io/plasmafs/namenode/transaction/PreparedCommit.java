package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.List;

/// A transaction that is ready to be written, and what must happen once it is.
///
/// @param born inodes that it makes
/// @param used runs that become content of files
/// @param freed runs that are content no longer
/// @param unnamed inodes that have no name left and are to be cleaned up
/// @param deleted inodes that are gone with the commit
/// @param bytes about the size of the change set
/// @param heldBytes about what memory holds for it until it is applied
public record PreparedCommit(
    Transaction transaction,
    ChangeSet changes,
    List<InodeRecord> born,
    List<Extent> used,
    List<Extent> freed,
    List<InodeId> unnamed,
    List<InodeId> deleted,
    long bytes,
    long heldBytes) {}
