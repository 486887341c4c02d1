package io.plasmafs.testkit;

import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.TemporaryPostgres;
import java.util.Optional;

/// An empty database for one test. One PostgreSQL serves all tests of the JVM: it is started when
/// it is first needed, and stopped with the JVM.
public record TestDatabase(String jdbcUrl, String user, String password) {
  private static final class Server {
    static final TemporaryPostgres POSTGRES =
        TemporaryPostgres.start(Boolean.getBoolean("plasma.test.durable"));
  }

  /// Makes one.
  public static TestDatabase create() {
    PostgresServer server = Server.POSTGRES.server();
    return new TestDatabase(
        server.jdbcUrl(Server.POSTGRES.newDatabase(Optional.empty())),
        PostgresServer.USER,
        server.password());
  }
}
