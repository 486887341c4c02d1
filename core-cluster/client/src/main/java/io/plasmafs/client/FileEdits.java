package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Changes of whole files, in as few calls as can be. What they return is run last in the
/// transaction, so that it can travel with the commit.
final class FileEdits {
  private FileEdits() {}

  /// What came of a write.
  ///
  /// @param last operations that remain to be run
  record Written(Attributes attributes, List<Operation> last) {}

  /// How a file is opened, as an operation.
  static Operation opening(Location where, WriteOptions options) {
    return switch (options.how()) {
      case CREATE_NEW -> create(where, CreateMode.EXCLUSIVE, options);
      case TRUNCATE -> create(where, CreateMode.TRUNCATE, options);
      case REPLACE -> create(where, CreateMode.REPLACE, options);
      case APPEND, UPDATE -> create(where, CreateMode.OPEN, options);
      case UPDATE_EXISTING -> new Operation.Stat(where, true);
    };
  }

  private static Operation create(Location where, CreateMode how, WriteOptions options) {
    return new Operation.Create(where, how, options.mode(), options.replication());
  }

  /// Whether the file is empty after it was opened like this.
  static boolean startsEmpty(WriteOptions.How how) {
    return switch (how) {
      case CREATE_NEW, TRUNCATE, REPLACE -> true;
      case APPEND, UPDATE, UPDATE_EXISTING -> false;
    };
  }

  /// The operations that do all of a small write, or none if it is not small.
  static List<Operation> small(
      PlasmaClient client, Location where, ByteBuffer content, WriteOptions options) {
    if (!startsEmpty(options.how()) || content.remaining() > client.cluster().inlineLimit()) {
      return List.of();
    }
    Operation opening = opening(where, options);
    return content.hasRemaining()
        ? List.of(opening, new Operation.WriteInline(Location.ofResult(0), bytes(content)))
        : List.of(opening);
  }

  /// The remaining bytes, copied and not consumed.
  static Bytes bytes(ByteBuffer content) {
    byte[] array = new byte[content.remaining()];
    content.get(content.position(), array);
    return Bytes.wrap(array);
  }

  /// Writes `content`, all of which is consumed.
  ///
  /// @param commitNext whether the transaction is committed with what this leaves to be run
  static Written write(
      Transaction transaction,
      Location where,
      ByteBuffer content,
      WriteOptions options,
      boolean commitNext) {
    if (!startsEmpty(options.how())) {
      try {
        PlasmaOutputStream out = PlasmaOutputStream.open(transaction, false, where, options);
        try {
          out.expect(content.remaining());
          out.write(content);
          return new Written(out.attributes(), out.finish(commitNext));
        } catch (IOException | RuntimeException e) {
          out.abort();
          throw e;
        }
      } catch (IOException e) {
        throw Waiting.failure(e);
      }
    }
    List<Operation> small = small(transaction.client(), where, content, options);
    if (!small.isEmpty()) {
      Outcome.Inode opened =
          Outcomes.expect(Outcome.Inode.class, transaction.execute(small).get(0));
      content.position(content.limit());
      return new Written(opened.attributes(), List.of());
    }
    int blockSize = transaction.client().cluster().blockSize();
    int blocks = (int) (((long) content.remaining() + blockSize - 1) / blockSize);
    Answer answer =
        Waiting.on(
            transaction.submit(
                List.of(
                    opening(where, options),
                    new Operation.Allocate(
                        Location.ofResult(0),
                        0,
                        Math.min(blocks, Extent.MAX_BLOCKS),
                        0,
                        transaction.client().datanodePool().preferred(options.host()),
                        java.util.Set.of()))));
    List<Outcome> begun = answer.outcomes();
    if (answer.failure().isPresent()) {
      FsException failure = answer.failure().get().cause();
      // The writer asks for space again, with patience.
      if (begun.isEmpty() || !SpacePatience.mayPass(failure)) {
        throw failure;
      }
    }
    Attributes attributes = Outcomes.expect(Outcome.Inode.class, begun.get(0)).attributes();
    FileWriter writer =
        new FileWriter(transaction, attributes.inode(), 0, content.remaining(), options);
    try {
      if (begun.size() > 1) {
        writer.adopt(Outcomes.expect(Outcome.Allocation.class, begun.get(1)).extents());
      }
      writer.write(content);
      return new Written(attributes, writer.finish(commitNext));
    } catch (RuntimeException e) {
      writer.abort();
      throw e;
    }
  }

  /// All bytes of a file.
  static byte[] readAll(FileContent content) {
    if (content.size() > Integer.MAX_VALUE - 16) {
      throw new FsException(
          FsStatus.EFBIG,
          content.attributes().inode()
              + " has "
              + content.size()
              + " bytes: too many for an array, use a stream");
    }
    byte[] all = new byte[(int) content.size()];
    int unused = content.read(ByteBuffer.wrap(all), 0);
    return all;
  }

  /// What cuts a file off at `size`, or extends it by a hole. The block that the cut goes through
  /// is written anew, so that what was behind the cut never shows again when the file grows.
  static List<Operation> truncation(Transaction transaction, Location where, long size) {
    if (size < 0) {
      throw new FsException(FsStatus.EINVAL, "a file cannot have a size of " + size + " bytes");
    }
    Basis basis = Basis.of(transaction, where);
    FileContent content = basis.content();
    InodeId inode = basis.inode();
    List<Operation> operations = new ArrayList<>(basis.requirement().stream().toList());
    Location at = Location.of(inode);
    int inlineLimit = transaction.client().cluster().inlineLimit();
    int blockSize = transaction.client().cluster().blockSize();
    Operation resize = new Operation.SetAttributes(at, false, AttributeChanges.NONE.withSize(size));
    if (size >= content.size() || size % blockSize == 0) {
      return List.of(resize);
    }
    if (content.isInline(size - 1)) {
      operations.add(resize);
      return operations;
    }
    if (size <= inlineLimit) {
      byte[] bytes = new byte[(int) size];
      int unused = content.read(ByteBuffer.wrap(bytes), 0);
      operations.add(new Operation.WriteInline(at, Bytes.wrap(bytes)));
      return operations;
    }
    long block = size / blockSize;
    long start = block * blockSize;
    FileWriter writer =
        new FileWriter(transaction, inode, block, size - start, WriteOptions.DEFAULT);
    try {
      ByteBuffer copy = ByteBuffer.allocate((int) Math.min(PieceBuffers.PIECE, size - start));
      for (long from = start; from < size; ) {
        copy.clear().limit((int) Math.min(copy.capacity(), size - from));
        int unused = content.read(copy, from);
        from += copy.flip().remaining();
        writer.write(copy);
      }
      operations.addAll(writer.finish(false));
      operations.add(resize);
      return operations;
    } catch (RuntimeException e) {
      writer.abort();
      throw e;
    }
  }
}
