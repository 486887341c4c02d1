package io.plasmafs.namenode.job;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;

/// One thing that long work has to tell of.
///
/// @param kind what it is, in words joined by hyphens: for programs
/// @param inode that it concerns, or [InodeId#NONE]
/// @param path of that inode from the root, without a slash in front; empty if it has none
/// @param datanode number of the one that it concerns, 0 if none
/// @param block on that datanode, or -1
/// @param index of the first block within the file, or -1
/// @param count blocks that it concerns
/// @param message for people
/// @param repair what was done about it; empty if nothing was
public record Finding(
    String kind,
    InodeId inode,
    Bytes path,
    int datanode,
    long block,
    long index,
    int count,
    String message,
    String repair) {}
