package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.transaction.Rows;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a transaction required, held against the committed state at the moment of its commit: its
/// own changes do not count.
public final class Preconditions {
  private static final int MOST_REPORTED = 256;

  private Preconditions() {}

  /// Fails with ECONFLICT, and all that does not hold, if anything does not.
  ///
  /// @throws io.plasmafs.namenode.transaction.Missing if something is not in memory
  public static void check(Transaction transaction, Rows committed, Rules rules) {
    List<Conflict> conflicts = new ArrayList<>();
    for (Transaction.Precondition precondition : transaction.preconditions()) {
      Conflict conflict = check(transaction, committed, rules, precondition.require());
      if (conflict != null && conflicts.size() < MOST_REPORTED) {
        conflicts.add(conflict);
      }
    }
    if (!conflicts.isEmpty()) {
      Conflict first = conflicts.get(0);
      throw new FsException(
          FsStatus.ECONFLICT,
          conflicts.size()
              + " of the transaction's preconditions do not hold; the first: "
              + first.path()
              + " ("
              + first.inode()
              + "), "
              + first.kind()
              + ", expected "
              + first.expected()
              + ", found "
              + first.found(),
          conflicts);
    }
  }

  private static @Nullable Conflict check(
      Transaction transaction, Rows committed, Rules rules, Operation.Require require) {
    InodeRecord found = find(transaction, committed, rules, require.where());
    if (require.kind() == Operation.Requirement.ABSENT) {
      return found == null
          ? null
          : conflict(Conflict.Kind.PRESENT, found.id(), require, found.version());
    }
    boolean expectsInode = !require.inode().equals(InodeId.NONE);
    if (found == null || (expectsInode && !found.id().equals(require.inode()))) {
      return conflict(
          Conflict.Kind.ABSENT, found == null ? require.inode() : found.id(), require, 0);
    }
    return switch (require.kind()) {
      case PRESENT -> null;
      case VERSION ->
          found.version() == require.value()
              ? null
              : conflict(Conflict.Kind.VERSION, found.id(), require, found.version());
      case CONTENT_VERSION ->
          found.contentVersion() == require.value()
              ? null
              : conflict(
                  Conflict.Kind.CONTENT_VERSION, found.id(), require, found.contentVersion());
      case ABSENT -> throw new AssertionError("handled above");
    };
  }

  private static @Nullable InodeRecord find(
      Transaction transaction, Rows committed, Rules rules, Location where) {
    InodeId base =
        where.base() instanceof Location.Base.Inode(InodeId inode) ? inode : InodeId.ROOT;
    InodeRecord start = committed.inode(base);
    if (start == null || start.nlink() == 0) {
      return null;
    }
    Access access = new Access(transaction.principal(), transaction.isSuperuser());
    try {
      return new PathWalk(committed, access, rules.symlinksPerPath(), where.path())
          .from(start, false)
          .child();
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT || e.status() == FsStatus.ENOTDIR) {
        return null;
      }
      throw e;
    }
  }

  private static Conflict conflict(
      Conflict.Kind kind, InodeId inode, Operation.Require require, long found) {
    return new Conflict(kind, inode, require.where().path(), require.value(), found, "", -1);
  }
}
