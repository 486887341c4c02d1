package io.plasmafs.datanode.store;

import java.nio.file.Path;
import java.util.List;

/// What a new store is to be.
///
/// @param directories one a volume; made if absent
/// @param cluster name of the cluster it is for
/// @param identity 32 hexadecimal digits, never used before
/// @param blocksPerVolume capacity of each volume
public record StoreOptions(
    List<Path> directories,
    String cluster,
    String identity,
    Geometry geometry,
    long blocksPerVolume) {
  public StoreOptions {
    directories = List.copyOf(directories);
    if (directories.isEmpty() || directories.size() > VolumeHeader.MAX_VOLUMES) {
      throw new IllegalArgumentException(
          "a store has 1 to " + VolumeHeader.MAX_VOLUMES + " volumes, not " + directories.size());
    }
  }
}
