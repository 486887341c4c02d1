package io.plasmafs.datanode.store;

import io.plasmafs.datanode.store.BlockRecord.State;
import io.plasmafs.model.Checksums;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The record of a block on disk. All zeros: never written.
///
/// | offset | bytes | content |
/// |---|---|---|
/// | 0 | 4 | CRC32C of the block's number (8 bytes) and of bytes 4 to the end of the last checksum |
/// | 4 | 4 | state: 1 written, 2 damaged |
/// | 8 | 8 | generation |
/// | 16 | 8 | inode |
/// | 24 | 4 | length |
/// | 28 | 4 | CRC32C of the block |
/// | 32 | 4 each | CRC32C of each slice that is written |
///
/// Numbers are big-endian. The block's number is under the checksum, so that a record cannot stand
/// for another block. What lies behind the last checksum is of no meaning.
final class RecordFormat {
  static final int FIXED_BYTES = 32;

  private final Geometry geometry;

  RecordFormat(Geometry geometry) {
    this.geometry = geometry;
  }

  /// Puts a record at `offset`; the positions of `out` are neither used nor changed.
  void encode(BlockRecord record, ByteBuffer out, int offset) {
    out.putInt(offset + 4, record.state().code());
    out.putLong(offset + 8, record.generation());
    out.putLong(offset + 16, record.inode());
    out.putInt(offset + 24, record.length());
    out.putInt(offset + 28, record.checksum());
    int slices = record.slices().count();
    for (int i = 0; i < slices; i++) {
      out.putInt(offset + FIXED_BYTES + Integer.BYTES * i, record.slices().at(i));
    }
    out.putInt(offset, checksum(record.block(), out, offset, slices));
  }

  /// The record at `offset`. One that is torn or altered comes back as [BlockRecord#lost].
  BlockRecord decode(long block, ByteBuffer in, int offset) {
    int length = in.getInt(offset + 24);
    if (length < 0 || length > geometry.blockSize()) {
      return BlockRecord.lost(block);
    }
    int slices = geometry.slices(length);
    if (in.getInt(offset) != checksum(block, in, offset, slices)) {
      return isZero(in, offset) ? BlockRecord.empty(block) : BlockRecord.lost(block);
    }
    int state = in.getInt(offset + 4);
    if (state != State.WRITTEN.code() && state != State.DAMAGED.code()) {
      return BlockRecord.lost(block);
    }
    int[] checksums = new int[slices];
    for (int i = 0; i < slices; i++) {
      checksums[i] = in.getInt(offset + FIXED_BYTES + Integer.BYTES * i);
    }
    return new BlockRecord(
        block,
        State.of(state),
        in.getLong(offset + 8),
        in.getLong(offset + 16),
        length,
        in.getInt(offset + 28),
        Checksums.of(checksums));
  }

  private boolean isZero(ByteBuffer in, int offset) {
    for (int i = 0; i < geometry.recordBytes(); i += Long.BYTES) {
      if (in.getLong(offset + i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(long block, ByteBuffer record, int offset, int slices) {
    CRC32C crc = new CRC32C();
    for (int shift = 56; shift >= 0; shift -= 8) {
      crc.update((int) (block >>> shift));
    }
    crc.update(record.slice(offset + 4, FIXED_BYTES - 4 + Integer.BYTES * slices));
    return (int) crc.getValue();
  }
}
