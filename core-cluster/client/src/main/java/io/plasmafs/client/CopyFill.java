package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Gives copies of files that have blocks their content, which the server leaves to the client: no
/// block belongs to two files. What reads as zeros, block by block, stays a hole.
final class CopyFill {
  /// Files that are copied side by side.
  private static final int SIDE_BY_SIDE = 4;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int ATTRIBUTES_AT_A_TIME = 1000;

  private final Transaction transaction;
  private final int blockSize;

  private CopyFill(Transaction transaction) {
    this.transaction = transaction;
    this.blockSize = transaction.client().cluster().blockSize();
  }

  /// Fills all of them, and waits.
  ///
  /// @param preserve keep times and modes, which writing changes
  static void fill(Transaction transaction, List<Outcome.Unfilled> files, boolean preserve) {
    if (files.isEmpty()) {
      return;
    }
    CopyFill fill = new CopyFill(transaction);
    List<Operation> attributes = new ArrayList<>(files.size());
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<Void>> workers = new ArrayList<>();
      for (int i = 0; i < Math.min(SIDE_BY_SIDE, files.size()); i++) {
        workers.add(
            CompletableFuture.runAsync(
                () -> {
                  ByteBuffer buffer = ByteBuffer.allocate(Math.max(BUFFER_BYTES, fill.blockSize));
                  for (int n = next.getAndIncrement();
                      n < files.size();
                      n = next.getAndIncrement()) {
                    Operation kept = fill.fill(files.get(n), buffer, next, files.size());
                    synchronized (attributes) {
                      attributes.add(kept);
                    }
                  }
                },
                threads));
      }
      workers.forEach(CopyFill::await);
    }
    if (preserve) {
      for (int i = 0; i < attributes.size(); i += ATTRIBUTES_AT_A_TIME) {
        transaction.execute(
            attributes.subList(i, Math.min(attributes.size(), i + ATTRIBUTES_AT_A_TIME)));
      }
    }
  }

  private static void await(CompletableFuture<Void> worker) {
    try {
      worker.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof FsException failure) {
        throw failure;
      }
      throw e;
    }
  }

  /// Fills one; answers the operation that gives it the times and the mode of the original. If it
  /// fails, no other one is begun.
  private Operation fill(Outcome.Unfilled file, ByteBuffer buffer, AtomicInteger next, int end) {
    Location copy = Location.of(file.copy());
    try (PlasmaFile from = transaction.openFile(Location.of(file.source()))) {
      if (from.size() != file.size()) {
        // it was changed after the server looked at it
        transaction.truncate(copy, from.size());
      }
      try (PlasmaChannel to =
          transaction.openChannel(
              copy, WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING))) {
        for (long at = 0; at < from.size(); at += buffer.limit()) {
          buffer.clear();
          if (from.read(buffer, at) < 0) {
            break;
          }
          buffer.flip();
          write(to, buffer, at);
        }
      }
      Attributes original = from.attributes();
      return new Operation.SetAttributes(
          copy,
          false,
          AttributeChanges.NONE
              .withMode(original.mode())
              .withMtime(TimeChange.to(original.mtime())));
    } catch (IOException e) {
      next.set(end);
      throw e instanceof PlasmaIOException known
          ? known.failure()
          : new FsException(io.plasmafs.model.FsStatus.EIO, e.toString(), e);
    } catch (RuntimeException e) {
      next.set(end);
      throw e;
    }
  }

  /// Writes the blocks that have something else than zeros in them.
  private void write(PlasmaChannel to, ByteBuffer buffer, long at) throws IOException {
    int limit = buffer.limit();
    int start = 0;
    for (int block = 0; block < limit; block += blockSize) {
      int end = Math.min(limit, block + blockSize);
      if (isZero(buffer.slice(block, end - block))) {
        writeRun(to, buffer, start, block, at);
        start = end;
      }
    }
    writeRun(to, buffer, start, limit, at);
  }

  private static void writeRun(PlasmaChannel to, ByteBuffer buffer, int start, int end, long at)
      throws IOException {
    ByteBuffer run = buffer.slice(start, end - start);
    for (long position = at + start; run.hasRemaining(); ) {
      position += to.write(run, position);
    }
  }

  private static boolean isZero(ByteBuffer bytes) {
    while (bytes.remaining() >= Long.BYTES) {
      if (bytes.getLong() != 0) {
        return false;
      }
    }
    while (bytes.hasRemaining()) {
      if (bytes.get() != 0) {
        return false;
      }
    }
    return true;
  }
}
