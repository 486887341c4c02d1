package io.plasmafs.namenode.engine;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.transaction.Budget;
import io.plasmafs.namenode.transaction.LockTable;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Makes transactions, and knows those that clients have begun, with the limits on their number and
/// memory for each connection and each user. Confined to the engine's thread.
final class OpenTransactions {
  private final EngineLimits limits;
  private final Set<String> superusers;
  private final MetadataCache cache;
  private final LockTable locks;
  private final LongSupplier nanoTime;
  private final Consumer<Transaction> end;
  private final Budget ofAll;
  private final Map<String, Budget> ofUsers = new HashMap<>();
  private final Set<OpenTransaction> open = new HashSet<>();
  private final Map<String, Integer> openByUser = new HashMap<>();
  private long keys;

  /// @param end ends a transaction without effect
  OpenTransactions(
      EngineLimits limits,
      Set<String> superusers,
      MetadataCache cache,
      LockTable locks,
      LongSupplier nanoTime,
      Consumer<Transaction> end) {
    this.limits = limits;
    this.superusers = superusers;
    this.cache = cache;
    this.locks = locks;
    this.nanoTime = nanoTime;
    this.end = end;
    this.ofAll = new Budget("all open transactions", limits.bytesOfTransactions());
  }

  /// Unique within the epoch.
  long newKey() {
    return ++keys;
  }

  int count() {
    return open.size();
  }

  /// A transaction on a connection.
  Transaction make(Session session, Principal principal) {
    if (superusers.contains(principal.user())) {
      return make(principal, List.of(session.budget(), ofAll));
    }
    Budget ofUser =
        ofUsers.computeIfAbsent(
            principal.user(),
            user -> new Budget("the open transactions of user " + user, limits.bytesPerUser()));
    return make(principal, List.of(ofUser, session.budget(), ofAll));
  }

  /// A transaction of the filesystem's own.
  Transaction makeOwn(Principal self) {
    return make(self, List.of(ofAll));
  }

  private Transaction make(Principal principal, List<Budget> budgets) {
    return new Transaction(
        newKey(),
        principal,
        superusers.contains(principal.user()),
        nanoTime.getAsLong(),
        cache,
        locks,
        budgets,
        limits.bytesPerTransaction());
  }

  /// Opens a transaction: the first operation of the compound says how.
  ///
  /// @throws FsException EPERM, ELIMIT
  OpenTransaction begin(Session session, Compound compound) {
    Operation.Begin begin = (Operation.Begin) compound.operations().get(0);
    Principal principal = begin.principal().orElse(session.principal());
    if (!session.actsForOthers() && !principal.equals(session.principal())) {
      throw new FsException(
          FsStatus.EPERM,
          "user " + session.principal().user() + " may not act for user " + principal.user());
    }
    if (session.open().size() >= limits.openPerSession()) {
      throw new FsException(
          FsStatus.ELIMIT,
          limits.openPerSession() + " transactions are open on this connection already");
    }
    int ofUser = openByUser.getOrDefault(principal.user(), 0);
    if (ofUser >= limits.openPerUser() && !superusers.contains(principal.user())) {
      throw new FsException(
          FsStatus.ELIMIT,
          limits.openPerUser() + " transactions of user " + principal.user() + " are open already");
    }
    long idle =
        begin.idleTimeout().isZero()
            ? limits.idleTimeout().toNanos()
            : Math.min(begin.idleTimeout().toNanos(), limits.idleTimeoutMax().toNanos());
    OpenTransaction opened =
        new OpenTransaction(session, compound.transaction(), make(session, principal), idle);
    session.open().put(opened.id, opened);
    open.add(opened);
    openByUser.merge(principal.user(), 1, Integer::sum);
    return opened;
  }

  /// Forgets a transaction, which has ended.
  void close(OpenTransaction ended) {
    if (open.remove(ended)) {
      ended.session.open().remove(ended.id, ended);
      openByUser.computeIfPresent(
          ended.transaction.principal().user(), (user, count) -> count == 1 ? null : count - 1);
    }
  }

  /// A compound of the transaction was answered.
  void rest(OpenTransaction answered) {
    answered.busy = false;
    answered.idleSinceNanos = nanoTime.getAsLong();
    if (answered.session.isClosed() && answered.transaction.state() == Transaction.State.OPEN) {
      abort(answered);
    }
  }

  /// The connection is gone. A transaction that is busy ends when its request does: it may be
  /// committing.
  void closed(Session session) {
    session.close();
    for (OpenTransaction one : List.copyOf(session.open().values())) {
      if (!one.busy) {
        abort(one);
      }
    }
  }

  /// Aborts what was idle for too long. Called at intervals.
  void abortIdle() {
    long now = nanoTime.getAsLong();
    ofUsers
        .entrySet()
        .removeIf(
            user -> user.getValue().usedBytes() == 0 && !openByUser.containsKey(user.getKey()));
    for (OpenTransaction one : List.copyOf(open)) {
      if (!one.busy && now - one.idleSinceNanos > one.idleTimeoutNanos) {
        abort(one);
        one.session.timedOut(one.id);
      }
    }
  }

  private void abort(OpenTransaction one) {
    end.accept(one.transaction);
    close(one);
  }
}
