package io.plasmafs.namenode.store;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.InodeAudit;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.metadata.MetadataAudit;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/// One SQL transaction that sees the tables as they were when it began. Rows come by cursors, some
/// thousand at a time. What is only in the log is not seen: the tables are always between two
/// commits.
final class PostgresAudit implements MetadataAudit {
  private static final int ROWS = 5000;

  /// Directories above each other that are followed, lest a ring of them be followed for ever.
  private static final int DEPTH = 20_000;

  private static final String BELOW =
      """
      CREATE TEMPORARY TABLE audited ON COMMIT DROP AS
      WITH RECURSIVE below AS (
        SELECT ?::int8 AS id
        UNION SELECT e.inode FROM below b
        CROSS JOIN LATERAL (SELECT inode FROM entry WHERE parent = b.id OFFSET 0) e)
      SELECT id FROM below
      """;
  private static final String INODES =
      """
      SELECT i.id, i.type, i.nlink, i.size, i.blocks, i.content, i.parent,
        (SELECT count(*) FROM entry e WHERE e.inode = i.id),
        (SELECT count(*) FROM entry e WHERE e.inode = i.id AND e.parent <> i.parent),
        CASE WHEN i.type = 2 THEN (SELECT count(*) FROM entry e WHERE e.parent = i.id) ELSE 0 END,
        CASE WHEN i.type = 2 THEN (
          SELECT count(*) FROM entry e JOIN inode c ON c.id = e.inode
          WHERE e.parent = i.id AND c.type = 2) ELSE 0 END,
        (SELECT count(*) FROM extent x WHERE x.inode = i.id),
        (SELECT coalesce(sum(x.count), 0) FROM extent x WHERE x.inode = i.id),
        coalesce(s.block, -1), coalesce(s.bytes, 0),
        EXISTS (
          SELECT 1 FROM extent x
          WHERE x.inode = i.id AND x.index <= s.block AND x.index + x.count > s.block)
      FROM inode i
      LEFT JOIN LATERAL (
        SELECT max(c.block) AS block, sum(octet_length(c.content)) AS bytes FROM small_file c
        WHERE c.inode = i.id AND c.version <= (SELECT sequence FROM applied WHERE one)
          AND c.version >= (
            SELECT max(b.version) FROM small_file b
            WHERE b.inode = i.id AND b.version <= (SELECT sequence FROM applied WHERE one)
              AND NOT b.continues)) s ON true
      """;
  private static final String ENTRIES =
      """
      SELECT e.parent, e.name, e.inode, i.id IS NOT NULL, coalesce(p.type = 2, false)
      FROM entry e LEFT JOIN inode i ON i.id = e.inode LEFT JOIN inode p ON p.id = e.parent
      """;
  private static final String EXTENTS =
      "SELECT e.inode, coalesce(i.replication, 0), coalesce(i.nlink, -1), "
          + Rows.EXTENT
          + " FROM extent e LEFT JOIN inode i ON i.id = e.inode ";
  private static final String REPLICAS =
      """
      SELECT r.datanode, r.first, e.count, e.inode, e.index, e.generation
      FROM extent e CROSS JOIN LATERAL unnest(e.datanodes, e.first_blocks) AS r(datanode, first)
      ORDER BY r.datanode, r.first
      """;
  private static final String HOLDS =
      """
      SELECT 1
      FROM extent e CROSS JOIN LATERAL unnest(e.datanodes, e.first_blocks) AS r(datanode, first)
      WHERE e.inode = ? AND e.index = ? AND e.count = ? AND e.generation = ?
        AND r.datanode = ? AND r.first = ?
      """;
  private static final String PATH =
      """
      WITH RECURSIVE up AS (
        (SELECT e.parent, e.name, 1 AS depth
         FROM entry e LEFT JOIN inode i ON i.id = e.inode
         WHERE e.inode = ? ORDER BY (e.parent = i.parent) IS TRUE DESC LIMIT 1)
        UNION ALL
        SELECT n.parent, n.name, up.depth + 1 FROM up CROSS JOIN LATERAL (
          SELECT e.parent, e.name FROM entry e LEFT JOIN inode i ON i.id = e.inode
          WHERE e.inode = up.parent ORDER BY (e.parent = i.parent) IS TRUE DESC LIMIT 1) n
        WHERE up.parent <> 1 AND up.depth < ?)
      SELECT parent, name FROM up ORDER BY depth DESC
      """;

  private final Link link;
  private final Connection connection;
  private final boolean partly;

  /// @param root whose subtree is looked at; [InodeId#NONE] for everything
  PostgresAudit(StoreSettings settings, InodeId root) {
    this.link = new Link(settings, "audit", "", Duration.ZERO);
    this.partly = !root.equals(InodeId.NONE);
    boolean opened = false;
    try {
      this.connection = link.connection();
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      if (partly) {
        try (PreparedStatement statement = connection.prepareStatement(BELOW)) {
          statement.setLong(1, root.value());
          statement.execute();
        }
      }
      opened = true;
    } catch (SQLException e) {
      throw SqlState.notDone("beginning to look at all tables", e);
    } finally {
      if (!opened) {
        link.close();
      }
    }
  }

  private String only(String column) {
    return partly ? "JOIN audited a ON a.id = " + column : "";
  }

  @Override
  public long sequence() {
    return number("SELECT sequence FROM applied");
  }

  @Override
  public long inodeCount() {
    return number("SELECT count(*) FROM inode i " + only("i.id"));
  }

  @Override
  public long extentCount() {
    return number("SELECT count(*) FROM extent e " + only("e.inode"));
  }

  private long number(String sql) {
    try (PreparedStatement statement = connection.prepareStatement(sql);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw SqlState.notDone("reading a number of all tables", e);
    }
  }

  @Override
  public void inodes(Visitor<InodeAudit> visitor) throws InterruptedException {
    // The plan holds for all of the look, however the tables grow meanwhile.
    set("enable_seqscan", "off");
    each(
        INODES + only("i.id") + " ORDER BY i.id",
        row ->
            new InodeAudit(
                new InodeId(row.getLong(1)),
                FileType.ofCode(row.getInt(2)),
                row.getInt(3),
                row.getLong(4),
                row.getLong(5),
                ContentKind.ofCode(row.getInt(6)),
                new InodeId(row.getLong(7)),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getLong(13),
                row.getLong(14),
                row.getLong(15),
                row.getBoolean(16)),
        visitor);
    set("enable_seqscan", "on");
  }

  private void set(String name, String value) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET LOCAL " + name + " = " + value);
    } catch (SQLException e) {
      throw SqlState.notDone("setting " + name, e);
    }
  }

  @Override
  public void looseEntries(Visitor<LooseEntry> visitor) throws InterruptedException {
    each(
        ENTRIES + only("e.parent") + " WHERE i.id IS NULL OR p.id IS NULL OR p.type <> 2",
        row ->
            new LooseEntry(
                new InodeId(row.getLong(1)),
                Bytes.wrap(row.getBytes(2)),
                new InodeId(row.getLong(3)),
                row.getBoolean(4),
                row.getBoolean(5)),
        visitor);
  }

  @Override
  public void extents(Visitor<ExtentAudit> visitor) throws InterruptedException {
    each(
        EXTENTS + only("e.inode") + " ORDER BY e.inode, e.index",
        row ->
            new ExtentAudit(
                new FileExtent(new InodeId(row.getLong(1)), row.getInt(2), Rows.extent(row, 4)),
                row.getInt(3)),
        visitor);
  }

  @Override
  public void replicas(Visitor<PlacedRun> visitor) throws InterruptedException {
    each(
        REPLICAS,
        row ->
            new PlacedRun(
                new DatanodeId(row.getInt(1)),
                row.getLong(2),
                row.getInt(3),
                new InodeId(row.getLong(4)),
                row.getLong(5),
                row.getLong(6)),
        visitor);
  }

  /// Makes a value of a row.
  private interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> void each(String sql, RowReader<T> reader, Visitor<T> visitor)
      throws InterruptedException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(ROWS);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          visitor.visit(reader.read(rows));
        }
      }
    } catch (SQLException e) {
      throw SqlState.notDone("looking at all tables", e);
    }
  }

  @Override
  public boolean holds(PlacedRun replica) {
    try (PreparedStatement statement = connection.prepareStatement(HOLDS)) {
      statement.setLong(1, replica.inode().value());
      statement.setLong(2, replica.index());
      statement.setInt(3, replica.count());
      statement.setLong(4, replica.generation());
      statement.setInt(5, replica.datanode().value());
      statement.setLong(6, replica.first());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next();
      }
    } catch (SQLException e) {
      throw SqlState.notDone("looking for a replica", e);
    }
  }

  @Override
  public Optional<Bytes> path(InodeId inode) {
    if (inode.equals(InodeId.ROOT)) {
      return Optional.of(Bytes.wrap(new byte[0]));
    }
    try (PreparedStatement statement = connection.prepareStatement(PATH)) {
      statement.setLong(1, inode.value());
      statement.setInt(2, DEPTH);
      ByteArrayOutputStream path = new ByteArrayOutputStream();
      try (ResultSet rows = statement.executeQuery()) {
        if (!rows.next() || rows.getLong(1) != InodeId.ROOT.value()) {
          return Optional.empty();
        }
        path.writeBytes(rows.getBytes(2));
        while (rows.next()) {
          path.write('/');
          path.writeBytes(rows.getBytes(2));
        }
      }
      return Optional.of(Bytes.wrap(path.toByteArray()));
    } catch (SQLException e) {
      throw SqlState.notDone("looking for a path", e);
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
