package io.plasmafs.datanode.store;

import io.plasmafs.model.Checksums;
import java.util.List;

/// Where the answer to a read lies, and its checksums.
///
/// @param parts in order; more than one only where the blocks lie on two volumes
/// @param bytes of all parts together
/// @param checksums CRC32C of each slice; a slice is shorter than the others only at the end
public record StoredRange(List<Part> parts, int bytes, Checksums checksums) {
  /// A range of one volume's file.
  ///
  /// @param volume its number
  public record Part(int volume, DiskFile file, long position, int bytes) {}
}
