package io.plasmafs.namenode.namespace;

import io.plasmafs.model.InlineBlock;

/// Constants of the namespace.
///
/// @param blockSize bytes
/// @param inlineLimit longest content of a small file, which is kept with the metadata, in bytes;
///   at most a block
/// @param replication copies of each block where a file does not say otherwise
/// @param symlinksPerPath followed before ELOOP
/// @param xattrsPerInode number of extended attributes
/// @param xattrBytesPerInode their names and values together
/// @param listingLimit entries in one page of a listing
public record Rules(
    int blockSize,
    int inlineLimit,
    int replication,
    int symlinksPerPath,
    int xattrsPerInode,
    int xattrBytesPerInode,
    int listingLimit) {
  /// The most copies of a block.
  static final int MAX_REPLICATION = 16;

  /// The largest file, in bytes.
  static final long MAX_SIZE = 1L << 60;

  /// The most names that a file can have.
  static final int MAX_LINKS = 1_000_000;

  /// Extents in one answer.
  static final int MAX_EXTENTS = 4096;

  /// Files that have blocks in one copy of a tree.
  static final int MAX_UNFILLED = 65536;

  /// Blocks in one allocation.
  static final int MAX_ALLOCATION = 65536;

  /// The most bytes of a block that are kept with the metadata when a file is extended; 0 if
  /// nothing is to be kept there.
  int longestInlineBlock() {
    return inlineLimit == 0 ? 0 : Math.min(blockSize, InlineBlock.MAX_BYTES);
  }
}
