package io.plasmafs.namenode.store;

import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.TemporaryPostgres;
import java.util.Optional;

/// Databases for tests: one server for all of them, and for each test a fresh copy of a database
/// whose tables are there already.
final class Databases {
  private static final TemporaryPostgres POSTGRES = TemporaryPostgres.start(false);
  private static final String TEMPLATE = makeTemplate(POSTGRES);

  private Databases() {}

  private static String makeTemplate(TemporaryPostgres postgres) {
    String name = postgres.newDatabase(Optional.empty());
    Schema.migrate(settings(postgres.server(), name));
    return name;
  }

  static PostgresServer server() {
    return POSTGRES.server();
  }

  static StoreSettings fresh() {
    return settings(POSTGRES.server(), POSTGRES.newDatabase(Optional.of(TEMPLATE)));
  }

  static StoreSettings empty() {
    return settings(POSTGRES.server(), POSTGRES.newDatabase(Optional.empty()));
  }

  static StoreSettings settings(PostgresServer server, String database) {
    return StoreSettings.of(
        server.jdbcUrl(database), PostgresServer.USER, server.password(), "test", 65536);
  }
}
