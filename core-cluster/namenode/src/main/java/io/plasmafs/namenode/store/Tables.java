package io.plasmafs.namenode.store;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Replica;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes what a window says to the tables, in sets. The caller owns the SQL transaction.
final class Tables {
  /// For connections that look up arrays of keys in large tables. The plan, which is made once,
  /// must be a look-up in the index for each key, whatever the statistics say: they say nothing of
  /// a new table, and of one that was emptied that it is not worth it. These settings leave nested
  /// loops and indexes only; that the keys are the outer side of the loop, and not the table, is
  /// for the statements to see to, by a LATERAL subquery with OFFSET 0, which is not moved.
  static final String LOOK_UPS =
      "-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off"
          + " -c plan_cache_mode=force_generic_plan";

  private static final String PUT_INODES =
      """
      INSERT INTO inode (id, type, mode, owner_name, group_name, size,
        mtime_seconds, mtime_nanos, ctime_seconds, ctime_nanos, birth_seconds, birth_nanos,
        nlink, replication, blocks, content, version, content_version, parent, target)
      SELECT * FROM unnest(?::int8[], ?::int2[], ?::int4[], ?::text[], ?::text[], ?::int8[],
        ?::int8[], ?::int4[], ?::int8[], ?::int4[], ?::int8[], ?::int4[],
        ?::int4[], ?::int4[], ?::int8[], ?::int2[], ?::int8[], ?::int8[], ?::int8[], ?::bytea[])
      ON CONFLICT (id) DO UPDATE SET
        type = excluded.type, mode = excluded.mode,
        owner_name = excluded.owner_name, group_name = excluded.group_name, size = excluded.size,
        mtime_seconds = excluded.mtime_seconds, mtime_nanos = excluded.mtime_nanos,
        ctime_seconds = excluded.ctime_seconds, ctime_nanos = excluded.ctime_nanos,
        birth_seconds = excluded.birth_seconds, birth_nanos = excluded.birth_nanos,
        nlink = excluded.nlink, replication = excluded.replication, blocks = excluded.blocks,
        content = excluded.content, version = excluded.version,
        content_version = excluded.content_version, parent = excluded.parent,
        target = excluded.target
      """;

  static final String DELETE_ENTRIES =
      """
      DELETE FROM entry WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM unnest(?::int8[], ?::bytea[]) AS k(parent, name)
        CROSS JOIN LATERAL (
          SELECT ctid FROM entry WHERE parent = k.parent AND name = k.name OFFSET 0) e))
      """;
  static final String DELETE_EXTENTS =
      """
      DELETE FROM extent WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM unnest(?::int8[], ?::int8[]) AS k(inode, index)
        CROSS JOIN LATERAL (
          SELECT ctid FROM extent WHERE inode = k.inode AND index = k.index OFFSET 0) e))
      """;
  static final String DELETE_SUPERSEDED_CONTENTS =
      """
      DELETE FROM small_file WHERE ctid = ANY (ARRAY(
        SELECT s.ctid FROM unnest(?::int8[], ?::int8[]) AS k(inode, version)
        CROSS JOIN LATERAL (
          SELECT ctid FROM small_file WHERE inode = k.inode AND version < k.version OFFSET 0) s))
      """;
  static final String DELETE_XATTRS =
      """
      DELETE FROM xattr WHERE ctid = ANY (ARRAY(
        SELECT x.ctid FROM unnest(?::int8[], ?::bytea[]) AS k(inode, name)
        CROSS JOIN LATERAL (
          SELECT ctid FROM xattr WHERE inode = k.inode AND name = k.name OFFSET 0) x))
      """;

  private Tables() {}

  static void write(Connection connection, ChangeWindow window) throws SQLException {
    deleteInodes(connection, window);
    inodes(connection, window);
    entries(connection, window);
    extents(connection, window);
    contents(connection, window);
    xattrs(connection, window);
    tokens(connection, window);
  }

  private static void deleteInodes(Connection connection, ChangeWindow window) throws SQLException {
    // Their contents are superseded like others.
    String[][] tables = {{"inode", "id"}, {"extent", "inode"}, {"xattr", "inode"}};
    for (String[] table : tables) {
      Columns rows =
          new Columns(
              connection,
              "DELETE FROM " + table[0] + " WHERE " + table[1] + " = ANY (?::int8[])",
              "int8");
      for (long id : window.deletedInodes()) {
        rows.add(8, id);
      }
      rows.flush();
    }
  }

  // Seconds and nanoseconds are two columns.
  @SuppressWarnings("JavaInstantGetSecondsGetNano")
  private static void inodes(Connection connection, ChangeWindow window) throws SQLException {
    Columns rows =
        new Columns(
            connection,
            PUT_INODES,
            "int8",
            "int2",
            "int4",
            "text",
            "text",
            "int8",
            "int8",
            "int4",
            "int8",
            "int4",
            "int8",
            "int4",
            "int4",
            "int4",
            "int8",
            "int2",
            "int8",
            "int8",
            "int8",
            "bytea");
    for (InodeRecord inode : window.inodes().values()) {
      byte @Nullable [] target = inode.target().map(LinkTarget::bytes).orElse(null);
      rows.add(
          target == null ? 0 : target.length,
          values(
              inode.id().value(),
              (short) inode.type().code(),
              inode.mode(),
              inode.owner(),
              inode.group(),
              inode.size(),
              inode.mtime().getEpochSecond(),
              inode.mtime().getNano(),
              inode.ctime().getEpochSecond(),
              inode.ctime().getNano(),
              inode.birth().getEpochSecond(),
              inode.birth().getNano(),
              inode.nlink(),
              inode.replication(),
              inode.blocks(),
              (short) inode.content().code(),
              inode.version(),
              inode.contentVersion(),
              inode.parent().value(),
              target));
    }
    rows.flush();
  }

  /// The target of an inode that is no link is SQL's null.
  @SuppressWarnings("NullAway")
  private static Object[] values(@Nullable Object... values) {
    return values;
  }

  private static void entries(Connection connection, ChangeWindow window) throws SQLException {
    Columns deletes = new Columns(connection, DELETE_ENTRIES, "int8", "bytea");
    Columns puts =
        new Columns(
            connection,
            """
            INSERT INTO entry (parent, name, inode)
            SELECT * FROM unnest(?::int8[], ?::bytea[], ?::int8[])
            ON CONFLICT (parent, name) DO UPDATE SET inode = excluded.inode
            """,
            "int8",
            "bytea",
            "int8");
    for (Map.Entry<ChangeWindow.EntryKey, Optional<InodeId>> entry : window.entries().entrySet()) {
      ChangeWindow.EntryKey key = entry.getKey();
      if (entry.getValue().isPresent()) {
        puts.add(0, key.directory(), key.name().bytes(), entry.getValue().get().value());
      } else {
        deletes.add(0, key.directory(), key.name().bytes());
      }
    }
    deletes.flush();
    puts.flush();
  }

  private static void extents(Connection connection, ChangeWindow window) throws SQLException {
    Columns deletes = new Columns(connection, DELETE_EXTENTS, "int8", "int8");
    // Arrays of unequal lengths cannot be unnested, so they travel as their text.
    Columns puts =
        new Columns(
            connection,
            """
            INSERT INTO extent (inode, index, count, generation, datanodes, first_blocks, checksums)
            SELECT k.inode, k.index, k.count, k.generation,
              k.datanodes::int4[], k.first_blocks::int8[], k.checksums
            FROM unnest(?::int8[], ?::int8[], ?::int4[], ?::int8[], ?::text[], ?::text[], ?::bytea[])
              AS k(inode, index, count, generation, datanodes, first_blocks, checksums)
            ON CONFLICT (inode, index) DO UPDATE SET
              count = excluded.count, generation = excluded.generation,
              datanodes = excluded.datanodes, first_blocks = excluded.first_blocks,
              checksums = excluded.checksums
            """,
            "int8",
            "int8",
            "int4",
            "int8",
            "text",
            "text",
            "bytea");
    for (Map.Entry<Long, Map<Long, Optional<Extent>>> file : window.extents().entrySet()) {
      for (Map.Entry<Long, Optional<Extent>> run : file.getValue().entrySet()) {
        if (run.getValue().isEmpty()) {
          deletes.add(0, file.getKey(), run.getKey());
          continue;
        }
        Extent extent = run.getValue().get();
        byte[] checksums = LogCodec.checksumBytes(extent.checksums());
        puts.add(
            checksums.length,
            file.getKey(),
            extent.index(),
            extent.count(),
            extent.generation(),
            datanodes(extent),
            firstBlocks(extent),
            checksums);
      }
    }
    deletes.flush();
    puts.flush();
  }

  private static String datanodes(Extent extent) {
    StringBuilder text = new StringBuilder("{");
    for (Replica replica : extent.replicas()) {
      text.append(text.length() > 1 ? "," : "").append(replica.datanode().value());
    }
    return text.append('}').toString();
  }

  private static String firstBlocks(Extent extent) {
    StringBuilder text = new StringBuilder("{");
    for (Replica replica : extent.replicas()) {
      text.append(text.length() > 1 ? "," : "").append(replica.firstBlock());
    }
    return text.append('}').toString();
  }

  /// Contents are in their table before they get here, but for those of a log that an earlier
  /// release has written.
  private static void contents(Connection connection, ChangeWindow window) throws SQLException {
    Columns superseded = new Columns(connection, DELETE_SUPERSEDED_CONTENTS, "int8", "int8");
    Columns puts =
        new Columns(
            connection,
            """
            INSERT INTO small_file (inode, version, block, continues, content)
            SELECT i, v, 0, false, c FROM unnest(?::int8[], ?::int8[], ?::bytea[]) AS k(i, v, c)
            ON CONFLICT (inode, version) DO NOTHING
            """,
            "int8",
            "int8",
            "bytea");
    for (Map.Entry<Long, ChangeWindow.Content> file : window.contents().entrySet()) {
      long version = file.getValue().version();
      superseded.add(0, file.getKey(), version);
      if (file.getValue().unstored().isPresent()) {
        byte[] bytes = file.getValue().unstored().get().unsafeArray();
        puts.add(bytes.length, file.getKey(), version, bytes);
      }
    }
    superseded.flush();
    puts.flush();
  }

  private static void xattrs(Connection connection, ChangeWindow window) throws SQLException {
    Columns deletes = new Columns(connection, DELETE_XATTRS, "int8", "bytea");
    Columns puts =
        new Columns(
            connection,
            """
            INSERT INTO xattr (inode, name, value)
            SELECT * FROM unnest(?::int8[], ?::bytea[], ?::bytea[])
            ON CONFLICT (inode, name) DO UPDATE SET value = excluded.value
            """,
            "int8",
            "bytea",
            "bytea");
    for (Map.Entry<Long, Map<XattrName, Optional<Bytes>>> inode : window.xattrs().entrySet()) {
      for (Map.Entry<XattrName, Optional<Bytes>> xattr : inode.getValue().entrySet()) {
        if (xattr.getValue().isPresent()) {
          byte[] value = xattr.getValue().get().unsafeArray();
          puts.add(value.length, inode.getKey(), xattr.getKey().bytes(), value);
        } else {
          deletes.add(0, inode.getKey(), xattr.getKey().bytes());
        }
      }
    }
    deletes.flush();
    puts.flush();
  }

  private static void tokens(Connection connection, ChangeWindow window) throws SQLException {
    Columns puts =
        new Columns(
            connection,
            """
            INSERT INTO commit_token (token, sequence) SELECT * FROM unnest(?::bytea[], ?::int8[])
            ON CONFLICT (token) DO UPDATE SET sequence = excluded.sequence
            """,
            "bytea",
            "int8");
    for (Map.Entry<CommitToken, Long> token : window.tokens().entrySet()) {
      puts.add(0, token.getKey().bytes(), token.getValue());
    }
    puts.flush();
  }
}
