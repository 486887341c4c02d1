package io.plasmafs.namenode.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Rows gathered column by column, to be given to one statement as arrays. Runs the statement
/// whenever enough rows are there, so that its size is bounded.
final class Columns {
  private static final int MAX_ROWS = 5000;
  private static final long MAX_BYTES = 4 << 20;

  private final Connection connection;
  private final String sql;
  private final String[] types;
  private final List<Object[]> rows = new ArrayList<>();
  private long bytes;

  /// @param sql with one `?` for each column
  /// @param types of the columns: `int8`, `int4`, `int2`, `text` or `bytea`
  Columns(Connection connection, String sql, String... types) {
    this.connection = connection;
    this.sql = sql;
    this.types = types;
  }

  /// Adds a row.
  ///
  /// @param weight its size in bytes, roughly, where that may be large
  void add(long weight, Object... values) throws SQLException {
    rows.add(values);
    bytes += weight;
    if (rows.size() >= MAX_ROWS || bytes >= MAX_BYTES) {
      flush();
    }
  }

  /// Runs the statement for the rows that are left.
  void flush() throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int c = 0; c < types.length; c++) {
        statement.setArray(c + 1, connection.createArrayOf(types[c], column(c)));
      }
      statement.executeUpdate();
    }
    rows.clear();
    bytes = 0;
  }

  private Object[] column(int c) {
    Object[] values = new Object[rows.size()];
    for (int r = 0; r < values.length; r++) {
      values[r] = rows.get(r)[c];
    }
    // The driver sends arrays of these classes in binary.
    return switch (types[c]) {
      case "int8" -> Arrays.copyOf(values, values.length, Long[].class);
      case "int4" -> Arrays.copyOf(values, values.length, Integer[].class);
      case "int2" -> Arrays.copyOf(values, values.length, Short[].class);
      case "bytea" -> Arrays.copyOf(values, values.length, byte[][].class);
      case "text" -> Arrays.copyOf(values, values.length, String[].class);
      default -> throw new IllegalArgumentException("column type " + types[c]);
    };
  }
}
