package io.plasmafs.model;

import java.util.List;

/// A run of blocks of a file: `count` blocks from `index` on, each stored on every replica.
///
/// @param index of the first block within the file: byte offset divided by the block size
/// @param count 1 to [#MAX_BLOCKS]
/// @param generation number of the allocation, never given out twice: a datanode stores it with
///   each block, so that a block which was since given to other data is recognised
/// @param replicas one or more, on different datanodes
/// @param checksums CRC32C of each block; empty before the run is attached to a file
public record Extent(
    long index, int count, long generation, List<Replica> replicas, Checksums checksums) {
  /// The longest run, in blocks.
  public static final int MAX_BLOCKS = 4096;

  public Extent {
    replicas = List.copyOf(replicas);
    if (index < 0 || count < 1 || count > MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "no extent can have index " + index + " and count " + count);
    }
    if (checksums.count() != 0 && checksums.count() != count) {
      throw new IllegalArgumentException(
          "an extent of " + count + " blocks has " + checksums.count() + " checksums");
    }
  }

  /// One past the index of the last block.
  public long end() {
    return index + count;
  }

  /// The part of this run from block `from` to before block `to` of the file.
  ///
  /// @throws IllegalArgumentException if that is empty or reaches beyond this run
  public Extent slice(long from, long to) {
    if (from < index || to > end() || from >= to) {
      throw new IllegalArgumentException(
          "blocks " + from + " to " + to + " are no part of " + index + " to " + end());
    }
    if (from == index && to == end()) {
      return this;
    }
    int skip = (int) (from - index);
    int length = (int) (to - from);
    List<Replica> moved =
        replicas.stream().map(r -> new Replica(r.datanode(), r.firstBlock() + skip)).toList();
    return new Extent(from, length, generation, moved, checksums.slice(skip, length));
  }

  /// The same blocks at another place of a file.
  public Extent at(long newIndex) {
    return new Extent(newIndex, count, generation, replicas, checksums);
  }

  /// The same blocks with checksums.
  public Extent with(Checksums newChecksums) {
    return new Extent(index, count, generation, replicas, newChecksums);
  }
}
