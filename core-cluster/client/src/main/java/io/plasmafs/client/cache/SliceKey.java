package io.plasmafs.client.cache;

import io.plasmafs.model.InodeId;

/// Names bytes that never change: one slice of a committed file.
///
/// @param generation of the blocks, see [io.plasmafs.model.Extent]: changed content lies in blocks
///   of another one, what was not changed keeps it
/// @param index byte offset within the file, divided by the slice size
public record SliceKey(InodeId inode, long generation, long index) {}
