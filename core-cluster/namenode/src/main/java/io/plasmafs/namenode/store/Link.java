package io.plasmafs.namenode.store;

import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection that is opened when it is needed, and again after it broke. Belongs to one
/// thread; only [#close] may be called by another.
final class Link implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Link.class);
  private static final long FIRST_PAUSE_MILLIS = 10;
  private static final long LONGEST_PAUSE_MILLIS = 1000;

  private final StoreSettings settings;
  private final String purpose;
  private final String options;
  private final Duration socketTimeout;
  private volatile boolean closed;
  private volatile @Nullable Connection connection;
  private long pauseMillis = FIRST_PAUSE_MILLIS;

  /// @param purpose shown in `pg_stat_activity`
  /// @param options `-c name=value` for the server
  /// @param socketTimeout how long an answer may take; zero for ever
  Link(StoreSettings settings, String purpose, String options, Duration socketTimeout) {
    this.settings = settings;
    this.purpose = purpose;
    this.options = options;
    this.socketTimeout = socketTimeout;
  }

  /// What is done with a connection.
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /// The connection, opened if there is none. It is in autocommit mode.
  Connection connection() throws SQLException {
    Connection current = connection;
    if (current != null) {
      return current;
    }
    if (closed) {
      throw new SQLException("the store is closed", "08003");
    }
    Connection opened = DriverManager.getConnection(settings.jdbcUrl(), properties());
    connection = opened;
    if (closed) {
      drop();
      throw new SQLException("the store is closed", "08003");
    }
    return opened;
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("ApplicationName", "plasmafs " + purpose);
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("loginTimeout", "20");
    properties.setProperty("socketTimeout", Long.toString(socketTimeout.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("prepareThreshold", "1");
    // Another coordinator's statement, or a stray session, must not block this one for ever.
    // Statements here are short: compiling one takes longer than running it.
    properties.setProperty("options", "-c lock_timeout=10s -c jit=off " + options);
    return properties;
  }

  /// Whether a connection is open, as far as is known.
  boolean isOpen() {
    return connection != null;
  }

  boolean isClosed() {
    return closed;
  }

  /// Gives the connection up: the next use opens another.
  void drop() {
    Connection old = connection;
    connection = null;
    if (old != null) {
      try {
        old.close();
      } catch (SQLException e) {
        LOG.debug("closing the {} connection: {}", purpose, e.getMessage());
      }
    }
  }

  /// Does what is harmless to do twice, again and again until it succeeds, or cannot, or time is
  /// up.
  ///
  /// @param what is attempted, for messages
  /// @param end [System#nanoTime] when no new attempt begins any more
  <T> T repeat(String what, long end, Work<T> work) {
    while (true) {
      try {
        T result = work.run(connection());
        calm();
        return result;
      } catch (SQLException e) {
        rollback();
        SqlState state = SqlState.of(e);
        if (state == SqlState.RECONNECT) {
          drop();
        }
        boolean again = state == SqlState.RETRY || state == SqlState.RECONNECT;
        if (!again || closed || System.nanoTime() >= end) {
          throw SqlState.notDone(what, e);
        }
        LOG.info("{} is tried again: {}", what, e.getMessage());
        pause(what, end);
      } catch (RuntimeException e) {
        rollback();
        throw e;
      }
    }
  }

  private void rollback() {
    Connection current = connection;
    try {
      if (current != null && !current.getAutoCommit()) {
        current.rollback();
        current.setAutoCommit(true);
      }
    } catch (SQLException e) {
      drop();
    }
  }

  /// The next pause is a short one.
  void calm() {
    pauseMillis = FIRST_PAUSE_MILLIS;
  }

  /// Waits a random time that grows from call to call, not beyond `end`.
  void pause(String what, long end) {
    long left = Math.max(1, (end - System.nanoTime()) / 1_000_000);
    long wait =
        Math.min(left, ThreadLocalRandom.current().nextLong(pauseMillis / 2, pauseMillis + 1));
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    try {
      Thread.sleep(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(
          StoreException.Kind.UNAVAILABLE, what + ": interrupted while waiting for PostgreSQL", e);
    }
  }

  @Override
  public void close() {
    closed = true;
    drop();
  }
}
