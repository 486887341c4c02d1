package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads many small files: one call gets the content of those that are kept with the metadata, and
/// the block lists of the others, whose blocks are then asked for all at once.
final class BulkRead {
  /// The most that is held in memory, file by file and all together.
  private static final int LARGEST_FILE = PieceBuffers.PIECE;

  private static final long MOST_BYTES = 16L << 20;

  /// Asked for by one call: of each up to 64 KiB may come with the answer.
  private static final int FILES_AT_A_TIME = 128;

  private BulkRead() {}

  static List<Optional<ByteBuffer>> read(
      PlasmaClient client, Namespace source, List<Location> files) {
    List<Optional<ByteBuffer>> contents = new ArrayList<>(files.size());
    long room = MOST_BYTES;
    while (contents.size() < files.size()) {
      int next = contents.size();
      List<Location> some = files.subList(next, Math.min(files.size(), next + FILES_AT_A_TIME));
      contents.addAll(readSome(client, source, some, room));
      for (Optional<ByteBuffer> content : contents.subList(next, contents.size())) {
        room -= content.map(ByteBuffer::remaining).orElse(0);
      }
    }
    return contents;
  }

  /// @param room the most bytes in all of them
  private static List<Optional<ByteBuffer>> readSome(
      PlasmaClient client, Namespace source, List<Location> files, long room) {
    List<Operation> reads = new ArrayList<>(files.size());
    for (Location file : files) {
      reads.add(new Operation.Read(file, false, 0, FileContent.PAGE_BLOCKS));
    }
    Answer answer = Waiting.on(source.submit(reads));
    List<Optional<FileContent.Range>> ranges = new ArrayList<>(files.size());
    List<Optional<ByteBuffer>> contents = new ArrayList<>(files.size());
    try {
      long bytes = 0;
      for (Outcome outcome : answer.outcomes()) {
        Outcome.Content content = Outcomes.expect(Outcome.Content.class, outcome);
        long size = content.attributes().size();
        boolean fits = size <= LARGEST_FILE && bytes + size <= room;
        bytes += fits ? size : 0;
        ranges.add(
            fits
                ? FileContent.of(client, source, content).start(0, (int) size, true, true)
                : Optional.empty());
      }
      for (Optional<FileContent.Range> range : ranges) {
        contents.add(range.flatMap(BulkRead::content));
      }
    } finally {
      ranges.forEach(range -> range.ifPresent(FileContent.Range::close));
    }
    while (contents.size() < files.size()) {
      // Something stopped the call before it came to this file.
      contents.add(Optional.empty());
    }
    return contents;
  }

  private static Optional<ByteBuffer> content(FileContent.Range range) {
    try (range) {
      ByteBuffer content = ByteBuffer.allocate(range.length);
      range.copyTo(content);
      return Optional.of(content.flip());
    } catch (FsException e) {
      // Its blocks were given to other data meanwhile, or the like: whoever asks for this file
      // alone learns what is the matter.
      return Optional.empty();
    }
  }
}
