package io.plasmafs.webdav.lock;

import io.plasmafs.client.Namespace;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.WriteLocks;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.webdav.header.IfHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The locks as other doors heed them. Where nobody holds one, which is the rule, a change costs
/// one look at the directory of locks.
public final class LocksForOthers implements WriteLocks {
  /// More changes are held against all locks at once.
  private static final int ONE_BY_ONE = 8;

  private final LockTable table;

  /// Heeds the locks of this table.
  public LocksForOthers(LockTable table) {
    this.table = table;
  }

  @Override
  public List<Operation> admit(Namespace view, List<Change> changes, Optional<String> submitted) {
    if (changes.isEmpty()) {
      return List.of();
    }
    LockGuard guard = new LockGuard(table, IfHeader.parse(submitted).tokens());
    try {
      return changes.size() <= ONE_BY_ONE
          ? eachOnItsWay(guard, view, changes)
          : allAtOnce(guard, view, changes);
    } catch (LockedException e) {
      throw locked(e);
    }
  }

  /// Holds the commit to the locks on the way to each path. Those within a tree are looked at now
  /// and not required to stay away: a transaction that is open for minutes would fail with every
  /// lock that somebody takes anywhere.
  private List<Operation> eachOnItsWay(LockGuard guard, Namespace view, List<Change> changes) {
    if (LockTable.isEmpty(view)) {
      return changes.stream()
          .flatMap(change -> LockTable.noneOnTheWay(change.path()).stream())
          .toList();
    }
    if (changes.stream().anyMatch(Change::tree)) {
      LockTable.Snapshot snapshot = table.all(view);
      changes.stream()
          .filter(Change::tree)
          .forEach(change -> guard.admit(snapshot, change.path(), true));
    }
    List<Operation> requirements = new ArrayList<>();
    for (Change change : changes) {
      FsPath path = change.path();
      LockTable.Look look = table.look(view, path, List.of(path));
      boolean membership = change.tree() || look.more().get(0).isEmpty();
      requirements.addAll(guard.admit(look.locks(), path, membership));
    }
    return requirements;
  }

  /// Holds the commit to the locks as a whole.
  private List<Operation> allAtOnce(LockGuard guard, Namespace view, List<Change> changes) {
    LockTable.Snapshot snapshot = table.all(view);
    if (!snapshot.locks().isEmpty()) {
      changes.forEach(change -> guard.admit(snapshot, change.path(), change.tree()));
    }
    return snapshot.requirements();
  }

  private static Problem locked(LockedException e) {
    List<JsonObject> locks =
        e.locks().stream()
            .map(lock ->
                new JsonObject()
                    .put("path", lock.root().toString())
                    .put("user", lock.user())
                    .put("exclusive", lock.exclusive())
                    .put("depth", lock.depth().text())
                    .put("until", lock.expires().toString()))
            .toList();
    return Problem.of(423, "locked", "somebody holds a lock", String.valueOf(e.getMessage()))
        .with("locks", locks);
  }
}
