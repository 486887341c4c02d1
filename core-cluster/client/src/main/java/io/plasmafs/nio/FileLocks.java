package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Operation.CreateMode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Locks on files that hold in the whole cluster.
///
/// A lock is an open transaction that has created the name `.plasma-lock-N` (N: the inode) beside
/// the file. It is never committed, so nobody sees the name; but whoever else tries to create it
/// conflicts, and so has not got the lock. When the process goes away its transactions are aborted,
/// and with them its locks.
///
/// A lock is on the whole file, whatever range is asked for, and exclusive. It needs the permission
/// to create a file in the directory, and holds among those who reach the file through one
/// directory.
final class FileLocks {
  /// After so long without a sign of life from the holder the lock is gone.
  private static final Duration LEASE = Duration.ofSeconds(60);

  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(15);

  private static final Duration RETRY = Duration.ofMillis(20);

  private final Namespace namespace;

  /// Guarded by itself.
  private final Map<InodeId, Held> held = new HashMap<>();

  FileLocks(Namespace namespace) {
    this.namespace = namespace;
  }

  /// Locks a file, or returns nothing if somebody else has the lock.
  ///
  /// @param path of the file, without symbolic links
  /// @throws OverlappingFileLockException if this file system has the lock already
  Optional<FileLock> tryLock(
      FileChannel channel, InodeId inode, FsPath path, long position, long size) {
    PlasmaClient client =
        switch (namespace) {
          case PlasmaClient itself -> itself;
          case Transaction within ->
              throw new UnsupportedOperationException(
                  "files cannot be locked in a transaction: what it changes is its own already");
        };
    synchronized (held) {
      Held before = held.get(inode);
      if (before != null && before.isValid()) {
        throw new OverlappingFileLockException();
      }
      Transaction holder = client.begin(Optional.empty(), LEASE);
      try {
        Object unused =
            holder.create(
                path.parent().resolve(Name.of(".plasma-lock-" + inode.value())),
                CreateMode.EXCLUSIVE,
                0600,
                0);
      } catch (FsException e) {
        holder.abort();
        if (e.status() == FsStatus.ECONFLICT) {
          return Optional.empty();
        }
        throw e;
      }
      Held lock = new Held(channel, position, size, inode, holder);
      held.put(inode, lock);
      lock.keepAlive();
      return Optional.of(lock);
    }
  }

  /// Locks a file as soon as nobody else has the lock.
  FileLock lock(FileChannel channel, InodeId inode, FsPath path, long position, long size)
      throws IOException {
    while (true) {
      Optional<FileLock> lock = tryLock(channel, inode, path, position, size);
      if (lock.isPresent()) {
        return lock.get();
      }
      try {
        Thread.sleep(RETRY);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.nio.channels.FileLockInterruptionException();
      }
    }
  }

  /// Lets go of the lock of a channel that is being closed, if it has one.
  void release(FileChannel channel) {
    for (Held lock : all()) {
      if (lock.acquiredBy().equals(channel)) {
        lock.release();
      }
    }
  }

  void releaseAll() {
    all().forEach(Held::release);
  }

  private List<Held> all() {
    synchronized (held) {
      return List.copyOf(held.values());
    }
  }

  private final class Held extends FileLock {
    private final InodeId inode;
    private final Transaction holder;
    private final Thread heart;

    Held(FileChannel channel, long position, long size, InodeId inode, Transaction holder) {
      super(channel, position, size, false);
      this.inode = inode;
      this.holder = holder;
      this.heart = Thread.ofVirtual().name("lock on " + inode).unstarted(this::beat);
    }

    void keepAlive() {
      heart.start();
    }

    private void beat() {
      try {
        while (isValid()) {
          Thread.sleep(SIGN_OF_LIFE);
          Object unused = holder.versions(List.of());
        }
      } catch (InterruptedException e) {
        // Released.
        return;
      } catch (FsException e) {
        // The transaction has ended, and the lock with it: isValid() says so.
        return;
      }
    }

    /// Whether it holds still: a lost connection to the coordinator ends it.
    @Override
    public boolean isValid() {
      return holder.isOpen();
    }

    @Override
    public void release() {
      synchronized (held) {
        boolean unused = held.remove(inode, this);
      }
      holder.abort();
      heart.interrupt();
    }
  }
}
