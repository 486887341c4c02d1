package io.plasmafs.client;

import io.plasmafs.client.cache.BlockCache;
import io.plasmafs.client.cache.SliceKey;
import io.plasmafs.client.wire.DatanodeConnection;
import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.client.wire.LocalFiles;
import io.plasmafs.client.wire.ReadAnswer;
import io.plasmafs.client.wire.ReadPace;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/// A stretch of one extent on its way: asked for at one copy as soon as this is made, then, if that
/// fails or is slow, at the others. Whoever answers first is taken; a datanode that was asked
/// earlier is not preferred for a while. For one thread.
final class ReplicaRead implements AutoCloseable {
  /// What the reads of one file have in common.
  record Origin(
      DatanodePool datanodes, BlockCache cache, InodeId inode, int blockSize, int sliceSize) {
    SliceKey key(Extent extent, long position) {
      return new SliceKey(inode, extent.generation(), position / sliceSize);
    }
  }

  /// A question to one datanode.
  private record Attempt(DatanodeId datanode, CompletableFuture<ReadAnswer> answer) {}

  /// Verifies answers, beside the threads of the wire and of the readers.
  private static final Executor ADMISSION = task -> Thread.ofVirtual().start(task);

  private final Origin origin;
  private final DatanodePool datanodes;
  private final GrantedExtent granted;
  private final Extent extent;
  private final long position;
  private final int length;
  private final SliceCheck check;

  /// Where the slices asked for begin, and how many bytes they are.
  private final long sliceStart;

  private final int sliceBytes;
  private final List<Integer> order;
  private final StringBuilder tried = new StringBuilder();
  private int next;

  /// Not answered as far as is known: one, or more if the first are slow.
  private final List<Attempt> asked = new ArrayList<>(2);

  private long askedNanos;
  private boolean outdated;
  private boolean refused;
  private boolean closed;

  /// Whether the slices were claimed, and are to be brought into the cache.
  private final AtomicBoolean claimed;

  /// @param claimed whether its slices were claimed, and are to be brought into the cache
  ReplicaRead(Origin origin, GrantedExtent granted, long position, int length, boolean claimed) {
    int sliceSize = origin.sliceSize();
    this.origin = origin;
    this.datanodes = origin.datanodes();
    this.claimed = new AtomicBoolean(claimed);
    this.granted = granted;
    this.extent = granted.extent();
    this.position = position;
    this.length = length;
    this.sliceStart = position / sliceSize * sliceSize;
    long end = (position + length + sliceSize - 1) / sliceSize * sliceSize;
    this.sliceBytes = (int) (end - sliceStart);
    this.check = new SliceCheck(origin, extent, sliceStart, sliceBytes);
    this.order = new ArrayList<>(datanodes.readOrder(extent.replicas()));
    // those without a ticket are disabled, or were not heard of for long
    order.sort(Comparator.comparing(replica -> granted.tickets().get(replica).isVoid()));
    if (!order.isEmpty()) {
      ask();
    } else {
      giveUpClaims();
    }
  }

  long position() {
    return position;
  }

  int length() {
    return length;
  }

  private void ask() {
    int replica = order.get(next++);
    Replica at = extent.replicas().get(replica);
    long block = sliceStart / origin.blockSize();
    int offset = (int) (sliceStart % origin.blockSize());
    long now = System.nanoTime();
    askedNanos = now;
    CompletableFuture<ReadAnswer> answer =
        datanodes
            .connection(at.datanode())
            .thenCompose(connection ->
                from(
                    connection,
                    granted.tickets().get(replica),
                    at.firstBlock() + block - extent.index(),
                    offset))
            .whenComplete((got, error) -> {
              if (error != null) {
                giveUpClaims();
              } else {
                datanodes.readPace().answered(System.nanoTime() - now);
              }
            });
    asked.add(new Attempt(at.datanode(), answer));
  }

  /// The bytes from a datanode: from its files if they can be read here, else it sends them.
  private CompletableFuture<ReadAnswer> from(
      DatanodeConnection connection, Ticket ticket, long block, int offset) {
    Optional<LocalFiles> local = connection.localFiles();
    if (local.isEmpty() || sliceBytes < LocalFiles.LEAST_BYTES) {
      return sent(connection, ticket, block, offset);
    }
    LocalFiles files = local.get();
    return connection
        .locate(ticket, block, offset, sliceBytes)
        .thenCompose(place ->
            CompletableFuture.supplyAsync(() -> admit(files.read(place, sliceBytes)), ADMISSION)
                .whenComplete((got, error) -> {
                  if (error == null) {
                    files.right();
                  } else {
                    files.wrong(error);
                  }
                })
                .exceptionallyCompose(error -> sent(connection, ticket, block, offset)));
  }

  private CompletableFuture<ReadAnswer> sent(
      DatanodeConnection connection, Ticket ticket, long block, int offset) {
    return connection
        .read(ticket, block, offset, sliceBytes)
        .thenApplyAsync(this::admit, ADMISSION);
  }

  /// Verifies an answer as soon as it comes, whether its reader is ready for it or not: others may
  /// wait for the slices too.
  private ReadAnswer admit(ReadAnswer got) {
    try {
      if (got.status() != FsStatus.OK) {
        throw new FsException(got.status(), got.message());
      }
      check.verify(got);
      if (claimed.getAndSet(false)) {
        int available = got.data().length();
        int sliceSize = origin.sliceSize();
        for (int from = 0; from < sliceBytes; from += sliceSize) {
          int start = from;
          int bytes = Math.max(0, Math.min(sliceSize, available - from));
          origin
              .cache()
              .fill(
                  origin.key(extent, sliceStart + from),
                  bytes,
                  frame -> copy(got, start, bytes, frame));
        }
      }
      return got;
    } catch (RuntimeException e) {
      got.data().release();
      throw e;
    }
  }

  private void giveUpClaims() {
    if (claimed.getAndSet(false)) {
      for (int from = 0; from < sliceBytes; from += origin.sliceSize()) {
        origin.cache().giveUp(origin.key(extent, sliceStart + from));
      }
    }
  }

  /// Waits for the bytes and puts all of them into `target`.
  ///
  /// @return false if no copy could be read; `target` is as it was then
  boolean copyTo(ByteBuffer target) {
    while (!asked.isEmpty()) {
      Attempt attempt = firstToAnswer();
      asked.remove(attempt);
      DatanodeId datanode = attempt.datanode();
      try {
        ReadAnswer got = Waiting.on(attempt.answer());
        asked.forEach(slower -> datanodes.reportSlow(slower.datanode()));
        try {
          deliver(got, target);
          return true;
        } finally {
          got.data().release();
        }
      } catch (FsException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        switch (e.status()) {
          case ESTALEBLOCK -> outdated = true;
          case ETICKET -> {
            outdated = true;
            refused = true;
          }
          default -> datanodes.reportFailure(datanode, e);
        }
        tried
            .append(tried.isEmpty() ? "" : "; ")
            .append(datanode)
            .append(": ")
            .append(e.getMessage());
        if (asked.isEmpty() && next < order.size()) {
          ask();
        }
      }
    }
    return false;
  }

  /// Whether a copy could not be read because it was asked for with an old block list.
  boolean isOutdated() {
    return outdated;
  }

  /// Whether a datanode did not take its ticket.
  boolean isRefused() {
    return refused;
  }

  /// Which copies were tried, and what became of that; empty if there are none.
  String tried() {
    return tried.toString();
  }

  /// Why no copy could be read.
  FsException failure() {
    return new FsException(
        outdated ? FsStatus.ESTALE : FsStatus.EIO,
        origin.inode()
            + ": bytes "
            + position
            + " to "
            + (position + length)
            + " cannot be read from any copy ("
            + (tried.isEmpty() ? "none is left" : tried)
            + ")");
  }

  /// Waits for an answer; asks one more copy each time that takes longer than reads usually do.
  private Attempt firstToAnswer() {
    ReadPace pace = datanodes.readPace();
    while (next < order.size()) {
      long patience = askedNanos + pace.patienceNanos() - System.nanoTime();
      if (Waiting.isDone(anyAnswer(), patience) || !pace.mayHedge()) {
        break;
      }
      ask();
    }
    return asked.size() == 1 ? asked.get(0) : Waiting.on(anyAnswer());
  }

  /// The attempt that ends first, well or not.
  private CompletableFuture<Attempt> anyAnswer() {
    CompletableFuture<Attempt> first = new CompletableFuture<>();
    for (Attempt attempt : asked) {
      var unused = attempt.answer().whenComplete((got, error) -> first.complete(attempt));
    }
    return first;
  }

  /// Copies the bytes wanted; what the datanode does not have is zero.
  private void deliver(ReadAnswer got, ByteBuffer target) {
    int skip = (int) (position - sliceStart);
    int present = Math.max(0, Math.min(length, got.data().length() - skip));
    copy(got, skip, present, target);
    FileContent.zero(target, length - present);
  }

  private static void copy(ReadAnswer got, int from, int count, ByteBuffer target) {
    int left = count;
    int toSkip = from;
    for (ByteBuffer buffer : got.data().buffers()) {
      int skipped = Math.min(toSkip, buffer.remaining());
      toSkip -= skipped;
      int taken = Math.min(left, buffer.remaining() - skipped);
      target.put(buffer.slice(buffer.position() + skipped, taken));
      left -= taken;
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (Attempt attempt : asked) {
      var unused = attempt.answer().thenAccept(got -> got.data().release());
    }
    asked.clear();
  }
}
