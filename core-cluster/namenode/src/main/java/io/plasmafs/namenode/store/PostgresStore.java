package io.plasmafs.namenode.store;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataAudit;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The metadata in a PostgreSQL database.
///
/// ```
/// append ──> Appender ── insert ──> commit_log,         one thread, one connection
///                │                  small_file
///                │ batch
///                v
///             Applier ── sets of rows ──> the tables    one thread, one connection
/// fetch  ──> Reader <── sets of keys ── the tables      some threads, a connection each
/// reserve, putDatanode ...                              one thread, one connection
/// ```
///
/// Connections that break are opened again with growing pauses; service returns by itself when the
/// database does. Thread-safe.
public final class PostgresStore implements MetadataStore {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresStore.class);
  private static final int SCAN_ROWS = 5000;
  private static final long REPLAY_CHANGES = 20_000;
  private static final int MAX_WAITING_CALLS = 1000;

  /// The inodes are looked up one by one, or each page would go through all of them anew.
  static final String EXTENTS_AFTER =
      """
      SELECT e.inode, i.replication, e.index, e.count, e.generation, e.datanodes, e.first_blocks,
        ''::bytea
      FROM extent e
      CROSS JOIN LATERAL (
        SELECT replication FROM inode WHERE id = e.inode AND nlink > 0 OFFSET 0) i
      WHERE (e.inode, e.index) > (?, ?) ORDER BY e.inode, e.index LIMIT ?
      """;

  private final StoreSettings settings;
  private final Link control;
  private final ThreadPoolExecutor appending;
  private final ThreadPoolExecutor controlling;
  private final Reader reader;
  private final TokenFilter tokens;

  // Written by open().
  private volatile @Nullable Opened opened;
  private volatile LongConsumer listener = sequence -> {};
  private volatile boolean closed;

  /// What there is once the store is open.
  private record Opened(long epoch, Appender appender, Applier applier) {}

  /// A store that connects when it is opened.
  public PostgresStore(StoreSettings settings) {
    this.settings = settings;
    this.control = new Link(settings, "control", "", settings.patience());
    this.appending = executor("plasma-append", 1);
    this.controlling = executor("plasma-control", MAX_WAITING_CALLS);
    this.reader = new Reader(settings);
    this.tokens = new TokenFilter(settings.retainedTokens());
  }

  private static ThreadPoolExecutor executor(String name, int waiting) {
    return new ThreadPoolExecutor(
        1,
        1,
        0,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(waiting),
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  // --- opening ---

  @Override
  public State open() {
    Opened before = opened;
    if (before != null) {
      before.appender().close();
      before.applier().close();
    }
    long end = deadline();
    try (Link link = new Link(settings, "open", "", settings.patience())) {
      link.repeat("opening the store", end, connection -> true);
      Schema.migrate(settings);
      link.repeat("opening the store", end, connection -> Schema.check(connection, settings));
      long epoch = link.repeat("raising the epoch", end, PostgresStore::raiseEpoch);
      Applier applier = new Applier(settings, epoch);
      Appender appender = new Appender(settings, epoch);
      try {
        // First nothing of an older coordinator can reach the log, then nothing the tables; only
        // then does it mean anything to read them.
        long applied = applier.takeOver(end);
        Logged last = replay(link, applier, applied, end);
        long inodes = link.repeat("counting inodes", deadline(), PostgresStore::countInodes);
        applier.onApplied(sequence -> listener.accept(sequence));
        applier.start();
        if (before == null) {
          reader.start();
          Thread.ofPlatform().name("plasma-tokens").daemon().start(this::readTokens);
        }
        opened = new Opened(epoch, appender, applier);
        return new State(epoch, last.sequence(), last.epoch(), inodes);
      } catch (RuntimeException e) {
        applier.close();
        appender.close();
        throw e;
      }
    }
  }

  private static long raiseEpoch(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "UPDATE coordinator SET epoch = epoch + 1 RETURNING epoch");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static long countInodes(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement("SELECT count(*) FROM inode");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /// The last commit of the log.
  private record Logged(long sequence, long epoch) {}

  /// Applies the rows of the log after `applied`.
  private Logged replay(Link link, Applier applier, long applied, long end) {
    List<long[]> rows =
        link.repeat(
            "reading the log",
            end,
            connection -> {
              List<long[]> list = new ArrayList<>();
              try (PreparedStatement statement =
                      connection.prepareStatement(
                          "SELECT first_sequence, last_sequence, octet_length(payload), epoch"
                              + " FROM commit_log ORDER BY last_sequence");
                  ResultSet log = statement.executeQuery()) {
                while (log.next()) {
                  list.add(
                      new long[] {log.getLong(1), log.getLong(2), log.getLong(3), log.getLong(4)});
                }
              }
              return list;
            });
    long last = applied;
    long lastEpoch = 0;
    ChangeWindow window = new ChangeWindow();
    for (long[] row : rows) {
      applier.remember(row[0], row[1], row[2]);
      lastEpoch = row[3];
      if (row[1] <= applied) {
        continue;
      }
      if (row[0] != last + 1) {
        throw new StoreException(
            StoreException.Kind.BROKEN,
            "the log goes on with commit " + row[0] + " after " + last + ": rows are missing");
      }
      CommitBatch batch = readBatch(link, row[0], row[1]);
      for (ChangeSet commit : batch.commits()) {
        window.add(commit);
      }
      last = row[1];
      if (window.changes() >= REPLAY_CHANGES) {
        applier.applyNow(window, deadline());
        window = new ChangeWindow();
      }
    }
    if (!window.isEmpty()) {
      applier.applyNow(window, deadline());
    }
    return new Logged(last, lastEpoch);
  }

  private CommitBatch readBatch(Link link, long first, long last) {
    byte[] payload =
        link.repeat(
            "reading the log",
            deadline(),
            connection -> {
              try (PreparedStatement statement =
                  connection.prepareStatement(
                      "SELECT payload FROM commit_log WHERE last_sequence = ?")) {
                statement.setLong(1, last);
                try (ResultSet rows = statement.executeQuery()) {
                  return rows.next() ? rows.getBytes(1) : new byte[0];
                }
              }
            });
    try {
      CommitBatch batch = LogCodec.decode(payload);
      if (batch.first() != first || batch.last() != last) {
        throw new LogCodec.MalformedBatch(
            "it has commits " + batch.first() + " to " + batch.last());
      }
      return batch;
    } catch (LogCodec.MalformedBatch e) {
      throw new StoreException(
          StoreException.Kind.BROKEN,
          "the row of the log with commits "
              + first
              + " to "
              + last
              + " is damaged: "
              + e.getMessage(),
          e);
    }
  }

  // --- while it is open ---

  @Override
  public CompletableFuture<Void> append(CommitBatch batch) {
    Opened now = opened();
    return call(
        appending,
        "a batch is being appended already",
        () -> {
          now.applier().awaitRoom();
          batch.commits().forEach(commit -> commit.token().ifPresent(tokens::add));
          SplitBatch split = SplitBatch.of(batch);
          int logBytes = now.appender().append(split);
          now.applier().offer(split, logBytes);
          return nothing();
        });
  }

  @Override
  public void onApplied(LongConsumer newListener) {
    listener = newListener;
  }

  /// How far the tables are behind the log.
  public Lag lag() {
    return opened().applier().lag();
  }

  @Override
  public void hurry() {
    opened().applier().hurry();
  }

  @Override
  public <T> CompletableFuture<T> fetch(Fetch<T> question) {
    return reader.ask(question);
  }

  @Override
  public CompletableFuture<Optional<Long>> commitOf(CommitToken token) {
    return tokens.mayHave(token)
        ? reader.ask(token)
        : CompletableFuture.completedFuture(Optional.empty());
  }

  /// Fills the filter with the tokens that are in the tables; until then each token is looked up.
  private void readTokens() {
    TokenFilter.Bloom stored = tokens.forStored();
    try (Link link = new Link(settings, "tokens", "", Duration.ZERO)) {
      link.repeat(
          "reading the tokens of commits",
          deadline(),
          connection -> {
            connection.setAutoCommit(false);
            try (PreparedStatement statement =
                connection.prepareStatement("SELECT token FROM commit_token")) {
              statement.setFetchSize(SCAN_ROWS);
              try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                  stored.add(CommitToken.of(rows.getBytes(1)));
                }
              }
            }
            return true;
          });
      tokens.complete(stored);
    } catch (RuntimeException e) {
      if (!closed) {
        LOG.warn(
            "the tokens of earlier commits cannot be read; new ones are looked up one by one", e);
      }
    }
  }

  @Override
  public CompletableFuture<Long> reserve(Counter counter, long count) {
    if (count < 1) {
      throw new IllegalArgumentException(count + " numbers cannot be reserved");
    }
    // Done twice after a lost answer, this wastes numbers, which is no harm.
    return control(
        "reserving numbers of " + counter,
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  "UPDATE counter SET next = next + ? WHERE name = ? RETURNING next - ?")) {
            statement.setLong(1, count);
            statement.setString(2, counter.name());
            statement.setLong(3, count);
            try (ResultSet rows = statement.executeQuery()) {
              if (!rows.next()) {
                throw new StoreException(
                    StoreException.Kind.BROKEN, "the counter " + counter + " is missing");
              }
              return rows.getLong(1);
            }
          }
        });
  }

  @Override
  public void scanExtents(BiConsumer<InodeId, Extent> visitor) {
    // Not repeated when the connection breaks, because the visitor has seen rows already.
    try (Link link = new Link(settings, "scan", "", Duration.ZERO)) {
      ExtentScan.run(link.connection(), visitor);
    } catch (SQLException e) {
      throw SqlState.notDone("reading all extents", e);
    }
  }

  @Override
  public List<FileExtent> extentsAfter(InodeId inode, long index, int limit) {
    try (Link link = new Link(settings, "repair", "", settings.patience())) {
      return link.repeat(
          "reading a page of extents",
          deadline(),
          connection -> {
            List<FileExtent> page = new ArrayList<>();
            try (PreparedStatement statement = connection.prepareStatement(EXTENTS_AFTER)) {
              statement.setLong(1, inode.value());
              statement.setLong(2, index);
              statement.setInt(3, limit);
              try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                  page.add(
                      new FileExtent(
                          new InodeId(rows.getLong(1)), rows.getInt(2), Rows.extent(rows, 3)));
                }
              }
            }
            return page;
          });
    }
  }

  /// Opens a look at all tables as they are now.
  ///
  /// @param root whose subtree is looked at; [InodeId#NONE] for everything
  public MetadataAudit audit(InodeId root) {
    return new PostgresAudit(settings, root);
  }

  @Override
  public List<DatanodeRecord> datanodes() {
    try (Link link = new Link(settings, "datanodes", "", settings.patience())) {
      return link.repeat(
          "reading the datanodes",
          deadline(),
          connection -> {
            List<DatanodeRecord> list = new ArrayList<>();
            try (PreparedStatement statement =
                    connection.prepareStatement(
                        "SELECT id, identity, host, rack, blocks, ordered FROM datanode"
                            + " ORDER BY id");
                ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                list.add(
                    new DatanodeRecord(
                        new DatanodeId(rows.getInt(1)),
                        rows.getString(2),
                        rows.getString(3),
                        rows.getString(4),
                        rows.getLong(5),
                        order(rows.getInt(6))));
              }
            }
            return List.copyOf(list);
          });
    }
  }

  private static DatanodeRecord.Order order(int code) {
    for (DatanodeRecord.Order order : DatanodeRecord.Order.values()) {
      if (order.code() == code) {
        return order;
      }
    }
    throw new StoreException(
        StoreException.Kind.BROKEN, "a datanode has the unknown order " + code);
  }

  @Override
  public CompletableFuture<Void> putDatanode(DatanodeRecord datanode) {
    long epoch = opened().epoch();
    return control(
        "storing " + datanode.id(),
        connection -> {
          // Fenced like an append.
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  INSERT INTO datanode (id, identity, host, rack, blocks, ordered)
                  SELECT ?, ?, ?, ?, ?, ? FROM coordinator WHERE epoch = ? FOR SHARE
                  ON CONFLICT (id) DO UPDATE SET identity = excluded.identity,
                    host = excluded.host, rack = excluded.rack, blocks = excluded.blocks,
                    ordered = excluded.ordered
                  """)) {
            statement.setInt(1, datanode.id().value());
            statement.setString(2, datanode.identity());
            statement.setString(3, datanode.host());
            statement.setString(4, datanode.rack());
            statement.setLong(5, datanode.blocks());
            statement.setInt(6, datanode.order().code());
            statement.setLong(7, epoch);
            if (statement.executeUpdate() == 0) {
              throw new StoreException(
                  StoreException.Kind.FENCED,
                  "storing "
                      + datanode.id()
                      + ": another coordinator has taken over from epoch "
                      + epoch);
            }
            return nothing();
          }
        });
  }

  @Override
  public CompletableFuture<Void> deleteDatanode(DatanodeRecord datanode) {
    long epoch = opened().epoch();
    return control(
        "forgetting " + datanode.id(),
        connection -> {
          try (PreparedStatement statement =
              connection.prepareStatement(
                  """
                  WITH me AS (SELECT 1 FROM coordinator WHERE epoch = ? FOR SHARE),
                    gone AS (DELETE FROM datanode WHERE id = ? AND EXISTS (SELECT FROM me))
                  SELECT count(*) FROM me
                  """)) {
            statement.setLong(1, epoch);
            statement.setInt(2, datanode.id().value());
            try (ResultSet rows = statement.executeQuery()) {
              rows.next();
              if (rows.getLong(1) == 0) {
                throw new StoreException(
                    StoreException.Kind.FENCED,
                    "forgetting "
                        + datanode.id()
                        + ": another coordinator has taken over from epoch "
                        + epoch);
              }
            }
            return nothing();
          }
        });
  }

  private <T> CompletableFuture<T> control(String what, Link.Work<T> work) {
    long end = deadline();
    return call(
        controlling,
        MAX_WAITING_CALLS + " calls wait for PostgreSQL",
        () -> control.repeat(what, end, work));
  }

  /// Runs it on the executor, whose failures become those of the future.
  private <T> CompletableFuture<T> call(
      ThreadPoolExecutor executor, String full, Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      executor.execute(() -> {
        T result;
        try {
          result = work.get();
        } catch (StoreException e) {
          answer.completeExceptionally(e);
          return;
        } catch (RuntimeException e) {
          answer.completeExceptionally(
              new StoreException(StoreException.Kind.BROKEN, e.toString(), e));
          return;
        }
        answer.complete(result);
      });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(
          new StoreException(
              StoreException.Kind.UNAVAILABLE, closed ? "the store is closed" : full, e));
    }
    return answer;
  }

  /// What a future of nothing completes with.
  @SuppressWarnings("NullAway")
  private static Void nothing() {
    return null;
  }

  private Opened opened() {
    Opened now = opened;
    if (now == null) {
      throw new IllegalStateException("the store is not open");
    }
    return now;
  }

  private long deadline() {
    return System.nanoTime() + settings.patience().toNanos();
  }

  @Override
  public void close() {
    closed = true;
    appending.shutdown();
    controlling.shutdown();
    Opened now = opened;
    if (now != null) {
      now.appender().close();
      now.applier().close();
    }
    control.close();
    reader.close();
  }
}
