package io.plasmafs.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
  @TempDir Path directory;

  private static String ask(PostgresServer server, String sql) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void dataSurviveAStopAndTheServerIsFoundAgainWhileItRuns() throws Exception {
    PostgresSettings settings = PostgresSettings.in(directory.resolve("pg"));
    PostgresServer first = PostgresServer.start(settings);
    try {
      first.ensureDatabase("plasma");
      first.ensureDatabase("plasma");
      try (Connection connection = first.connect("plasma");
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t AS SELECT 7 AS n");
      }

      PostgresServer found = PostgresServer.start(settings);
      assertThat(found.pid()).isEqualTo(first.pid());
      assertThat(PostgresServer.find(settings)).isPresent();

      first.stop(Duration.ofSeconds(30));
      assertThat(first.isAlive()).isFalse();
      assertThat(PostgresServer.find(settings)).isEmpty();

      PostgresServer second = PostgresServer.start(settings);
      assertThat(second.pid()).isNotEqualTo(first.pid());
      try (Connection connection = second.connect("plasma");
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT n FROM t")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(7);
      }
    } finally {
      PostgresServer.find(settings).ifPresent(s -> s.stop(Duration.ofSeconds(30)));
    }
  }

  @Test
  void settingsMakeCommitsDurableAndKeepOthersOut() throws Exception {
    PostgresSettings settings =
        PostgresSettings.in(directory.resolve("pg")).withTemplate().withDurable(true);
    PostgresServer server = PostgresServer.start(settings);
    try {
      assertThat(ask(server, "SHOW fsync")).isEqualTo("on");
      assertThat(ask(server, "SHOW full_page_writes")).isEqualTo("on");
      assertThat(ask(server, "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(ask(server, "SHOW data_checksums")).isEqualTo("on");
      assertThat(ask(server, "SHOW max_prepared_transactions")).isEqualTo("64");
      assertThat(ask(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(server.directory().resolve("password"))))
          .isEqualTo("rw-------");
      assertThatThrownBy(() ->
              DriverManager.getConnection(server.jdbcUrl("postgres"), PostgresServer.USER, "guess"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
    } finally {
      server.stop(Duration.ofSeconds(30));
    }
  }

  @Test
  void aKilledServerStartsAgainWithWhatItAcknowledged() throws Exception {
    try (TemporaryPostgres postgres = TemporaryPostgres.start(false)) {
      String database = postgres.newDatabase(Optional.empty());
      try (Connection connection = postgres.server().connect(database);
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t AS SELECT 8 AS n");
        postgres.kill();
      }
      assertThat(postgres.server().isAlive()).isFalse();
      postgres.restart();
      try (Connection connection = postgres.server().connect(database);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT n FROM t")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(8);
      }
    }
  }

  /// In a directory that everybody can reach, so that root uses the account of the installation.
  @Test
  void anInstalledServerIsUsedWhenNamed() throws Exception {
    Optional<Path> installation = findInstallation();
    assumeTrue(installation.isPresent(), "no PostgreSQL is installed here");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path sockets = Files.createDirectory(directory.resolve("sockets"));
    Files.setPosixFilePermissions(sockets, PosixFilePermissions.fromString("rwxrwxrwx"));
    PostgresSettings settings =
        PostgresSettings.in(directory.resolve("pg"))
            .withInstallation(installation.get())
            .withSocketDirectory(sockets);
    PostgresServer server = PostgresServer.start(settings);
    try {
      assertThat(ask(server, "SELECT current_user")).isEqualTo(PostgresServer.USER);
      assertThat(sockets.resolve(".s.PGSQL." + server.port())).exists();
      assertThat(PostgresServer.start(settings).pid()).isEqualTo(server.pid());
    } finally {
      server.stop(Duration.ofSeconds(30));
    }
  }

  private static Optional<Path> findInstallation() throws Exception {
    Path all = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(all)) {
      return Optional.empty();
    }
    try (Stream<Path> versions = Files.list(all)) {
      return versions
          .filter(v -> Files.isExecutable(v.resolve("bin").resolve("postgres")))
          .max(Comparator.naturalOrder());
    }
  }

  @Test
  void anInstallationWithoutServerIsNamed() {
    PostgresSettings settings =
        PostgresSettings.in(directory.resolve("pg")).withInstallation(directory);
    assertThatThrownBy(() -> PostgresServer.start(settings))
        .isInstanceOf(PostgresException.class)
        .hasMessageContaining("bin/initdb is missing");
  }
}
