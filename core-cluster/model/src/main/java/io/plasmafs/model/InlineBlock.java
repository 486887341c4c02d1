package io.plasmafs.model;

/// One block of a file whose bytes are kept with the metadata. Behind them the block is a hole, as
/// far as the file reaches.
///
/// @param index of the block in the file
/// @param bytes from the start of the block on, at least one
public record InlineBlock(long index, Bytes bytes) {
  /// The most bytes of a block that are kept with the metadata, in blocks of any size.
  public static final int MAX_BYTES = 1 << 16;
}
