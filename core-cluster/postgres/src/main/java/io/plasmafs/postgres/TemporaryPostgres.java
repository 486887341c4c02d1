package io.plasmafs.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A server in a temporary directory, gone when it is closed, for tests. It does not wait for the
/// disk unless told to, yet what it acknowledged survives [#kill].
public final class TemporaryPostgres implements AutoCloseable {
  private final Path directory;
  private final PostgresSettings settings;
  private final AtomicInteger databases = new AtomicInteger();
  private final Thread hook = new Thread(this::remove, "stop-postgres");
  private volatile PostgresServer server;

  private TemporaryPostgres(Path directory, PostgresSettings settings) {
    this.directory = directory;
    this.settings = settings;
    this.server = PostgresServer.start(settings);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /// Starts one.
  ///
  /// @param durable whether commits wait for the disk
  public static TemporaryPostgres start(boolean durable) {
    try {
      Path directory = Files.createTempDirectory("plasmafs-postgres");
      return new TemporaryPostgres(
          directory, PostgresSettings.in(directory).withTemplate().withDurable(durable));
    } catch (IOException e) {
      throw new PostgresException("no temporary directory can be made: " + e.getMessage(), e);
    }
  }

  /// The server, as it was started last.
  public PostgresServer server() {
    return server;
  }

  /// Makes a database that no other call gets; answers its name.
  public String newDatabase(Optional<String> template) {
    String name = "test_" + databases.incrementAndGet();
    server.createDatabase(name, template);
    return name;
  }

  /// Kills it as a crash would.
  public void kill() {
    server.kill();
  }

  /// Starts it again, on the same port.
  public void restart() {
    server = PostgresServer.start(settings.withPort(server.port()));
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(hook);
    remove();
  }

  private void remove() {
    // A stop that writes everything out first could take longer than an ending JVM may.
    server.abandon();
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new PostgresException(directory + " cannot be deleted: " + e.getMessage(), e);
    }
  }
}
