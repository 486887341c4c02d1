package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How PostgreSQL looks up arrays of keys. The tables are analysed while they are empty, as they
/// are after everything was deleted: then it takes it for cheap to go through all of a table for
/// each statement, and a plan that does is kept while the table grows again.
class PlansTest {
  private static final Pattern PARAMETER = Pattern.compile("\\?(?:::(\\w+\\[]))?");

  @ParameterizedTest
  @ValueSource(
      strings = {
        Reader.INODES,
        Reader.ENTRIES,
        Reader.EXTENTS,
        Reader.CONTENTS,
        Reader.XATTRS,
        Reader.NAMES,
        Reader.ORPHANS,
        Reader.TOKENS,
        Tables.DELETE_ENTRIES,
        Tables.DELETE_EXTENTS,
        Tables.DELETE_SUPERSEDED_CONTENTS,
        Tables.DELETE_XATTRS,
        PostgresStore.EXTENTS_AFTER
      })
  void eachKeyIsLookedUpInTheIndex(String sql) throws SQLException {
    List<String> plan = plan(sql);
    assertThat(plan).noneMatch(line -> line.contains("Join Filter"));
    assertThat(plan).noneMatch(line -> line.contains("Seq Scan"));
    assertThat(plan.stream().filter(line -> line.contains("Index Cond")))
        .hasSameSizeAs(
            plan.stream()
                .filter(line ->
                    line.contains("Index") && line.contains("Scan") && !line.contains("Cond"))
                .toList());
  }

  /// Else all runs behind a block were read to find the next few.
  @Test
  void theIndexEndsWithTheRunBehindThoseThatAreAskedFor() throws SQLException {
    assertThat(plan(Reader.EXTENTS))
        .anyMatch(line -> line.contains("Index Cond") && line.contains("COALESCE"));
  }

  /// What the first test is to notice.
  @Test
  void aPlainJoinGoesThroughTheTable() throws SQLException {
    assertThat(plan("SELECT i.id FROM unnest(?::int8[]) AS k(id) JOIN inode i ON i.id = k.id"))
        .anyMatch(line -> line.contains("Join Filter"));
  }

  private static List<String> plan(String sql) throws SQLException {
    StoreSettings settings = Databases.fresh();
    List<String> types = new ArrayList<>();
    Matcher parameters = PARAMETER.matcher(sql);
    String numbered =
        parameters.replaceAll(found -> {
          types.add(found.group(1) == null ? "int8" : found.group(1));
          return "\\$" + types.size();
        });
    String nulls = String.join(", ", types.stream().map(type -> "NULL").toList());
    List<String> lines = new ArrayList<>();
    try (Link link = new Link(settings, "plans", Tables.LOOK_UPS, settings.patience());
        Statement statement = link.connection().createStatement()) {
      statement.execute("ANALYZE");
      statement.execute("PREPARE question(" + String.join(", ", types) + ") AS " + numbered);
      try (ResultSet rows = statement.executeQuery("EXPLAIN EXECUTE question(" + nulls + ")")) {
        while (rows.next()) {
          lines.add(rows.getString(1));
        }
      }
    }
    return lines;
  }
}
