package io.plasmafs.datanode.store;

import io.plasmafs.model.FsException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads all that is written, again and again, slowly, so that damage is found while there are
/// other replicas. Has a thread of its own.
public final class Scrubber implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

  private final BlockStore store;
  private final long bytesPerSecond;
  private final Duration pause;
  private final ByteBuffer scratch;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  /// Starts scrubbing.
  ///
  /// @param bytesPerSecond most bytes read in a second; 0: never scrub
  /// @param pause before each pass
  public Scrubber(BlockStore store, long bytesPerSecond, Duration pause) {
    this.store = store;
    this.bytesPerSecond = bytesPerSecond;
    this.pause = pause;
    this.scratch =
        ByteBuffer.allocateDirect(bytesPerSecond == 0 ? 0 : store.geometry().sliceSize());
    this.thread = Thread.ofPlatform().name("scrubber").daemon().unstarted(this::run);
    if (bytesPerSecond > 0) {
      thread.start();
    }
  }

  /// Reads everything once, as fast as it goes.
  public static void scrubOnce(BlockStore store) {
    ByteBuffer scratch = ByteBuffer.allocateDirect(store.geometry().sliceSize());
    for (long block = 0; block < store.blocks(); block++) {
      store.verify(block, scratch);
    }
  }

  private void run() {
    try {
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        pass();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pass() throws InterruptedException {
    for (long block = 0; block < store.blocks(); block++) {
      long bytes;
      try {
        bytes = store.verify(block, scratch);
      } catch (FsException e) {
        LOG.error("The scrubber stops its pass at block {}", block, e);
        return;
      }
      long nanos = bytes * 1_000_000_000L / bytesPerSecond;
      if (bytes > 0 ? stopped.await(nanos, TimeUnit.NANOSECONDS) : stopped.getCount() == 0) {
        return;
      }
    }
  }

  /// Ends the thread; returns when it has.
  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
