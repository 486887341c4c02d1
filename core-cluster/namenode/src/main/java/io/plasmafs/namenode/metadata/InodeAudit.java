package io.plasmafs.namenode.metadata;

import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;

/// An inode as it is stored, beside what the other tables say of it.
///
/// @param parent as in [InodeRecord]
/// @param names entries that point to it
/// @param namesElsewhere those of them that are not in `parent`
/// @param children of a directory, else 0
/// @param subdirectories of a directory, else 0
/// @param extents runs of blocks
/// @param attachedBlocks blocks in these, in one replica
/// @param inlineBlock the block of the file that is kept with the metadata, -1 if none is
/// @param inlineBytes how many bytes of it are
/// @param inlineTwice whether that block is in a run of blocks as well
public record InodeAudit(
    InodeId id,
    FileType type,
    int nlink,
    long size,
    long blocks,
    ContentKind content,
    InodeId parent,
    long names,
    long namesElsewhere,
    long children,
    long subdirectories,
    long extents,
    long attachedBlocks,
    long inlineBlock,
    long inlineBytes,
    boolean inlineTwice) {}
