package io.plasmafs.namenode.store;

import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes batches durable: one statement each, which puts the row of the log and the contents of
/// small files, on a connection of its own. Used by one thread.
///
/// **Fencing.** The insert takes its row from `coordinator`, only if epoch and session there are
/// still ours, and locks that row (`FOR SHARE`) until it commits. Raising either number updates the
/// row, which waits for an insert that holds the lock; an insert that comes later waits for the
/// update, then sees the new row version (PostgreSQL evaluates the condition again after a wait)
/// and inserts nothing. So whoever raised a number and then reads the log sees everything that was
/// ever appended under the old one. A plain comparison with `(SELECT epoch ...)` would not do: it
/// could see the old epoch in its snapshot and commit after the new coordinator has read the log.
///
/// **Unknown outcomes.** A connection that breaks during an insert leaves open whether it was done,
/// and the old server process may even still be about to do it. The next connection begins with
/// raising the session, after which that insert has been done or never will be, and the log tells
/// which.
final class Appender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Appender.class);
  private static final int MAX_BATCH_BYTES = 512 << 20;

  private static final String APPEND =
      """
      INSERT INTO commit_log (last_sequence, first_sequence, epoch, payload)
      SELECT ?, ?, epoch, ? FROM coordinator WHERE epoch = ? AND session = ? FOR SHARE
      """;
  private static final String APPEND_WITH_CONTENTS =
      """
      WITH me AS MATERIALIZED (
          SELECT epoch FROM coordinator WHERE epoch = ? AND session = ? FOR SHARE),
        contents AS (
          INSERT INTO small_file (inode, version, block, continues, content)
          SELECT unnest(?::int8[]), unnest(?::int8[]), unnest(?::int8[]), unnest(?::bool[]),
            unnest(?::bytea[]) FROM me)
      INSERT INTO commit_log (last_sequence, first_sequence, epoch, payload)
      SELECT ?, ?, epoch, ? FROM me
      """;
  private static final String NEW_SESSION =
      "UPDATE coordinator SET session = session + 1 WHERE epoch = ? RETURNING session";

  private final Link link;
  private final Duration patience;
  private final long epoch;
  private long session;
  private boolean undecided;

  Appender(StoreSettings settings, long epoch) {
    this.link = new Link(settings, "append", "-c synchronous_commit=on", settings.patience());
    this.patience = settings.patience();
    this.epoch = epoch;
  }

  /// What became of one attempt.
  private enum Attempt {
    DONE,
    FENCED
  }

  /// Returns when the batch is durable; answers the size of its row in the log.
  ///
  /// @throws StoreException UNAVAILABLE, FENCED, BROKEN: it is not in the log and will not be;
  ///   UNKNOWN: that could not be found out in time, and nothing can be appended any more
  int append(SplitBatch split) {
    CommitBatch batch = split.logged();
    if (undecided) {
      throw new StoreException(
          StoreException.Kind.UNKNOWN,
          "nothing can be appended after a batch whose outcome is unknown: open the store again");
    }
    if (batch.epoch() != epoch) {
      throw new StoreException(
          StoreException.Kind.FENCED,
          "a batch of epoch " + batch.epoch() + " was given to a store of epoch " + epoch);
    }
    String what = "appending commits " + batch.first() + " to " + batch.last();
    byte[] payload = LogCodec.encode(batch);
    long bytes = payload.length + split.contentBytes();
    if (bytes > MAX_BATCH_BYTES) {
      throw new StoreException(
          StoreException.Kind.BROKEN,
          what
              + ": a batch of "
              + bytes
              + " bytes is too large, at most "
              + MAX_BATCH_BYTES
              + " are possible");
    }
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      boolean sent = false;
      try {
        if (!link.isOpen()) {
          boolean mine = openSession();
          if (undecided) {
            boolean logged = isLogged(batch, payload);
            undecided = false;
            LOG.info("{}: the log {} it", what, logged ? "has" : "does not have");
            if (logged) {
              return payload.length;
            }
          }
          if (!mine) {
            throw fenced(what);
          }
        }
        sent = true;
        Attempt attempt = insert(split, payload);
        sent = false;
        link.calm();
        if (attempt == Attempt.FENCED) {
          throw fenced(what);
        }
        return payload.length;
      } catch (SQLException e) {
        SqlState state = SqlState.of(e);
        if (state == SqlState.RECONNECT) {
          undecided |= sent;
          link.drop();
        } else if (state != SqlState.RETRY) {
          throw undecided ? unknown(what, e) : SqlState.notDone(what, e);
        }
        if (link.isClosed() || System.nanoTime() >= end) {
          throw undecided ? unknown(what, e) : SqlState.notDone(what, e);
        }
        LOG.info("{} is tried again: {}", what, e.getMessage());
        link.pause(what, end);
      }
    }
  }

  private StoreException fenced(String what) {
    return new StoreException(
        StoreException.Kind.FENCED,
        what + ": another coordinator has taken over from epoch " + epoch);
  }

  private static StoreException unknown(String what, SQLException cause) {
    return new StoreException(
        StoreException.Kind.UNKNOWN,
        what
            + ": the connection broke and whether it was done could not be found out: "
            + cause.getMessage(),
        cause);
  }

  /// Opens the connection and makes every earlier one of this store worthless; false if the epoch
  /// is no longer ours. The connection stays open only if this succeeds.
  private boolean openSession() throws SQLException {
    try {
      Connection connection = link.connection();
      try (PreparedStatement statement = connection.prepareStatement(NEW_SESSION)) {
        statement.setLong(1, epoch);
        try (ResultSet rows = statement.executeQuery()) {
          if (!rows.next()) {
            return false;
          }
          session = rows.getLong(1);
          return true;
        }
      }
    } catch (SQLException e) {
      // Without its session a connection cannot be used, so that the next attempt opens another.
      link.drop();
      throw e;
    }
  }

  private Attempt insert(SplitBatch split, byte[] payload) throws SQLException {
    return split.contents().isEmpty()
        ? insert(split.logged(), payload)
        : insertWithContents(split, payload);
  }

  private Attempt insert(CommitBatch batch, byte[] payload) throws SQLException {
    try (PreparedStatement statement = link.connection().prepareStatement(APPEND)) {
      statement.setLong(1, batch.last());
      statement.setLong(2, batch.first());
      statement.setBytes(3, payload);
      statement.setLong(4, epoch);
      statement.setLong(5, session);
      return statement.executeUpdate() == 1 ? Attempt.DONE : Attempt.FENCED;
    }
  }

  private Attempt insertWithContents(SplitBatch split, byte[] payload) throws SQLException {
    Connection connection = link.connection();
    try (PreparedStatement statement = connection.prepareStatement(APPEND_WITH_CONTENTS)) {
      statement.setLong(1, epoch);
      statement.setLong(2, session);
      statement.setArray(3, split.inodes(connection));
      statement.setArray(4, split.versions(connection));
      statement.setArray(5, split.indexes(connection));
      statement.setArray(6, split.continuing(connection));
      statement.setArray(7, split.bytes(connection));
      statement.setLong(8, split.logged().last());
      statement.setLong(9, split.logged().first());
      statement.setBytes(10, payload);
      return statement.executeUpdate() == 1 ? Attempt.DONE : Attempt.FENCED;
    }
  }

  /// Whether the log has it. Certain only after [#openSession], whatever that answered.
  ///
  /// @throws StoreException UNKNOWN if a newer coordinator has trimmed the log beyond it since
  private boolean isLogged(CommitBatch batch, byte[] payload) throws SQLException {
    try (PreparedStatement statement =
        link.connection()
            .prepareStatement(
                """
                SELECT epoch, payload, (SELECT min(last_sequence) FROM commit_log)
                FROM (SELECT) one LEFT JOIN commit_log ON last_sequence = ?
                """)) {
      statement.setLong(1, batch.last());
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        byte[] stored = rows.getBytes(2);
        if (stored == null) {
          if (rows.getLong(3) > batch.last()) {
            throw new StoreException(
                StoreException.Kind.UNKNOWN,
                "whether commits "
                    + batch.first()
                    + " to "
                    + batch.last()
                    + " were appended cannot be known: the log begins after them");
          }
          return false;
        }
        return rows.getLong(1) == epoch && Arrays.equals(stored, payload);
      }
    } catch (SQLException e) {
      link.drop();
      throw e;
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
