package io.plasmafs.http.transactions;

import io.plasmafs.client.Transaction;
import io.plasmafs.http.exchange.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A transaction that clients of HTTP hold by its id.
///
/// ```
/// OPEN ──commit──> COMMITTING ──> COMMITTED
///   │                   └───────> OPEN, if nothing happened and it can be tried again
///   │                   └───────> ABORTED
///   ├──abort──> ABORTED
///   └──lease──> EXPIRED
/// ```
///
/// It lives as long as requests use it, and for its lease after the last one. A commit needs it for
/// itself. What a request has done in part, because it broke off, spoils the transaction: it can be
/// committed only when that was done anew.
final class OpenTransaction {
  /// How far it came.
  enum State {
    OPEN,
    COMMITTING,
    COMMITTED,
    ABORTED,
    EXPIRED
  }

  /// What is known about it at a moment.
  record Snapshot(
      State state,
      long commit,
      Duration lease,
      Duration left,
      int requests,
      long operations,
      long bytes,
      Map<String, String> spoilt) {}

  private static final int MAX_SPOILT = 100;

  private final String id;
  private final Transaction transaction;

  // Guarded by this.
  private State state = State.OPEN;
  private Duration lease;
  private long usedNanos = System.nanoTime();
  private int requests;
  private long operations;
  private long bytes;
  private long commit;
  private final Map<String, String> spoilt = new LinkedHashMap<>();

  OpenTransaction(String id, Transaction transaction, Duration lease) {
    this.id = id;
    this.transaction = transaction;
    this.lease = lease;
  }

  String id() {
    return id;
  }

  Transaction transaction() {
    return transaction;
  }

  /// A request begins to use it.
  ///
  /// @throws Problem 410 if it has ended, 409 while it is being committed
  synchronized void enter() {
    checkOpen();
    requests++;
  }

  /// A request has used it.
  synchronized void leave() {
    requests--;
    usedNanos = System.nanoTime();
  }

  /// So many operations were run.
  synchronized void count(long more) {
    operations += more;
  }

  /// So many bytes were taken into files.
  synchronized void countBytes(long more) {
    bytes += more;
  }

  /// Something was done in part.
  synchronized void spoil(String what, String why) {
    if (spoilt.size() < MAX_SPOILT || spoilt.containsKey(what)) {
      spoilt.put(what, why);
    }
  }

  /// It was done anew, all of it.
  synchronized void repaired(String what) {
    spoilt.remove(what);
  }

  /// Prolongs it.
  synchronized void renew(Duration newLease) {
    checkOpen();
    lease = newLease;
    usedNanos = System.nanoTime();
  }

  /// Begins a commit, for which nobody else may use it.
  ///
  /// @throws Problem 409 if somebody does, or something was done in part
  synchronized void beginCommit() {
    checkOpen();
    if (requests > 0) {
      throw Problem.of(
          409,
          "in-use",
          "the transaction is in use",
          requests + " requests of transaction " + id + " are under way: let them end first");
    }
    if (!spoilt.isEmpty()) {
      throw Problem.of(
              409,
              "spoilt",
              "the transaction is incomplete",
              "requests broke off half-way: "
                  + spoilt.keySet()
                  + "; repeat them, or abort the transaction")
          .with("incomplete", List.copyOf(spoilt.keySet()));
    }
    state = State.COMMITTING;
  }

  synchronized void committed(long sequence) {
    state = State.COMMITTED;
    commit = sequence;
    usedNanos = System.nanoTime();
  }

  /// The commit did not happen.
  synchronized void commitFailed() {
    state = transaction.isOpen() ? State.OPEN : State.ABORTED;
    usedNanos = System.nanoTime();
  }

  /// Whether this call ended it.
  synchronized boolean abort() {
    if (state != State.OPEN) {
      return false;
    }
    state = State.ABORTED;
    usedNanos = System.nanoTime();
    return true;
  }

  /// Whether its lease has run out, so that this call ended it.
  synchronized boolean expire(long nowNanos) {
    if (state != State.OPEN || requests > 0 || nowNanos - usedNanos <= lease.toNanos()) {
      return false;
    }
    state = State.EXPIRED;
    usedNanos = nowNanos;
    return true;
  }

  /// Whether it ended longer ago than `memory`.
  synchronized boolean isForgotten(long nowNanos, Duration memory) {
    return switch (state) {
      case OPEN, COMMITTING -> false;
      case COMMITTED, ABORTED, EXPIRED -> nowNanos - usedNanos > memory.toNanos();
    };
  }

  synchronized boolean isLive() {
    return state == State.OPEN || state == State.COMMITTING;
  }

  synchronized Snapshot snapshot() {
    Duration left =
        requests > 0
            ? lease
            : Duration.ofNanos(Math.max(0, lease.toNanos() - (System.nanoTime() - usedNanos)));
    return new Snapshot(
        state, commit, lease, left, requests, operations, bytes, Map.copyOf(spoilt));
  }

  private void checkOpen() {
    if (state == State.OPEN && !transaction.isOpen()) {
      // The connection was lost, or the namenode has given it up.
      state = State.ABORTED;
    }
    switch (state) {
      case OPEN -> {}
      case COMMITTING ->
          throw Problem.of(409, "in-use", "the transaction is in use", id + " is being committed");
      case COMMITTED -> throw ended("was committed as number " + commit);
      case ABORTED -> throw ended("was aborted");
      case EXPIRED ->
          throw ended("was not used for " + lease.toSeconds() + " seconds, so it was aborted");
    }
  }

  private Problem ended(String how) {
    return Problem.of(410, "transaction-ended", "the transaction has ended", id + " " + how);
  }
}
