package io.plasmafs.client;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Writes runs of a file again, on other datanodes, from a copy that is left: what was written in
/// the same transaction, and lost a replica before it was stable.
final class RunCopy {
  /// How often datanodes may fail while copies are made of what they lost.
  static final int MAX_ROUNDS = 8;

  private final Transaction transaction;
  private final WriteOptions options;
  private final Set<DatanodeId> avoided;
  private final int round;

  /// @param avoided datanodes that get nothing
  /// @param round how often this was tried before
  RunCopy(Transaction transaction, WriteOptions options, Set<DatanodeId> avoided, int round) {
    this.transaction = transaction;
    this.options = options;
    this.avoided = avoided;
    this.round = round;
  }

  /// Copies a run.
  ///
  /// @param content of the file as the transaction sees it, with the blocks of the run in it
  /// @return what must be run in the transaction to put the copy in its place
  List<Operation> copy(FileContent content, Extent run) {
    InodeId inode = content.attributes().inode();
    if (round > MAX_ROUNDS) {
      throw new FsException(
          FsStatus.ENONODE, inode + ": datanodes fail faster than copies are made");
    }
    int blockSize = transaction.client().cluster().blockSize();
    long at = run.index() * blockSize;
    long end = Math.min(content.size(), run.end() * blockSize);
    FileWriter writer =
        new FileWriter(transaction, inode, run.index(), end - at, options, avoided, round);
    try {
      ByteBuffer copy = ByteBuffer.allocateDirect(PieceBuffers.PIECE);
      while (at < end) {
        copy.clear().limit((int) Math.min(PieceBuffers.PIECE, end - at));
        int unused = content.read(copy, at);
        at += copy.flip().remaining();
        writer.write(copy);
      }
      return writer.finish(false);
    } catch (RuntimeException e) {
      writer.abort();
      throw e;
    }
  }

  /// Copies what the last sync found lost, as far as it is still part of its files.
  void replace(SyncLedger.Lost lost) {
    for (SyncLedger.Written written : lost.runs()) {
      if (WrittenRun.without(written.run(), avoided).tickets().isEmpty()) {
        throw new FsException(FsStatus.EIO, lost.reason() + "; there is no other copy");
      }
      Optional<FileContent> content = contentOf(written.inode());
      if (content.isPresent()) {
        List<Operation> attaches = new ArrayList<>();
        for (Extent run : content.get().partsOf(written.run().extent())) {
          attaches.addAll(copy(content.get(), run));
        }
        if (!attaches.isEmpty()) {
          transaction.execute(attaches);
        }
      }
    }
  }

  /// Absent if the file was removed since.
  private Optional<FileContent> contentOf(InodeId inode) {
    try {
      return Optional.of(FileContent.within(transaction, Location.of(inode), false));
    } catch (FsException e) {
      if (e.status() == FsStatus.ESTALE || e.status() == FsStatus.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
