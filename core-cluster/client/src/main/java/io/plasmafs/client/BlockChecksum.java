package io.plasmafs.client;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Crc32cCombiner;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// CRC32C (RFC 3720 appendix B.4) of pieces, and the CRC32C of a whole from those of its parts, so
/// that no byte is summed twice.
final class BlockChecksum {
  private static final Crc32cCombiner COMBINER = new Crc32cCombiner(ClusterDescription.SLICE_SIZE);

  private BlockChecksum() {}

  /// The CRC32C of the remaining bytes, whose position does not move.
  static int of(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }

  /// The CRC32C of a first part followed by a second one.
  ///
  /// @param first of the first part; 0 if that is empty
  /// @param secondLength bytes of the second part
  static int combine(int first, int second, int secondLength) {
    return COMBINER.combine(first, second, secondLength);
  }
}
