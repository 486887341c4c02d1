package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The locks of all open transactions. Nobody waits: who comes second is refused with ECONFLICT. A
/// transaction holds its locks until it ends, and never conflicts with itself.
///
/// There are three kinds.
///
/// * **Inode lock**, exclusive: attributes or content of the inode are changed.
/// * **Name lock** on (directory, name), exclusive: the name is being *created* or *removed*.
/// * **Stay lock** on a directory: shared, it *exists* and must neither go away nor move; or
///   exclusive, it is being removed or moved. It stands for the lock *exists* on the directory's
///   only name, and works as well when the directory was reached by its number.
///
/// | Operation                          | inode          | name                     | stay |
/// |------------------------------------|----------------|--------------------------|------|
/// | Create, MakeDirectory, MakeSymlink |                | creating                 | shared: parent |
/// | Create TRUNCATE of a file          | the file       |                          |      |
/// | Create REPLACE of a file           |                | removing                 | shared: parent |
/// | Link                               |                | creating                 | shared: parent |
/// | Unlink                             |                | removing                 | shared: parent |
/// | RemoveDirectory                    |                | removing                 | shared: parent; exclusive: itself |
/// | RemoveTree                         |                | removing: its top        | shared: parent; exclusive: all directories of the tree |
/// | Rename                             |                | removing: old; creating or removing: new | shared: both parents; exclusive: a directory that is replaced |
/// | Rename of a directory              |                | the same                 | also exclusive: itself; shared: all ancestors of the new place, if the parent changes |
/// | SetAttributes                      | the inode      |                          |      |
/// | SetAttributes, times only          |                |                          |      |
/// | SetXattr, RemoveXattr              | the inode      |                          |      |
/// | Allocate, Attach, WriteInline, Punch | the file     |                          |      |
/// | all others                         |                |                          |      |
///
/// Why that is enough:
///
/// * Two creations in one directory share its stay lock and differ in their names. What they change
///   of the directory (number of entries, link count, times) are differences, added when the commit
///   is made, in the order of the commits.
/// * Removing a directory excludes any change in it by others, and the reverse: what was empty when
///   it was looked at is empty at the commit.
/// * A cycle would need two renames, each moving an ancestor of the other's new place. The first
///   one holds the stay lock on all ancestors of its new place, so the second one cannot move them;
///   and the first could not have taken that lock on a directory that the second moves already.
/// * Link counts are differences: link and unlink of one file do not conflict, and the count that
///   results decides whether the inode goes away.
/// * A transaction that writes to a file which another one unlinks goes on: the inode lives until
///   the last transaction using it has ended.
public final class LockTable {
  private final Map<InodeId, Transaction> inodes = new HashMap<>();
  private final Map<EntryKey, NameLock> names = new HashMap<>();
  private final Map<InodeId, StayLock> stays = new HashMap<>();
  private final Map<InodeId, Transaction> doomed = new HashMap<>();

  private record NameLock(Transaction owner, Conflict.Kind kind) {}

  private static final class StayLock {
    final Set<Transaction> sharers = new HashSet<>(4);
    @Nullable Transaction exclusive;
  }

  /// Takes the inode lock.
  void lockInode(Transaction transaction, InodeId inode, FsPath path) {
    Transaction owner = inodes.putIfAbsent(inode, transaction);
    if (owner == null) {
      transaction.acquired(new Held.OfInode(inode));
    } else if (owner != transaction) {
      throw conflict(transaction, owner, Conflict.Kind.INODE_LOCKED, inode, path);
    }
  }

  /// Takes the name lock for creating or removing the name.
  void lockName(Transaction transaction, EntryKey key, Conflict.Kind kind, FsPath path) {
    NameLock lock = names.get(key);
    if (lock == null) {
      names.put(key, new NameLock(transaction, kind));
      transaction.acquired(new Held.OfName(key));
    } else if (lock.owner() != transaction) {
      throw conflict(transaction, lock.owner(), lock.kind(), key.directory(), path);
    }
  }

  /// Takes the stay lock of a directory together with others.
  void shareStay(Transaction transaction, InodeId directory, FsPath path) {
    StayLock lock = stays.computeIfAbsent(directory, d -> new StayLock());
    if (lock.exclusive != null) {
      if (lock.exclusive != transaction) {
        throw conflict(transaction, lock.exclusive, Conflict.Kind.NAME_REMOVING, directory, path);
      }
      return;
    }
    if (lock.sharers.add(transaction)) {
      transaction.acquired(new Held.OfSharedStay(directory));
    }
  }

  /// Takes the stay lock of a directory alone.
  void takeStay(Transaction transaction, InodeId directory, FsPath path) {
    StayLock lock = stays.get(directory);
    if (lock == null) {
      lock = new StayLock();
      stays.put(directory, lock);
    }
    if (lock.exclusive == transaction) {
      return;
    }
    if (lock.exclusive != null) {
      throw conflict(transaction, lock.exclusive, Conflict.Kind.NAME_REMOVING, directory, path);
    }
    for (Transaction other : lock.sharers) {
      if (other != transaction) {
        throw conflict(transaction, other, Conflict.Kind.NAME_EXISTS, directory, path);
      }
    }
    lock.exclusive = transaction;
    transaction.acquired(new Held.OfStay(directory));
  }

  /// A commit on its way deletes the inode: nobody may begin to change it.
  public void doom(Transaction transaction, InodeId inode) {
    doomed.put(inode, transaction);
  }

  /// That commit is published, or was given up.
  public void spare(InodeId inode) {
    doomed.remove(inode);
  }

  /// Fails if a commit on its way deletes the inode.
  void checkNotDoomed(Transaction transaction, InodeId inode, FsPath path) {
    Transaction owner = doomed.isEmpty() ? null : doomed.get(inode);
    if (owner != null && owner != transaction) {
      throw conflict(transaction, owner, Conflict.Kind.INODE_LOCKED, inode, path);
    }
  }

  /// Lets go of one lock.
  void release(Transaction transaction, Held held) {
    switch (held) {
      case Held.OfInode(InodeId inode) -> inodes.remove(inode, transaction);
      case Held.OfName(EntryKey key) -> names.remove(key);
      case Held.OfSharedStay(InodeId directory) -> {
        StayLock lock = stays.get(directory);
        if (lock != null) {
          lock.sharers.remove(transaction);
          forgetIfFree(directory, lock);
        }
      }
      case Held.OfStay(InodeId directory) -> {
        StayLock lock = stays.get(directory);
        if (lock != null) {
          lock.exclusive = null;
          forgetIfFree(directory, lock);
        }
      }
    }
  }

  /// How many locks there are, shared ones counted once.
  public int size() {
    return inodes.size() + names.size() + stays.size() + doomed.size();
  }

  private void forgetIfFree(InodeId directory, StayLock lock) {
    if (lock.exclusive == null && lock.sharers.isEmpty()) {
      stays.remove(directory);
    }
  }

  private static FsException conflict(
      Transaction loser, Transaction winner, Conflict.Kind kind, InodeId inode, FsPath path) {
    long ageMillis = winner.ageMillis(loser.now());
    String what =
        switch (kind) {
          case INODE_LOCKED -> "is being changed";
          case NAME_EXISTS -> "is needed";
          case NAME_CREATING -> "is being created";
          case NAME_REMOVING -> "is being removed or moved";
          case CHANGED, VERSION, CONTENT_VERSION, PRESENT, ABSENT ->
              throw new IllegalArgumentException(kind + " is no lock");
        };
    return new FsException(
        FsStatus.ECONFLICT,
        path
            + " ("
            + inode
            + ") "
            + what
            + " by a transaction of user "
            + winner.principal().user()
            + " that began "
            + ageMillis
            + " ms ago",
        List.of(new Conflict(kind, inode, path, 0, 0, winner.principal().user(), ageMillis)));
  }

  /// A lock that a transaction holds.
  sealed interface Held {
    record OfInode(InodeId inode) implements Held {}

    record OfName(EntryKey key) implements Held {}

    record OfSharedStay(InodeId directory) implements Held {}

    record OfStay(InodeId directory) implements Held {}
  }
}
