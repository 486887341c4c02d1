package io.plasmafs.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// How a private server is set up and run. Begin with [#in] and change what differs.
///
/// @param directory of the server: its data, its password file and its log are kept below it
/// @param installation directory of a PostgreSQL installation, with `bin` in it; absent for the
///   binaries that come with this program
/// @param cache where the binaries that come with this program are unpacked
/// @param port on 127.0.0.1; 0 keeps the port of the last start, or takes any that is free
/// @param socketDirectory where the server also offers a Unix-domain socket; absent for none
/// @param durable false loses acknowledged commits when the machine crashes (not when the server
///   does): for tests only
/// @param sharedBuffersMegabytes memory for its page cache
/// @param maxConnections connections at the same time
/// @param startLimit how long a start may take, recovery after a crash included
/// @param fromTemplate copies a directory set up once for this machine, which is faster than
///   setting up each; all copies have one password. For tests only
public record PostgresSettings(
    Path directory,
    Optional<Path> installation,
    Path cache,
    int port,
    Optional<Path> socketDirectory,
    boolean durable,
    int sharedBuffersMegabytes,
    int maxConnections,
    Duration startLimit,
    boolean fromTemplate) {
  static final String LOG = "server.log";

  public PostgresSettings {
    directory = directory.toAbsolutePath().normalize();
    cache = cache.toAbsolutePath().normalize();
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
    }
    if (sharedBuffersMegabytes < 1 || maxConnections < 10) {
      throw new IllegalArgumentException(
          "at least 1 MB of shared buffers and 10 connections are needed, not "
              + sharedBuffersMegabytes
              + " and "
              + maxConnections);
    }
  }

  /// The file to which the server writes what it says.
  public Path log() {
    return directory.resolve(LOG);
  }

  /// A durable server in this directory, on any free port, with the binaries that come with us.
  public static PostgresSettings in(Path directory) {
    return new PostgresSettings(
        directory,
        Optional.empty(),
        defaultCache(),
        0,
        Optional.empty(),
        true,
        64,
        40,
        Duration.ofMinutes(2),
        false);
  }

  /// On this port of 127.0.0.1.
  public PostgresSettings withPort(int newPort) {
    return new PostgresSettings(
        directory,
        installation,
        cache,
        newPort,
        socketDirectory,
        durable,
        sharedBuffersMegabytes,
        maxConnections,
        startLimit,
        fromTemplate);
  }

  /// With the binaries of an installation, `/usr/lib/postgresql/16` for example.
  public PostgresSettings withInstallation(Path newInstallation) {
    return new PostgresSettings(
        directory,
        Optional.of(newInstallation),
        cache,
        port,
        socketDirectory,
        durable,
        sharedBuffersMegabytes,
        maxConnections,
        startLimit,
        fromTemplate);
  }

  /// Offers a Unix-domain socket in this directory as well.
  public PostgresSettings withSocketDirectory(Path newDirectory) {
    return new PostgresSettings(
        directory,
        installation,
        cache,
        port,
        Optional.of(newDirectory),
        durable,
        sharedBuffersMegabytes,
        maxConnections,
        startLimit,
        fromTemplate);
  }

  /// With or without the durability that a filesystem promises.
  public PostgresSettings withDurable(boolean newDurable) {
    return new PostgresSettings(
        directory,
        installation,
        cache,
        port,
        socketDirectory,
        newDurable,
        sharedBuffersMegabytes,
        maxConnections,
        startLimit,
        fromTemplate);
  }

  /// With this much memory for the server's page cache.
  public PostgresSettings withSharedBuffersMegabytes(int megabytes) {
    return new PostgresSettings(
        directory,
        installation,
        cache,
        port,
        socketDirectory,
        durable,
        megabytes,
        maxConnections,
        startLimit,
        fromTemplate);
  }

  /// Copied from a directory that is set up once.
  public PostgresSettings withTemplate() {
    return new PostgresSettings(
        directory,
        installation,
        cache,
        port,
        socketDirectory,
        durable,
        sharedBuffersMegabytes,
        maxConnections,
        startLimit,
        true);
  }

  private static Path defaultCache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache != null && cache.startsWith("/")
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    return base.resolve("plasmafs").resolve("postgres");
  }
}
