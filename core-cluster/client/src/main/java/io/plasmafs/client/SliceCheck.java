package io.plasmafs.client;

import io.plasmafs.client.wire.ReadAnswer;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;

/// Verifies what a datanode has answered: each slice against the checksum that came with it, and
/// blocks that came as a whole against the checksum in the metadata.
///
/// @param start of the first slice, in the file
/// @param bytes that were asked for
record SliceCheck(ReplicaRead.Origin origin, Extent extent, long start, int bytes) {
  /// Does nothing if the answer is right.
  ///
  /// @throws FsException ECHECKSUM if a slice or a block is not what it should be; EIO if the
  ///   answer does not fit the question
  void verify(ReadAnswer got) {
    int sliceSize = origin.sliceSize();
    int blockSize = origin.blockSize();
    int available = got.data().length();
    int slices = (available + sliceSize - 1) / sliceSize;
    if (available > bytes || got.checksums().count() != slices) {
      throw new FsException(
          FsStatus.EIO,
          "an answer of "
              + available
              + " bytes with "
              + got.checksums().count()
              + " checksums does not fit a question for "
              + bytes);
    }
    int slicesOfBlock = blockSize / sliceSize;
    long firstSlice = start / sliceSize;
    int blockCrc = 0;
    int summed = 0;
    for (int i = 0; i < slices; i++) {
      int from = i * sliceSize;
      int length = Math.min(sliceSize, available - from);
      int found = got.data().crc32c(from, length);
      if (found != got.checksums().at(i)) {
        throw new FsException(
            FsStatus.ECHECKSUM,
            origin.inode()
                + ": the slice at byte "
                + (start + from)
                + " has checksum "
                + Integer.toHexString(found)
                + ", "
                + Integer.toHexString(got.checksums().at(i))
                + " was expected");
      }
      if (extent.checksums().count() == 0) {
        continue;
      }
      // A block that was read as a whole must be the one that was committed.
      int inBlock = (int) ((firstSlice + i) % slicesOfBlock);
      if (inBlock == 0) {
        blockCrc = found;
        summed = 1;
      } else if (summed == inBlock) {
        blockCrc = BlockChecksum.combine(blockCrc, found, length);
        summed++;
      }
      boolean lastOfBlock = inBlock == slicesOfBlock - 1 || length < sliceSize;
      if (lastOfBlock && summed == inBlock + 1) {
        int index = (int) ((start + from) / blockSize - extent.index());
        if (extent.checksums().at(index) != blockCrc) {
          throw new FsException(
              FsStatus.ECHECKSUM,
              origin.inode()
                  + ": block "
                  + (extent.index() + index)
                  + " has checksum "
                  + Integer.toHexString(blockCrc)
                  + ", "
                  + Integer.toHexString(extent.checksums().at(index))
                  + " was committed");
        }
      }
    }
  }
}
