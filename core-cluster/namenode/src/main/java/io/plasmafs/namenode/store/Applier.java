package io.plasmafs.namenode.store;

import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings to the tables what is in the log. Batches wait in memory in the order of the log; all
/// that wait are coalesced into one window and written by one SQL transaction, together with the
/// number of the last of them in `applied`.
///
/// That row also fences: the transaction begins with updating it on the condition that the epoch is
/// ours and the number the one that we left there. A new coordinator puts its epoch there before it
/// looks, and so waits for a transaction that runs and stops all later ones.
///
/// **Why these transactions wait for the disk** although the log could repeat them: when PostgreSQL
/// alone crashes, a transaction that did not wait may be undone, the tables would fall back behind
/// what the listener was told, and who relies on that would read old rows. (For the log it would be
/// no danger: rows are deleted from it in the same transaction, and one that is undone deletes
/// nothing.)
///
/// Appending waits while too much waits here; [#offer] itself never does.
final class Applier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

  /// A window is closed when it has this many changes or bytes, or there are no more batches.
  private static final long WINDOW_CHANGES = 20_000;

  private static final long WINDOW_BYTES = 16 << 20;

  /// The more commits a window has the less each costs: rows that many of them change are written
  /// once, and what it takes to begin and end is shared. So a window waits until this much is
  /// there, or its first batch is so old, or no more has come for so long, or somebody is in a
  /// hurry.
  private static final long WORTH_BYTES = 2 << 20;

  /// So much of what was there before is held in memory with contents that are added to.
  private static final long WORTH_KEPT_BYTES = 8 << 20;

  private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LULL_NANOS = Duration.ofMillis(30).toNanos();

  private static final long TRY_FOR_NANOS = Duration.ofSeconds(5).toNanos();

  private final Link link;
  private final StoreSettings settings;
  private final long epoch;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Condition gone = lock.newCondition();

  // Guarded by lock.
  private final Deque<Appended> waiting = new ArrayDeque<>();
  private long waitingCommits;
  private long waitingBytes;
  private long waitingKeptBytes;
  private long lastOfferedNanos;
  private boolean hurried;
  private boolean closed;
  private Optional<StoreException> failure = Optional.empty();

  // Confined to the thread that applies.
  private final Deque<Logged> logged = new ArrayDeque<>();
  private long loggedCommits;
  private long loggedBytes;
  private long applied;
  private long tokensTrimmed;

  private volatile LongConsumer listener = sequence -> {};

  /// A batch that waits.
  ///
  /// @param logBytes its row in the log
  /// @param bytes that row and the contents, which the cache holds until it is applied
  /// @param keptBytes what it holds with them
  private record Appended(
      CommitBatch batch, long logBytes, long bytes, long keptBytes, long nanos) {}

  /// A row of the log.
  private record Logged(long first, long last, long bytes) {
    long commits() {
      return last - first + 1;
    }
  }

  Applier(StoreSettings settings, long epoch) {
    this.settings = settings;
    this.epoch = epoch;
    this.link =
        new Link(settings, "apply", "-c synchronous_commit=on " + Tables.LOOK_UPS, Duration.ZERO);
    this.thread = new Thread(this::run, "plasma-apply");
    this.thread.setDaemon(true);
  }

  void onApplied(LongConsumer newListener) {
    listener = newListener;
  }

  // --- at the start, by the thread that opens the store ---

  /// Takes over the tables: answers up to which commit they are complete.
  ///
  /// @throws StoreException FENCED if a newer coordinator has done so already
  long takeOver(long end) {
    String what = "taking over the tables";
    applied =
        link.repeat(
            what,
            end,
            connection -> {
              try (PreparedStatement statement =
                  connection.prepareStatement(
                      "UPDATE applied SET epoch = ? WHERE epoch <= ? RETURNING sequence")) {
                statement.setLong(1, epoch);
                statement.setLong(2, epoch);
                try (ResultSet rows = statement.executeQuery()) {
                  return rows.next() ? rows.getLong(1) : -1L;
                }
              }
            });
    if (applied < 0) {
      throw fenced(what);
    }
    return applied;
  }

  /// Takes note of a row of the log, in order, whether it is applied or not.
  void remember(long first, long last, long bytes) {
    logged.add(new Logged(first, last, bytes));
    loggedCommits += last - first + 1;
    loggedBytes += bytes;
  }

  /// Applies a window, at once.
  void applyNow(ChangeWindow window, long end) {
    String what = "applying commits " + window.first() + " to " + window.last();
    link.repeat(
        what,
        end,
        connection -> {
          apply(connection, window);
          return true;
        });
    applied = window.last();
  }

  void start() {
    thread.start();
  }

  // --- while it runs ---

  /// Hands over a batch that is in the log.
  ///
  /// @param logBytes its row there
  /// @param contentBytes its contents, which are in their table
  void offer(SplitBatch split, long logBytes) {
    CommitBatch batch = split.logged();
    long bytes = logBytes + split.contentBytes();
    lock.lock();
    try {
      lastOfferedNanos = System.nanoTime();
      waiting.add(new Appended(batch, logBytes, bytes, split.keptBytes(), lastOfferedNanos));
      waitingCommits += batch.commits().size();
      waitingBytes += bytes;
      waitingKeptBytes += split.keptBytes();
      if (waiting.size() == 1 || isWorthIt()) {
        arrived.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isWorthIt() {
    return waitingBytes >= WORTH_BYTES || waitingKeptBytes >= WORTH_KEPT_BYTES;
  }

  /// Does not wait for more before it applies what is here.
  void hurry() {
    lock.lock();
    try {
      hurried = true;
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until less than the largest permitted lag waits here.
  ///
  /// @throws StoreException if nothing is applied any more, or it takes longer than the patience
  void awaitRoom() {
    long left = settings.patience().toNanos();
    lock.lock();
    try {
      while (true) {
        if (failure.isPresent()) {
          throw failure.get();
        }
        if (closed) {
          throw new StoreException(StoreException.Kind.UNAVAILABLE, "the store is closed");
        }
        if (waitingBytes < settings.maxLagBytes()) {
          return;
        }
        if (left <= 0) {
          throw new StoreException(
              StoreException.Kind.UNAVAILABLE,
              "the tables are "
                  + waitingBytes
                  + " bytes of commits behind the log, more than "
                  + settings.maxLagBytes()
                  + " are not permitted");
        }
        left = gone.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(StoreException.Kind.UNAVAILABLE, "interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  Lag lag() {
    lock.lock();
    try {
      return new Lag(waitingCommits, waitingBytes);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      while (true) {
        Deque<Appended> taken = take();
        if (taken.isEmpty()) {
          return;
        }
        ChangeWindow window = new ChangeWindow();
        long bytes = 0;
        long keptBytes = 0;
        for (Appended appended : taken) {
          CommitBatch batch = appended.batch();
          for (ChangeSet commit : batch.commits()) {
            window.add(commit);
          }
          remember(batch.first(), batch.last(), appended.logBytes());
          bytes += appended.bytes();
          keptBytes += appended.keptBytes();
        }
        applyWithPatience(window);
        done(window, bytes, keptBytes);
      }
    } catch (StoreException e) {
      fail(e);
    } catch (InterruptedException e) {
      LOG.debug("applying ends", e);
    } catch (RuntimeException e) {
      fail(new StoreException(StoreException.Kind.BROKEN, "applying failed: " + e, e));
    }
  }

  /// What is to be applied next; nothing if this is closed.
  private Deque<Appended> take() throws InterruptedException {
    Deque<Appended> taken = new ArrayDeque<>();
    lock.lock();
    try {
      awaitWindow();
      long changes = 0;
      long bytes = 0;
      while (!closed && !waiting.isEmpty() && changes < WINDOW_CHANGES && bytes < WINDOW_BYTES) {
        Appended next = waiting.remove();
        for (ChangeSet commit : next.batch().commits()) {
          changes += commit.changes().size();
        }
        bytes += next.bytes();
        taken.add(next);
      }
      hurried &= !waiting.isEmpty();
    } finally {
      lock.unlock();
    }
    return taken;
  }

  /// Waits until there is something to apply, and it is worth it. With the lock.
  private void awaitWindow() throws InterruptedException {
    while (!closed && !isWorthIt()) {
      Appended oldest = waiting.peek();
      if (oldest == null) {
        arrived.await();
        continue;
      }
      long now = System.nanoTime();
      long left =
          Math.min(oldest.nanos() + LONGEST_WAIT_NANOS - now, lastOfferedNanos + LULL_NANOS - now);
      if (left <= 0 || hurried) {
        return;
      }
      long unused = arrived.awaitNanos(left);
    }
  }

  /// The database may be away for as long as it likes: what is in the log is applied when it is
  /// back.
  private void applyWithPatience(ChangeWindow window) {
    while (true) {
      try {
        applyNow(window, System.nanoTime() + TRY_FOR_NANOS);
        return;
      } catch (StoreException e) {
        if (e.kind() != StoreException.Kind.UNAVAILABLE || link.isClosed()) {
          throw e;
        }
        LOG.warn("{}; this goes on until it succeeds", e.getMessage());
        link.pause("applying", System.nanoTime() + TRY_FOR_NANOS);
      }
    }
  }

  private void done(ChangeWindow window, long bytes, long keptBytes) {
    lock.lock();
    try {
      waitingCommits -= window.last() - window.first() + 1;
      waitingBytes -= bytes;
      waitingKeptBytes -= keptBytes;
      gone.signalAll();
    } finally {
      lock.unlock();
    }
    listener.accept(window.last());
  }

  private void fail(StoreException e) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      failure = Optional.of(e);
      gone.signalAll();
    } finally {
      lock.unlock();
    }
    LOG.error("nothing is applied to the tables any more", e);
  }

  // --- SQL ---

  private void apply(Connection connection, ChangeWindow window) throws SQLException {
    long before = window.first() - 1;
    connection.setAutoCommit(false);
    Optional<Logged> trim = trimUpTo(window.last());
    if (advance(connection, before, window.last())) {
      Tables.write(connection, window);
      if (trim.isPresent()) {
        delete(connection, "DELETE FROM commit_log WHERE last_sequence <= ?", trim.get().last());
        long oldTokens = window.last() - settings.retainedTokens();
        if (oldTokens > tokensTrimmed) {
          delete(connection, "DELETE FROM commit_token WHERE sequence <= ?", oldTokens);
          tokensTrimmed = oldTokens;
        }
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
    trim.ifPresent(row -> forget(row.last()));
  }

  /// Whether the window is to be written now: false if an earlier attempt has committed, and only
  /// its answer was lost.
  private boolean advance(Connection connection, long before, long after) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE applied SET sequence = ? WHERE one AND epoch = ? AND sequence = ?")) {
      statement.setLong(1, after);
      statement.setLong(2, epoch);
      statement.setLong(3, before);
      if (statement.executeUpdate() == 1) {
        return true;
      }
    }
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT epoch, sequence FROM applied");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      if (rows.getLong(1) != epoch) {
        throw fenced("applying commits");
      }
      if (rows.getLong(2) == after) {
        return false;
      }
      throw new StoreException(
          StoreException.Kind.BROKEN,
          "the tables are complete up to commit " + rows.getLong(2) + ", expected was " + before);
    }
  }

  private static void delete(Connection connection, String sql, long sequence) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, sequence);
      statement.executeUpdate();
    }
  }

  /// The last row of the log that need not be kept, if there are enough of them to be worth it. The
  /// newest always is: its epoch says who wrote it.
  private Optional<Logged> trimUpTo(long appliedThen) {
    long commits = loggedCommits;
    long bytes = loggedBytes;
    boolean worth =
        commits > settings.retainedCommits() + settings.retainedCommits() / 8
            || bytes > settings.retainedBytes() + settings.retainedBytes() / 8;
    if (!worth) {
      return Optional.empty();
    }
    Optional<Logged> last = Optional.empty();
    for (Logged row : logged) {
      if (row.last() >= appliedThen
          || (commits <= settings.retainedCommits() && bytes <= settings.retainedBytes())) {
        break;
      }
      commits -= row.commits();
      bytes -= row.bytes();
      last = Optional.of(row);
    }
    return last;
  }

  private void forget(long last) {
    while (!logged.isEmpty() && logged.element().last() <= last) {
      Logged row = logged.remove();
      loggedCommits -= row.commits();
      loggedBytes -= row.bytes();
    }
  }

  private StoreException fenced(String what) {
    return new StoreException(
        StoreException.Kind.FENCED,
        what + ": another coordinator has taken over from epoch " + epoch);
  }

  /// Stops after the window that is being written; the rest is left to the next start.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
      gone.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (thread.isAlive()) {
        thread.join(5000);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    link.close();
    thread.interrupt();
  }
}
