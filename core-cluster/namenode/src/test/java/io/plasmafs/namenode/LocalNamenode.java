package io.plasmafs.namenode;

import io.plasmafs.oncrpc.RpcTransport;
import io.plasmafs.postgres.PostgresServer;
import io.plasmafs.postgres.TemporaryPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/// A namenode in this process with a database of its own; one PostgreSQL serves all tests.
final class LocalNamenode implements AutoCloseable {
  static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private static final TemporaryPostgres POSTGRES =
      TemporaryPostgres.start(Boolean.getBoolean("durable"));

  private final RpcTransport transport = RpcTransport.open(1);
  private final Properties properties;
  private Namenode namenode;

  private LocalNamenode(Properties properties) throws IOException {
    this.properties = properties;
    this.namenode = Namenode.start(NamenodeConfig.of(properties));
  }

  /// Starts one with an empty database.
  ///
  /// @param directory for its secret and password
  static LocalNamenode start(Path directory) throws IOException {
    return start(directory, POSTGRES);
  }

  /// Starts one with an empty database of a PostgreSQL that others do not use.
  static LocalNamenode start(Path directory, TemporaryPostgres postgres) throws IOException {
    Path secret = directory.resolve("secret");
    Path password = directory.resolve("password");
    Files.write(secret, SECRET);
    Files.writeString(password, postgres.server().password() + "\n");
    for (Path file : List.of(secret, password)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
    Properties properties = new Properties();
    properties.setProperty("cluster", "test");
    properties.setProperty("secret-file", secret.toString());
    properties.setProperty("listen", "127.0.0.1:0");
    properties.setProperty("address", "localhost:0");
    properties.setProperty(
        "database-url", postgres.server().jdbcUrl(postgres.newDatabase(Optional.empty())));
    properties.setProperty("database-user", PostgresServer.USER);
    properties.setProperty("database-password-file", password.toString());
    return new LocalNamenode(properties);
  }

  /// What it was started with, to be changed at will.
  Properties properties() {
    Properties copy = new Properties();
    copy.putAll(properties);
    return copy;
  }

  /// Event loops for clients.
  RpcTransport transport() {
    return transport;
  }

  int port() {
    return namenode.port();
  }

  /// Stops it in order, and starts it again.
  void restart() throws IOException {
    stop();
    namenode = Namenode.start(NamenodeConfig.of(properties));
  }

  void stop() {
    namenode.close();
  }

  @Override
  public void close() {
    namenode.close();
    transport.close();
  }
}
