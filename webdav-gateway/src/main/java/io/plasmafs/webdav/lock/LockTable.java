package io.plasmafs.webdav.lock;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Outcome;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All locks of the cluster. Those of one path are one small file in [#DIRECTORY], whose name is
/// the SHA-256 of the path.
///
/// **Fencing.** The inode of that file stands for the locks in it: taking or giving up a lock makes
/// a new inode, or none; only a refresh keeps it. Who looked at the locks of a path requires,
/// inside the commit, that the path still has the inode it saw, or still has no file: a write whose
/// lock ran out and was taken by another can never commit, through whichever gateway. Who looked at
/// a whole tree requires that the directory of locks has not changed at all.
///
/// **Open transactions.** Within one, a file that it has changed itself has no committed state to
/// be held to, and one that was there stays when its locks are given up, without any in it: the
/// commit still finds what the transaction first saw.
///
/// Times are those of this gateway's clock: clocks of gateways should agree to a second or so.
public final class LockTable {
  /// Where locks are kept.
  public static final FsPath DIRECTORY = FsPath.of("/.plasma/locks");

  /// Locked paths in the whole cluster, at most.
  public static final int MAX_PATHS = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(LockTable.class);
  private static final int BATCH = 500;

  /// Files of locks from which on it is worth looking for those that have run out.
  private static final int MANY = 100;

  private static final Duration BETWEEN_SWEEPS = Duration.ofMinutes(1);

  private final InstantSource clock;
  private final boolean withinTransaction;
  private final AtomicLong nextSweepMillis = new AtomicLong(Long.MIN_VALUE);

  /// A view of the locks by this clock.
  ///
  /// @param withinTransaction whether what it looks at are open transactions
  public LockTable(InstantSource clock, boolean withinTransaction) {
    this.clock = clock;
    this.withinTransaction = withinTransaction;
  }

  /// What was found at one path.
  ///
  /// @param file the inode that stands for the locks; absent if the path has none
  /// @param own whether the transaction that looks has changed it itself
  /// @param locks those alive; may be empty even if there is a file
  public record Found(FsPath path, Optional<InodeId> file, boolean own, List<Lock> locks) {
    public Found {
      locks = List.copyOf(locks);
    }

    /// Holds the commit to what was found.
    public List<Operation> requirements() {
      return own
          ? List.of()
          : List.of(
              new Operation.Require(
                  Location.of(fileOf(path)),
                  file.isPresent() ? Requirement.PRESENT : Requirement.ABSENT,
                  file.orElse(InodeId.NONE),
                  0));
    }
  }

  /// What a look came to.
  ///
  /// @param locks from the root to the path
  /// @param more attributes of what else was asked for
  public record Look(List<Found> locks, List<Optional<Attributes>> more) {
    public Look {
      locks = List.copyOf(locks);
      more = List.copyOf(more);
    }
  }

  /// All locks at one instant.
  ///
  /// @param directory content version of the directory, 0 if the transaction that looks has changed
  ///   it itself; absent if there is none
  public record Snapshot(Optional<Long> directory, List<Lock> locks) {
    /// Where there are no locks, or nobody cares.
    public static final Snapshot NONE = new Snapshot(Optional.empty(), List.of());

    public Snapshot {
      locks = List.copyOf(locks);
    }

    /// Holds the commit to what was found.
    public List<Operation> requirements() {
      return directory.equals(Optional.of(0L))
          ? List.of()
          : List.of(
              new Operation.Require(
                  Location.of(DIRECTORY),
                  directory.isPresent() ? Requirement.CONTENT_VERSION : Requirement.ABSENT,
                  InodeId.NONE,
                  directory.orElse(0L)));
    }

    /// Those at or below `tree`.
    public List<Lock> within(FsPath tree) {
      return locks.stream().filter(lock -> lock.root().startsWith(tree)).toList();
    }

    /// Those whose scope has `path` in it.
    public List<Lock> covering(FsPath path) {
      return locks.stream().filter(lock -> lock.covers(path)).toList();
    }
  }

  /// Holds the commit to requirements.
  public static void hold(Transaction transaction, List<Operation> requirements) {
    if (!requirements.isEmpty()) {
      transaction.execute(requirements);
    }
  }

  /// Looks at the locks of `path` and of all directories on the way to it.
  ///
  /// @return from the root to the path
  public List<Found> onTheWay(Namespace view, FsPath path) {
    return look(view, path, List.of()).locks();
  }

  /// Looks at the locks as [#onTheWay], and at more in the same round trip.
  ///
  /// @param more paths, whose symbolic links are followed
  public Look look(Namespace view, FsPath path, List<FsPath> more) {
    List<FsPath> way = new ArrayList<>();
    for (int depth = 0; depth <= path.names().size(); depth++) {
      way.add(new FsPath(path.names().subList(0, depth)));
    }
    List<FsPath> all = new ArrayList<>(way.stream().map(LockTable::fileOf).toList());
    all.addAll(more);
    List<Optional<Attributes>> attributes =
        view.statMany(all, true).stream().map(Outcome.Found::attributes).toList();
    List<Found> locks = new ArrayList<>();
    for (int i = 0; i < way.size(); i++) {
      locks.add(found(view, way.get(i), attributes.get(i)));
    }
    return new Look(locks, attributes.subList(way.size(), all.size()));
  }

  private Found found(Namespace view, FsPath path, Optional<Attributes> file) {
    Optional<InodeId> inode = file.map(Attributes::inode);
    boolean own = file.map(attributes -> attributes.contentVersion() == 0).orElse(false);
    return new Found(path, inode, own, inode.isEmpty() ? List.of() : read(view, inode.get()));
  }

  /// Looks at all locks.
  public Snapshot all(Namespace view) {
    Optional<Long> directory = view.find(DIRECTORY).map(Attributes::contentVersion);
    if (directory.isEmpty()) {
      return Snapshot.NONE;
    }
    List<Location> files = new ArrayList<>();
    try (Stream<Outcome.Entry> entries = view.list(DIRECTORY)) {
      entries.limit(MAX_PATHS).forEach(entry -> files.add(Location.of(entry.inode())));
    }
    List<Lock> locks = new ArrayList<>();
    for (int i = 0; i < files.size(); i += BATCH) {
      List<Location> batch = files.subList(i, Math.min(files.size(), i + BATCH));
      for (Optional<ByteBuffer> content : view.readMany(batch)) {
        content.ifPresent(bytes -> locks.addAll(decode(bytes)));
      }
    }
    return new Snapshot(directory, locks);
  }

  private List<Lock> read(Namespace view, InodeId file) {
    try {
      return decode(ByteBuffer.wrap(view.readAll(Location.of(file))));
    } catch (FsException e) {
      if (e.status() == FsStatus.ESTALE || e.status() == FsStatus.ENOENT) {
        // Given up meanwhile. What requires this inode will not commit, and looks again.
        return List.of();
      }
      throw e;
    }
  }

  private List<Lock> decode(ByteBuffer content) {
    byte[] bytes = new byte[content.remaining()];
    content.duplicate().get(bytes);
    try {
      return LockFile.decode(bytes).stream().filter(lock -> lock.isAlive(clock.instant())).toList();
    } catch (IllegalArgumentException e) {
      LOG.warn("a file in {} holds no locks and is ignored: {}", DIRECTORY, e.getMessage());
      return List.of();
    }
  }

  /// Adds a lock to those of its root, under a new inode.
  ///
  /// @throws FsException ENOSPC if too many paths are locked already
  public void add(Transaction transaction, Found found, Lock lock) {
    if (found.file().isEmpty()) {
      makeRoom(transaction);
    }
    List<Lock> locks = new ArrayList<>(found.locks());
    locks.add(lock);
    replace(transaction, found.path(), locks);
  }

  private static void makeRoom(Transaction transaction) {
    Optional<Attributes> directory = transaction.find(DIRECTORY);
    if (directory.isEmpty()) {
      transaction.mkdirs(DIRECTORY.parent(), 0755);
      transaction.mkdirs(DIRECTORY, 0777);
    } else if (directory.get().size() >= MAX_PATHS) {
      throw new FsException(
          FsStatus.ENOSPC, MAX_PATHS + " paths are locked: no more locks are given");
    }
  }

  /// Takes a lock away from those of its root, under a new inode if others are left.
  public void remove(Transaction transaction, Found found, Lock lock) {
    List<Lock> left = found.locks().stream().filter(other -> !other.equals(lock)).toList();
    if (left.isEmpty()) {
      drop(transaction, found.path());
    } else {
      replace(transaction, found.path(), left);
    }
  }

  private void drop(Transaction transaction, FsPath root) {
    if (withinTransaction) {
      replace(transaction, root, List.of());
    } else {
      transaction.unlink(fileOf(root));
    }
  }

  private static void replace(Transaction transaction, FsPath root, List<Lock> locks) {
    var unused =
        transaction.write(
            Location.of(fileOf(root)),
            ByteBuffer.wrap(LockFile.encode(root, locks)),
            WriteOptions.REPLACE.withMode(0666));
  }

  /// Gives a lock a new end; what it protects does not notice, as the inode stays.
  public void refresh(Transaction transaction, Found found, Lock lock, Instant newEnd) {
    List<Lock> locks =
        found.locks().stream()
            .map(other -> other.equals(lock) ? other.until(newEnd) : other)
            .toList();
    var unused =
        transaction.write(
            Location.of(found.file().orElseThrow()),
            ByteBuffer.wrap(LockFile.encode(found.path(), locks)),
            WriteOptions.DEFAULT);
  }

  /// Takes away the locks of a path and of all below it: what they were for is gone.
  public void forget(Transaction transaction, Snapshot snapshot, FsPath tree) {
    snapshot.within(tree).stream()
        .map(Lock::root)
        .distinct()
        .forEach(root -> drop(transaction, root));
  }

  /// Takes away files whose locks have all run out, if there are many files and this was not done a
  /// moment ago.
  public void sweep(Namespace filesystem) {
    long now = clock.millis();
    long due = nextSweepMillis.get();
    if (now >= due
        && nextSweepMillis.compareAndSet(due, now + BETWEEN_SWEEPS.toMillis())
        && filesystem.find(DIRECTORY).map(Attributes::size).orElse(0L) >= MANY) {
      List<Outcome.Entry> files;
      try (Stream<Outcome.Entry> all = filesystem.list(DIRECTORY)) {
        files = all.limit(MAX_PATHS).toList();
      }
      files.forEach(file -> sweep(filesystem, file));
    }
  }

  private void sweep(Namespace filesystem, Outcome.Entry entry) {
    if (!read(filesystem, entry.inode()).isEmpty()) {
      return;
    }
    Location file = Location.of(DIRECTORY.resolve(entry.name()));
    try {
      var unused =
          filesystem.execute(
              List.of(
                  new Operation.Require(file, Requirement.PRESENT, entry.inode(), 0),
                  new Operation.Unlink(file)));
    } catch (FsException e) {
      LOG.debug("a file of locks changed while it was swept: {}", e.getMessage());
    }
  }

  static FsPath fileOf(FsPath path) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(path.bytes());
      return DIRECTORY.resolve(Name.of(HexFormat.of().formatHex(digest)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
