package io.plasmafs.client;

import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The runs of blocks reserved for a file that is being written: as long as what is known to come,
/// else in growing sizes, and asked for before the one in use is full. Where there is not so much
/// space shorter ones do, as nobody knows whether more is needed. For one thread.
final class RunSupply {
  private static final int FIRST_RUN_BYTES = 1 << 20;
  private static final long PREFETCH_FROM_BYTES = 4L << 20;

  private final Transaction transaction;
  private final DatanodePool datanodes;
  private final InodeId inode;
  private final int blockSize;

  /// Where writing began, in bytes, and where it will end; -1 if that is not known.
  private final long start;

  private final long expectedEnd;

  /// Label of the host where the first copies are wished; empty for that of this client.
  private final String host;

  /// Datanodes that get nothing more.
  private final Set<DatanodeId> avoided;

  /// Not full yet, in the order of the file.
  private final List<WrittenRun> reserved = new ArrayList<>();

  private int nextRunBlocks;

  /// Whether there was once less space than was asked for.
  private boolean scarce;

  private @Nullable CompletableFuture<Answer> prefetch;
  private long prefetchIndex;

  /// @param avoided may grow
  RunSupply(
      Transaction transaction,
      InodeId inode,
      long start,
      long expectedEnd,
      String host,
      Set<DatanodeId> avoided) {
    this.transaction = transaction;
    this.datanodes = transaction.client().datanodePool();
    this.inode = inode;
    this.blockSize = transaction.client().cluster().blockSize();
    this.start = start;
    this.expectedEnd = expectedEnd;
    this.host = host;
    this.avoided = avoided;
    this.nextRunBlocks = Math.max(1, FIRST_RUN_BYTES / blockSize);
  }

  /// Takes runs that were reserved for this file.
  void adopt(List<GrantedExtent> extents) {
    learn(extents);
    extents.forEach(extent -> reserved.add(new WrittenRun(extent)));
  }

  private void learn(List<GrantedExtent> extents) {
    Set<DatanodeId> ids = new HashSet<>();
    for (GrantedExtent extent : extents) {
      extent.extent().replicas().forEach(replica -> ids.add(replica.datanode()));
    }
    Waiting.on(datanodes.learn(ids).thenApply(done -> true));
  }

  /// The run that holds a block, reserved now if need be.
  WrittenRun runFor(long block) {
    for (WrittenRun run : reserved) {
      if (run.holds(block)) {
        if (reserved.size() == 1) {
          reserveAhead(run, block);
        }
        return run;
      }
    }
    CompletableFuture<Answer> pending = prefetch;
    if (pending != null && prefetchIndex == block) {
      prefetch = null;
      Answer answer = Waiting.on(pending);
      if (answer.failure().isEmpty()) {
        adopt(
            usable(Outcomes.expect(Outcome.Allocation.class, answer.outcomes().get(0)).extents()));
        return WrittenRun.holding(reserved, block);
      }
    }
    adopt(allocate(block, beforeNext(block, runLength(block)), 1));
    return WrittenRun.holding(reserved, block);
  }

  /// New runs for blocks that had a run before.
  ///
  /// @param needed up to here blocks are written already, and must have a run again
  List<WrittenRun> replace(long from, long needed, long to) {
    return allocate(from, (int) (to - from), (int) (needed - from)).stream()
        .map(WrittenRun::new)
        .toList();
  }

  /// A run into which more will be written.
  void add(WrittenRun run) {
    reserved.add(run);
    reserved.sort(Comparator.comparingLong(WrittenRun::start));
  }

  void remove(WrittenRun run) {
    reserved.remove(run);
  }

  /// All runs that are not full; there are none afterwards.
  List<WrittenRun> takeAll() {
    List<WrittenRun> all = List.copyOf(reserved);
    reserved.clear();
    return all;
  }

  /// How many blocks to reserve from `block` on.
  private int runLength(long block) {
    int count = nextRunBlocks;
    nextRunBlocks = Math.min(Extent.MAX_BLOCKS, nextRunBlocks * 2);
    if (expectedEnd >= 0) {
      long missing = (expectedEnd + blockSize - 1) / blockSize - block;
      if (missing > 0) {
        count = (int) Math.min(scarce ? count : Extent.MAX_BLOCKS, missing);
      }
    }
    return count;
  }

  /// Of `count` blocks from `block` on those before the next run that is reserved, or asked for: a
  /// block must not be in two runs.
  private int beforeNext(long block, int count) {
    long end = block + count;
    for (WrittenRun run : reserved) {
      end = run.start() > block ? Math.min(end, run.start()) : end;
    }
    if (prefetch != null && prefetchIndex > block) {
      end = Math.min(end, prefetchIndex);
    }
    return (int) (end - block);
  }

  private void reserveAhead(WrittenRun run, long block) {
    long half = run.start() + run.granted.extent().count() / 2;
    boolean moreToCome =
        expectedEnd >= 0
            ? run.limit * blockSize < expectedEnd
            : block * blockSize - start >= PREFETCH_FROM_BYTES;
    if (prefetch == null && block >= half && moreToCome) {
      prefetchIndex = run.limit;
      prefetch = transaction.submit(List.of(allocation(run.limit, runLength(run.limit))));
    }
  }

  private Operation allocation(long index, int count) {
    return new Operation.Allocate(
        Location.of(inode), index, count, 0, datanodes.preferred(host), Set.copyOf(avoided));
  }

  /// Reserves `count` blocks, or as many as can be had, but not fewer than are needed now.
  private List<GrantedExtent> allocate(long index, int count, int needed) {
    for (int asked = count; asked > needed; asked = Math.max(needed, asked / 2)) {
      try {
        return ask(index, asked);
      } catch (FsException e) {
        if (!SpacePatience.mayPass(e)) {
          throw e;
        }
        scarce = true;
        nextRunBlocks = Math.max(1, asked / 2);
      }
    }
    try {
      return SpacePatience.ask(() -> ask(index, needed));
    } catch (FsException e) {
      if (e.status() != FsStatus.ENONODE || avoided.isEmpty()) {
        throw e;
      }
      // Why they are avoided is known here only.
      throw new FsException(
          e.status(), e.getMessage() + " (" + datanodes.failures(avoided) + ")", e);
    }
  }

  private List<GrantedExtent> ask(long index, int count) {
    return usable(
        Outcomes.expect(Outcome.Allocation.class, transaction.execute(allocation(index, count)))
            .extents());
  }

  private List<GrantedExtent> usable(List<GrantedExtent> extents) {
    for (GrantedExtent extent : extents) {
      if (extent.extent().replicas().isEmpty()) {
        throw new FsException(FsStatus.EFAILED, "the server reserved a run without replicas");
      }
    }
    learn(extents);
    return extents;
  }
}
