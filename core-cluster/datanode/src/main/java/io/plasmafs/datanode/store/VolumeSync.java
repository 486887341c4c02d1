package io.plasmafs.datanode.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How what was written to a volume becomes stable, and whether its disk still works.
///
/// A volume **works** until its disk refuses a write or a sync; from then on it has **failed**, and
/// this process and later ones refuse it: the kernel forgets what it could not write, and a second
/// sync would answer that all is well. A file in the directory of the volume says so.
///
/// The disk begins to write what it was given before anybody waits for that: whenever some
/// megabytes have gathered the data are synced in the background, so that the sync that is waited
/// for finds little left.
///
/// Invariant: when a sync is answered, all writes that were [counted][#wrote] before it was
/// requested are stable, data and records.
final class VolumeSync {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeSync.class);
  private static final String FAILED = "failed";

  /// Syncs of one volume that run at the same time: of data, of records, and of data that nobody
  /// waits for.
  static final int THREADS = 3;

  /// So much gathers before it is written to the disk.
  private static final long WRITE_BEHIND_BYTES = 16L << 20;

  private final Path directory;
  private final DiskFile data;
  private final DiskFile records;
  private final Executor executor;
  private final GroupSync group;
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong gathered = new AtomicLong();
  private final AtomicBoolean writingBehind = new AtomicBoolean();

  /// How many writes the last sync covered; -1 before the first one, which is never skipped: what
  /// an earlier process has written, and this one is asked to sync, may be in memory only.
  private long synced = -1; // confined to the group sync

  private volatile Optional<String> failure = Optional.empty(); // set once, guarded by this

  /// @param executor must have [#THREADS] free for this volume
  VolumeSync(Path directory, DiskFile data, DiskFile records, Executor executor) {
    this.directory = directory;
    this.data = data;
    this.records = records;
    this.executor = executor;
    this.group = new GroupSync(this::syncNow, executor);
  }

  /// Refuses a volume that failed under an earlier process.
  static void requireNotFailed(Path directory) throws StoreException {
    Path failed = directory.resolve(FAILED);
    if (Files.exists(failed)) {
      throw new StoreException(
          failed + " says that the disk has failed; check the disk, then remove that file");
    }
  }

  /// What the disk said when it refused; empty while it works.
  Optional<String> failure() {
    return failure;
  }

  void requireWorking() {
    failure.ifPresent(message -> {
      throw new FsException(FsStatus.EIO, message);
    });
  }

  /// Counts a write whose data and record are in place. The disk begins to write what has gathered.
  void wrote(int bytes) {
    writes.incrementAndGet();
    if (gathered.addAndGet(bytes) >= WRITE_BEHIND_BYTES
        && writingBehind.compareAndSet(false, true)) {
      writeBehind();
    }
  }

  private void writeBehind() {
    try {
      executor.execute(() -> {
        gathered.set(0);
        writingBehind.set(false);
        try {
          if (failure.isEmpty()) {
            data.sync();
          }
        } catch (IOException e) {
          FsException unused = fail("sync", e);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: closing, the last sync is done by close()", directory);
    }
  }

  /// Completes when all that was counted before is on stable storage; with an [FsException] if the
  /// disk refuses.
  CompletableFuture<Void> request() {
    return group.request();
  }

  private void syncNow() {
    requireWorking();
    long seen = writes.get();
    if (seen == synced) {
      return;
    }
    gathered.set(0);
    CompletableFuture<Optional<IOException>> beside =
        CompletableFuture.supplyAsync(() -> sync(records), executor);
    Optional<IOException> refusalOfData = sync(data);
    Optional<IOException> refusal = beside.join().or(() -> refusalOfData);
    if (refusal.isPresent()) {
      throw fail("sync", refusal.get());
    }
    synced = seen;
  }

  /// Makes a file stable; what the disk says if it refuses.
  private static Optional<IOException> sync(DiskFile file) {
    try {
      file.sync();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  /// Makes everything stable, if the disk works. Nobody may write any more.
  void finish() {
    if (failure.isEmpty()) {
      sync(data)
          .or(() -> sync(records))
          .ifPresent(e -> LOG.error("{}: cannot sync at the end", directory, e));
    }
  }

  /// Takes the volume out of service for good.
  ///
  /// @param attempt what the disk refused
  /// @return what to throw
  FsException fail(String attempt, IOException cause) {
    String message = "cannot " + attempt + " " + directory + ": " + cause.getMessage();
    if (isFirstFailure(message)) {
      LOG.error("{}: the volume is out of service", message, cause);
      try {
        Files.writeString(directory.resolve(FAILED), message + "\n", UTF_8);
      } catch (IOException e) {
        LOG.error("{}: cannot note the failure", directory, e);
      }
    }
    return new FsException(FsStatus.EIO, message, cause);
  }

  private synchronized boolean isFirstFailure(String message) {
    if (failure.isPresent()) {
      return false;
    }
    failure = Optional.of(message);
    return true;
  }
}
