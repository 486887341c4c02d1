package io.plasmafs.distribution;

import io.plasmafs.postgres.PostgresException;
import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.PostgresSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Our own PostgreSQL. Started, it answers.
record PostgresRole(PostgresSettings settings, String database) implements Role {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

  @Override
  public String name() {
    return "postgres";
  }

  @Override
  public List<Path> logs() {
    return List.of(settings.log());
  }

  @Override
  public ProcessHandle start() throws IOException {
    try {
      PostgresServer server = PostgresServer.start(settings);
      server.ensureDatabase(database);
      return ProcessHandle.of(server.pid())
          .orElseThrow(() -> new IOException("PostgreSQL ended as soon as it was started"));
    } catch (PostgresException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void stop(ProcessHandle process) {
    PostgresServer.find(settings).ifPresent(server -> server.stop(STOP_LIMIT));
  }
}
