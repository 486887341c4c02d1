package io.plasmafs.client;

import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Ticket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/// What a transaction has written to datanodes and not yet had synced. Before the commit all of it
/// is synced: one call for thousands of runs of any number of files, all datanodes side by side.
/// When much has gathered a part is synced in advance, so that the commit of a large transaction
/// does not wait for all of its bytes, and no ticket grows old.
final class SyncLedger {
  /// Most tickets in one call.
  private static final int CALL = 4096;

  /// So many bytes are synced in advance.
  private static final long EARLY_BYTES = 256L << 20;

  /// A run that all its replicas have in memory.
  record Written(InodeId inode, GrantedExtent run) {}

  /// What a sync has found to be lost.
  ///
  /// @param gone datanodes that are not to be used again; others have been restarted only, and what
  ///   was sent to them before may be gone
  /// @param runs of which a replica is perhaps not stable
  /// @param reason what the first datanode said, or empty
  record Lost(Set<DatanodeId> gone, List<Written> runs, String reason) {
    static final Lost NOTHING = new Lost(Set.of(), List.of(), "");

    boolean isEmpty() {
      return runs.isEmpty();
    }

    Lost and(Lost other) {
      if (isEmpty() || other.isEmpty()) {
        return isEmpty() ? other : this;
      }
      Set<DatanodeId> both = new HashSet<>(gone);
      both.addAll(other.gone);
      List<Written> all = new ArrayList<>(runs);
      all.addAll(other.runs);
      return new Lost(both, all, reason);
    }
  }

  private final DatanodePool datanodes;
  private final int blockSize;

  // Guarded by this.
  private List<Written> unsynced = new ArrayList<>();
  private long bytes;
  private CompletableFuture<Lost> early = CompletableFuture.completedFuture(Lost.NOTHING);

  SyncLedger(DatanodePool datanodes, int blockSize) {
    this.datanodes = datanodes;
    this.blockSize = blockSize;
  }

  /// Notes a run that all its replicas have in memory.
  synchronized void add(InodeId inode, GrantedExtent written) {
    unsynced.add(new Written(inode, written));
    bytes += (long) written.extent().count() * blockSize;
    if (bytes >= EARLY_BYTES && early.isDone()) {
      early = early.thenCombine(syncNow(), Lost::and);
    }
  }

  /// Forgets a run that was written again elsewhere.
  synchronized void remove(InodeId inode, Extent run) {
    unsynced.removeIf(written ->
        written.inode().equals(inode)
            && written.run().extent().generation() == run.generation()
            && written.run().extent().index() == run.index());
  }

  /// Syncs everything noted so far, and tells what was perhaps not stored.
  CompletableFuture<Lost> sync() {
    synchronized (this) {
      CompletableFuture<Lost> all = early.thenCombine(syncNow(), Lost::and);
      early = CompletableFuture.completedFuture(Lost.NOTHING);
      return all;
    }
  }

  private CompletableFuture<Lost> syncNow() {
    List<Written> all = unsynced;
    unsynced = new ArrayList<>();
    bytes = 0;
    Map<DatanodeId, List<Ticket>> byDatanode = new HashMap<>();
    for (Written written : all) {
      GrantedExtent run = written.run();
      for (int i = 0; i < run.tickets().size(); i++) {
        byDatanode
            .computeIfAbsent(run.extent().replicas().get(i).datanode(), id -> new ArrayList<>())
            .add(run.tickets().get(i));
      }
    }
    CompletableFuture<Map<DatanodeId, FsException>> failures =
        CompletableFuture.completedFuture(Map.of());
    for (Map.Entry<DatanodeId, List<Ticket>> entry : byDatanode.entrySet()) {
      failures = failures.thenCombine(sync(entry.getKey(), entry.getValue()), SyncLedger::merged);
    }
    return failures.thenApply(failed -> lost(all, failed));
  }

  /// Syncs on one datanode; the answer is empty, or has the datanode and why it failed.
  private CompletableFuture<Map<DatanodeId, FsException>> sync(
      DatanodeId datanode, List<Ticket> tickets) {
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    for (int from = 0; from < tickets.size(); from += CALL) {
      List<Ticket> part = tickets.subList(from, Math.min(tickets.size(), from + CALL));
      calls.add(datanodes.connection(datanode).thenCompose(connection -> connection.sync(part)));
    }
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
        .handle(
            (done, error) -> error == null ? Map.of() : Map.of(datanode, Waiting.failure(error)));
  }

  private static Map<DatanodeId, FsException> merged(
      Map<DatanodeId, FsException> one, Map<DatanodeId, FsException> other) {
    Map<DatanodeId, FsException> both = new HashMap<>(one);
    both.putAll(other);
    return both;
  }

  private Lost lost(List<Written> all, Map<DatanodeId, FsException> failed) {
    if (failed.isEmpty()) {
      return Lost.NOTHING;
    }
    Set<DatanodeId> gone = new HashSet<>();
    List<String> reasons = new ArrayList<>();
    failed.forEach((datanode, failure) -> {
      if (failure.status() != FsStatus.ETICKET) {
        datanodes.reportFailure(datanode, failure);
        gone.add(datanode);
      }
      reasons.add(
          datanode + " could not make stable what was written to it: " + failure.getMessage());
    });
    List<Written> runs =
        all.stream()
            .filter(written ->
                written.run().extent().replicas().stream()
                    .anyMatch(replica -> failed.containsKey(replica.datanode())))
            .toList();
    return new Lost(gone, runs, String.join("; ", reasons));
  }
}
