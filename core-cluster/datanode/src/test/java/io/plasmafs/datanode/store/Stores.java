package io.plasmafs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/// Small stores for tests.
final class Stores {
  static final String CLUSTER = "test";
  static final String IDENTITY = "00112233445566778899aabbccddeeff";
  static final Geometry ONE_SLICE = new Geometry(64 << 10, 64 << 10);
  static final Geometry SIXTEEN_SLICES = new Geometry(64 << 10, 4 << 10);

  private Stores() {}

  static void format(Geometry geometry, long blocks, Path... directories) throws StoreException {
    StoreFormatter.format(
        new StoreOptions(List.of(directories), CLUSTER, IDENTITY, geometry, blocks),
        (done, total) -> {});
  }

  static BlockStore open(Path... directories) throws StoreException {
    return open(Disk.local(), directories);
  }

  static BlockStore open(Disk disk, Path... directories) throws StoreException {
    return BlockStore.open(List.of(directories), CLUSTER, Optional.of(IDENTITY), disk);
  }

  static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  static int crc(byte[] bytes, int from, int to) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, to - from);
    return (int) crc.getValue();
  }

  static int[] checksums(Geometry geometry, byte[] bytes) {
    int[] checksums = new int[geometry.slices(bytes.length)];
    for (int i = 0; i < checksums.length; i++) {
      int from = i * geometry.sliceSize();
      checksums[i] = crc(bytes, from, Math.min(bytes.length, from + geometry.sliceSize()));
    }
    return checksums;
  }

  static void write(BlockStore store, long block, int offset, long generation, byte[] bytes) {
    int[] checksums = checksums(store.geometry(), bytes);
    ByteBuffer[] data = {ByteBuffer.wrap(bytes)};
    store.verifyPiece(checksums, data);
    store.write(block, offset, generation, 7, checksums, data);
  }

  static byte[] read(BlockStore store, long block, int offset, int length, long generation)
      throws IOException {
    StoredRange range = store.range(block, offset, length, generation);
    byte[] bytes = new byte[range.bytes()];
    store.read(range, ByteBuffer.wrap(bytes));
    int[] checksums = checksums(store.geometry(), bytes);
    for (int i = 0; i < checksums.length; i++) {
      if (checksums[i] != range.checksums().at(i)) {
        throw new IOException("slice " + i + " of block " + block + " has a wrong checksum");
      }
    }
    return bytes;
  }
}
