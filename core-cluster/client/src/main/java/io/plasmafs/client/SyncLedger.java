package io.plasmafs.client;

import io.plasmafs.client.wire.DatanodePool;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Ticket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// What a transaction has written to datanodes and not yet had synced, by datanode. Before the
/// commit all of it is synced: one call for thousands of runs of any number of files, all datanodes
/// side by side. When much has gathered a part is synced in advance, so that the commit of a large
/// transaction does not wait for all of its bytes, and no ticket grows old.
final class SyncLedger {
  /// Most tickets in one call.
  private static final int CALL = 4096;

  /// So many bytes are synced in advance.
  private static final long EARLY_BYTES = 256L << 20;

  private final DatanodePool datanodes;
  private final int blockSize;

  // Guarded by this.
  private Map<DatanodeId, List<Ticket>> unsynced = new HashMap<>();
  private long bytes;
  private CompletableFuture<Void> early = CompletableFuture.completedFuture(null);

  SyncLedger(DatanodePool datanodes, int blockSize) {
    this.datanodes = datanodes;
    this.blockSize = blockSize;
  }

  /// Notes a run that all its replicas have in memory.
  synchronized void add(GrantedExtent written) {
    for (int i = 0; i < written.tickets().size(); i++) {
      DatanodeId datanode = written.extent().replicas().get(i).datanode();
      unsynced.computeIfAbsent(datanode, id -> new ArrayList<>()).add(written.tickets().get(i));
    }
    bytes += (long) written.extent().count() * blockSize;
    if (bytes >= EARLY_BYTES && early.isDone()) {
      early = early.thenCombine(syncNow(), (a, b) -> null);
    }
  }

  /// Forgets a run that was written again elsewhere.
  synchronized void remove(GrantedExtent replaced) {
    for (int i = 0; i < replaced.tickets().size(); i++) {
      List<Ticket> tickets = unsynced.get(replaced.extent().replicas().get(i).datanode());
      if (tickets != null) {
        tickets.remove(replaced.tickets().get(i));
      }
    }
  }

  /// Syncs everything noted so far; what fails was perhaps not stored.
  CompletableFuture<Void> sync() {
    synchronized (this) {
      early = early.thenCombine(syncNow(), (a, b) -> null);
      return early;
    }
  }

  private CompletableFuture<Void> syncNow() {
    Map<DatanodeId, List<Ticket>> all = unsynced;
    unsynced = new HashMap<>();
    bytes = 0;
    List<CompletableFuture<Void>> calls = new ArrayList<>();
    all.forEach((datanode, noted) -> {
      List<Ticket> tickets = List.copyOf(noted);
      for (int from = 0; from < tickets.size(); from += CALL) {
        List<Ticket> part = tickets.subList(from, Math.min(tickets.size(), from + CALL));
        calls.add(
            datanodes
                .connection(datanode)
                .thenCompose(connection -> connection.sync(part))
                .handle((done, error) -> {
                  if (error != null) {
                    datanodes.reportFailure(datanode, error);
                    throw new FsException(
                        FsStatus.EIO,
                        datanode
                            + " could not make stable what was written to it: "
                            + Waiting.failure(error).getMessage(),
                        error);
                  }
                  return null;
                }));
      }
    });
    return CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new));
  }
}
