package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Reads many places of a file at the same time: so many parts are on their way as the budget for
/// buffers allows, and at most [#AT_A_TIME].
final class ScatteredRead implements AutoCloseable {
  private static final int AT_A_TIME = 64;

  private record Part(FileContent.Range range, ByteBuffer target) {}

  private final FileContent content;
  private final Deque<Part> underWay = new ArrayDeque<>();
  private long read;

  private ScatteredRead(FileContent content) {
    this.content = content;
  }

  /// Reads the pieces into their targets.
  ///
  /// @return bytes read in all
  static long of(FileContent content, List<PlasmaFile.Piece> pieces) {
    try (ScatteredRead scattered = new ScatteredRead(content)) {
      for (PlasmaFile.Piece piece : pieces) {
        scattered.ask(piece);
      }
      while (!scattered.underWay.isEmpty()) {
        scattered.take();
      }
      return scattered.read;
    }
  }

  private void ask(PlasmaFile.Piece piece) {
    if (piece.position() < 0) {
      throw new FsException(FsStatus.EINVAL, "position " + piece.position() + " is negative");
    }
    long at = piece.position();
    long end = Math.min(content.size(), at + piece.target().remaining());
    while (at < end) {
      int length = (int) (Math.min(end, FileContent.pieceEnd(at)) - at);
      underWay.addLast(new Part(start(at, length), piece.target()));
      at += length;
    }
  }

  /// Begins a part; takes earlier ones first if there is no room.
  private FileContent.Range start(long at, int length) {
    while (underWay.size() >= AT_A_TIME) {
      take();
    }
    while (true) {
      Optional<FileContent.Range> begun = content.start(at, length, underWay.isEmpty(), true);
      if (begun.isPresent()) {
        return begun.get();
      }
      take();
    }
  }

  private void take() {
    Part first = underWay.removeFirst();
    try (FileContent.Range range = first.range()) {
      range.copyTo(first.target());
      read += range.length;
    }
  }

  @Override
  public void close() {
    underWay.forEach(part -> part.range().close());
  }
}
