package io.plasmafs.datanode.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A file that holds the blocks of a volume.
///
/// @param head how it begins: no other store's file begins like that
public record DataFile(Path path, ByteBuffer head) {
  /// How it begins, with a position of its own.
  @Override
  public ByteBuffer head() {
    return head.duplicate();
  }
}
