package io.plasmafs.webdav.lock;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Lets a change through only if whoever asks submitted the tokens of all locks in the way, and
/// holds the commit to what it saw.
public final class LockGuard {
  private final LockTable table;
  private final Set<String> submitted;

  /// @param submitted the tokens that came with the request
  public LockGuard(LockTable table, Set<String> submitted) {
    this.table = table;
    this.submitted = Set.copyOf(submitted);
  }

  /// Lets the content or the properties of `path` be changed.
  ///
  /// @throws LockedException if a lock is in the way
  public void change(Transaction transaction, FsPath path) {
    check(transaction, path, false);
  }

  /// Lets the name `path` be made: its directory gets a member.
  ///
  /// @throws LockedException if a lock is in the way
  public void create(Transaction transaction, FsPath path) {
    check(transaction, path, true);
  }

  /// Lets `path` and all below it be removed, moved or replaced: its directory loses a member.
  /// Locks in it end with it.
  ///
  /// @throws LockedException if a lock is in the way
  public void remove(Transaction transaction, FsPath path) {
    check(transaction, path, true);
    LockTable.Snapshot snapshot = table.all(transaction);
    List<Lock> inTheWay =
        snapshot.within(path).stream().filter(lock -> !isSubmitted(snapshot, lock)).toList();
    if (!inTheWay.isEmpty()) {
      throw new LockedException(inTheWay);
    }
    if (!snapshot.within(path).isEmpty()) {
      table.forget(transaction, snapshot, path);
    }
    LockTable.hold(transaction, snapshot.requirements());
  }

  private boolean isSubmitted(LockTable.Snapshot snapshot, Lock lock) {
    return snapshot.locks().stream()
        .filter(other -> other.root().equals(lock.root()))
        .anyMatch(other -> submitted.contains(other.token()));
  }

  private void check(Transaction transaction, FsPath path, boolean membership) {
    LockTable.hold(transaction, admit(table.onTheWay(transaction, path), path, membership));
  }

  /// Decides about locks that were looked at already.
  ///
  /// @param way from the root to `path`
  /// @param membership whether the directory gets or loses a member
  /// @return what the commit has to be held to
  /// @throws LockedException if a lock is in the way
  public List<Operation> admit(List<LockTable.Found> way, FsPath path, boolean membership) {
    List<Operation> requirements = new ArrayList<>();
    List<Lock> inTheWay = new ArrayList<>();
    for (LockTable.Found one : way) {
      requirements.addAll(one.requirements());
      boolean isParent = membership && !path.isEmpty() && one.path().equals(path.parent());
      List<Lock> covering =
          one.locks().stream().filter(lock -> isParent || lock.covers(path)).toList();
      // Of several shared locks on one path, one is enough (RFC 4918 section 7.1).
      if (covering.stream().noneMatch(lock -> submitted.contains(lock.token()))) {
        inTheWay.addAll(covering);
      }
    }
    if (!inTheWay.isEmpty()) {
      throw new LockedException(inTheWay);
    }
    return requirements;
  }
}
