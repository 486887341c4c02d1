package io.plasmafs.client;

import io.plasmafs.model.Datanode;
import java.util.List;

/// Where a part of a file lies, for who wants to work where the bytes are.
///
/// @param offset of its first byte within the file
/// @param length in bytes
/// @param datanodes that have a copy; none of a hole, and of what is stored with the metadata
public record PlacedRange(long offset, long length, List<Datanode> datanodes) {
  public PlacedRange {
    datanodes = List.copyOf(datanodes);
  }

  /// Labels of the hosts that have a copy, for [WriteOptions#withHost] and to choose where to read.
  public List<String> hosts() {
    return datanodes.stream().map(Datanode::host).distinct().toList();
  }
}
