package io.plasmafs.namenode.store;

import io.plasmafs.namenode.metadata.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/// Brings the tables to the state that this program knows, and checks whose they are.
final class Schema {
  /// Of what is in the tables, beyond their columns. Raised when an older program would misread it.
  private static final int FORMAT = 1;

  private Schema() {}

  /// Creates or updates the tables.
  ///
  /// @throws StoreException UNAVAILABLE, or BROKEN if it is another program's database, or a newer
  ///   version's
  static void migrate(StoreSettings settings) {
    try {
      Flyway.configure(Schema.class.getClassLoader())
          .dataSource(settings.jdbcUrl(), settings.user(), settings.password())
          .locations("classpath:io/plasmafs/namenode/store/migration")
          .ignoreMigrationPatterns(new String[0])
          .cleanDisabled(true)
          .load()
          .migrate();
    } catch (FlywayException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException failure) {
          throw SqlState.notDone("setting up the tables", failure);
        }
      }
      throw new StoreException(
          StoreException.Kind.BROKEN,
          settings.jdbcUrl()
              + " is not a database of this version of PlasmaFS; an empty database or the matching"
              + " version is needed: "
              + e.getMessage(),
          e);
    }
  }

  /// Writes down whose database it is if it is new; else compares.
  static boolean check(Connection connection, StoreSettings settings) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO cluster_state (cluster, block_size, format) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      statement.setString(1, settings.cluster());
      statement.setInt(2, settings.blockSize());
      statement.setInt(3, FORMAT);
      statement.executeUpdate();
    }
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT cluster, block_size, format FROM cluster_state");
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      String cluster = rows.getString(1);
      int blockSize = rows.getInt(2);
      int format = rows.getInt(3);
      if (!cluster.equals(settings.cluster())) {
        throw broken(
            settings, "belongs to the cluster '" + cluster + "'", "'" + settings.cluster() + "'");
      }
      if (blockSize != settings.blockSize()) {
        throw broken(
            settings, "has blocks of " + blockSize + " bytes", settings.blockSize() + " bytes");
      }
      if (format != FORMAT) {
        throw broken(settings, "has format " + format, "format " + FORMAT);
      }
    }
    return true;
  }

  private static StoreException broken(StoreSettings settings, String found, String expected) {
    return new StoreException(
        StoreException.Kind.BROKEN,
        "the database " + settings.jdbcUrl() + " " + found + ", expected was " + expected);
  }
}
