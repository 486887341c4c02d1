package io.plasmafs.namenode.metadata;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;

/// A run of blocks, and whose it is.
///
/// @param replication copies that the file is to have of each block
/// @param extent without its checksums
public record FileExtent(InodeId inode, int replication, Extent extent) {}
