package io.plasmafs.webdav.lock;

import io.plasmafs.model.FsPath;
import java.util.List;

/// Somebody else's lock is in the way. To be answered with 423.
public final class LockedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Lock> locks;

  /// @param locks what is in the way, at least one
  public LockedException(List<Lock> locks) {
    super(describe(locks.get(0)));
    this.locks = List.copyOf(locks);
  }

  private static String describe(Lock lock) {
    return lock.root()
        + " is locked by "
        + lock.user()
        + (lock.exclusive() ? " (exclusive" : " (shared")
        + ", depth "
        + lock.depth().text()
        + ") until "
        + lock.expires();
  }

  /// The paths whose locks are in the way.
  public List<FsPath> roots() {
    return locks.stream().map(Lock::root).distinct().toList();
  }
}
