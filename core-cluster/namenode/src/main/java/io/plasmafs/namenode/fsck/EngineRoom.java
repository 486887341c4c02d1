package io.plasmafs.namenode.fsck;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.namenode.engine.Engine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/// Has short things done on the engine's thread, and waits for them.
record EngineRoom(Engine engine) {
  /// What it answers.
  <T> T ask(Supplier<T> question) throws InterruptedException {
    try {
      return CompletableFuture.supplyAsync(question, engine::execute).get();
    } catch (ExecutionException e) {
      throw new FsException(FsStatus.EFAILED, "the block map cannot be looked at", e);
    }
  }

  /// Returns when it is done.
  void run(Runnable task) throws InterruptedException {
    ask(() -> {
      task.run();
      return true;
    });
  }
}
