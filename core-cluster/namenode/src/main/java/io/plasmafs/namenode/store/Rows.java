package io.plasmafs.namenode.store;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Makes values of rows.
final class Rows {
  /// Columns of an inode `i`, as [#inode] reads them.
  static final String INODE =
      """
      i.id, i.type, i.mode, i.owner_name, i.group_name, i.size,
      i.mtime_seconds, i.mtime_nanos, i.ctime_seconds, i.ctime_nanos,
      i.birth_seconds, i.birth_nanos, i.nlink, i.replication, i.blocks, i.content,
      i.version, i.content_version, i.parent, i.target\
      """;

  /// Columns of an extent `e`, as [#extent] reads them.
  static final String EXTENT =
      "e.index, e.count, e.generation, e.datanodes, e.first_blocks, e.checksums";

  private Rows() {}

  /// The inode in the columns from `c` on.
  static InodeRecord inode(ResultSet row, int c) throws SQLException {
    byte[] target = row.getBytes(c + 19);
    return new InodeRecord(
        new Attributes(
            new InodeId(row.getLong(c)),
            FileType.ofCode(row.getInt(c + 1)),
            row.getInt(c + 2),
            row.getString(c + 3),
            row.getString(c + 4),
            row.getLong(c + 5),
            instant(row, c + 6),
            instant(row, c + 8),
            instant(row, c + 10),
            row.getInt(c + 12),
            row.getInt(c + 13),
            row.getLong(c + 14),
            row.getLong(c + 16),
            row.getLong(c + 17)),
        ContentKind.ofCode(row.getInt(c + 15)),
        new InodeId(row.getLong(c + 18)),
        target == null ? Optional.empty() : Optional.of(LinkTarget.of(target)));
  }

  private static Instant instant(ResultSet row, int c) throws SQLException {
    return Instant.ofEpochSecond(row.getLong(c), row.getInt(c + 1));
  }

  /// The extent in the columns from `c` on.
  static Extent extent(ResultSet row, int c) throws SQLException {
    Integer[] datanodes = (Integer[]) row.getArray(c + 3).getArray();
    Long[] firstBlocks = (Long[]) row.getArray(c + 4).getArray();
    List<Replica> replicas = new ArrayList<>(datanodes.length);
    for (int i = 0; i < datanodes.length; i++) {
      replicas.add(new Replica(new DatanodeId(datanodes[i]), firstBlocks[i]));
    }
    return new Extent(
        row.getLong(c),
        row.getInt(c + 1),
        row.getLong(c + 2),
        replicas,
        LogCodec.checksums(row.getBytes(c + 5)));
  }
}
