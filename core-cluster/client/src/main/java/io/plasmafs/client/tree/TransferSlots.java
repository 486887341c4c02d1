package io.plasmafs.client.tree;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Pieces of a transfer that go on side by side, on virtual threads, so many at a time. Used by one
/// thread, which waits where all slots are taken, and which is told of failures: the first one ends
/// the transfer.
final class TransferSlots implements AutoCloseable {
  private final String task;
  private final Semaphore slots;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> underWay = new ArrayList<>();

  /// @param task what is done, for messages: `the upload`
  TransferSlots(String task, int atATime) {
    this.task = task;
    this.slots = new Semaphore(atATime);
  }

  /// Starts one more piece as soon as a slot is free.
  ///
  /// @throws IOException the failure of an earlier piece
  /// @throws FsException the failure of an earlier piece, or EIO if the thread is interrupted
  void start(Callable<?> piece) throws IOException {
    try {
      slots.acquire();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    awaitFinished();
    underWay.add(
        workers.submit(() -> {
          try {
            return piece.call();
          } finally {
            slots.release();
          }
        }));
  }

  private void awaitFinished() throws IOException {
    underWay.removeIf(future -> future.state() == Future.State.SUCCESS);
    for (Future<?> earlier : underWay) {
      if (earlier.isDone()) {
        await(earlier);
      }
    }
  }

  /// Waits for everything that was started.
  ///
  /// @throws IOException the first failure
  void awaitAll() throws IOException {
    for (Future<?> piece : underWay) {
      await(piece);
    }
    underWay.clear();
  }

  private void await(Future<?> future) throws IOException {
    try {
      Object unused = future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case FsException known -> throw known;
        case Error error -> throw error;
        case null, default -> throw new FsException(FsStatus.EIO, String.valueOf(e.getCause()), e);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private FsException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new FsException(FsStatus.EIO, task + " was interrupted", e);
  }

  /// Interrupts what still goes on, and waits until it has ended.
  @Override
  public void close() {
    List<Runnable> unused = workers.shutdownNow();
    workers.close();
  }
}
