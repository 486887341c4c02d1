package io.plasmafs.datanode;

import io.plasmafs.datanode.store.Geometry;
import io.plasmafs.datanode.store.StoreException;
import io.plasmafs.datanode.store.StoreFormatter;
import io.plasmafs.datanode.store.StoreOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/// Makes the stores that datanodes serve.
public final class DatanodeStore {
  private DatanodeStore() {}

  /// Makes a new store, with all its space taken from the disk; durable on return.
  ///
  /// @param directories one a volume; made if absent
  /// @param cluster name of the cluster it is for
  /// @param blockSize bytes: a power of two, 64 KiB to 64 MiB
  /// @param sliceSize bytes under one checksum: a power of two, 4 KiB up to the block size
  /// @param bytesPerVolume room for data, rounded down to whole blocks
  /// @param random makes the identity
  /// @return the identity of the new store: 32 hexadecimal digits
  /// @throws StoreException if a directory holds a store already, the disk has too little space, or
  ///   a file cannot be made
  public static String format(
      List<Path> directories,
      String cluster,
      int blockSize,
      int sliceSize,
      long bytesPerVolume,
      SecureRandom random,
      StoreFormatter.Progress progress)
      throws StoreException {
    byte[] identity = new byte[16];
    random.nextBytes(identity);
    String hex = HexFormat.of().formatHex(identity);
    StoreFormatter.format(
        new StoreOptions(
            directories,
            cluster,
            hex,
            new Geometry(blockSize, sliceSize),
            bytesPerVolume / blockSize),
        progress);
    return hex;
  }
}
