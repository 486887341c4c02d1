package io.plasmafs.distribution;

import io.plasmafs.cli.ByteSize;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.LocalCluster;
import io.plasmafs.model.ClusterDescription;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Properties;

/// What a cluster of one machine is made of. Written to `cluster.properties` of its directory by
/// the first `plasma up`; the next ones find it there.
///
/// @param name of the cluster
/// @param datanodes how many
/// @param replication copies of each block
/// @param datanodeSize capacity of each datanode, in bytes
/// @param blockSize in bytes
/// @param portOffset added to every port
/// @param postgres JDBC URL of a PostgreSQL that is looked after elsewhere; absent: one of our own
/// @param superuser may do everything, whatever the permission bits
public record ClusterSettings(
    String name,
    int datanodes,
    int replication,
    long datanodeSize,
    int blockSize,
    int portOffset,
    Optional<String> postgres,
    String superuser) {
  /// Port of the namenode before the offset.
  public static final int NAMENODE_PORT = 2727;

  /// Port of the first datanode before the offset; the others follow.
  public static final int DATANODE_PORT = 2731;

  /// Port of our own PostgreSQL before the offset.
  public static final int POSTGRES_PORT = 2726;

  /// Port of the gateway for HTTP before the offset.
  public static final int HTTP_PORT = 8080;

  private static final int MAX_DATANODES = 64;

  public ClusterSettings {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is no name for a cluster: use up to 64 letters, digits, '.', '_' and '-'");
    }
    if (datanodes < 1 || datanodes > MAX_DATANODES) {
      throw new IllegalArgumentException(
          datanodes + " datanodes are not possible on one machine: 1 to " + MAX_DATANODES + " are");
    }
    if (replication < 1 || replication > datanodes) {
      throw new IllegalArgumentException(
          "a replication of "
              + replication
              + " is not possible with "
              + datanodes
              + (datanodes == 1 ? " datanode" : " datanodes"));
    }
    if (blockSize < ClusterDescription.MIN_BLOCK_SIZE
        || blockSize > ClusterDescription.MAX_BLOCK_SIZE
        || Integer.bitCount(blockSize) != 1) {
      throw new IllegalArgumentException(
          "a block size of "
              + ByteSize.display(blockSize)
              + " is not possible: a power of two from 64k to 64m is needed");
    }
    if (datanodeSize < 16L * blockSize) {
      throw new IllegalArgumentException(
          "a datanode of "
              + ByteSize.display(datanodeSize)
              + " is too small: it needs at least 16 blocks of "
              + ByteSize.display(blockSize));
    }
    if (portOffset < 0 || HTTP_PORT + portOffset > 65535) {
      throw new IllegalArgumentException(
          "a port offset of " + portOffset + " leads beyond port 65535 or below 1");
    }
  }

  /// Port of the namenode.
  public int namenodePort() {
    return NAMENODE_PORT + portOffset;
  }

  /// Port of the gateway for HTTP.
  public int httpPort() {
    return HTTP_PORT + portOffset;
  }

  /// Where browsers and `curl` find the gateway.
  public String httpAddress() {
    return "http://127.0.0.1:" + httpPort();
  }

  /// Where clients find the namenode.
  public String namenodeAddress() {
    return "127.0.0.1:" + namenodePort();
  }

  /// Port of the datanode of this number, from 1 on.
  public int datanodePort(int number) {
    return DATANODE_PORT + number - 1 + portOffset;
  }

  /// Where the datanode of this number serves.
  String datanodeAddress(int number) {
    return "127.0.0.1:" + datanodePort(number);
  }

  /// Port of our own PostgreSQL.
  public int postgresPort() {
    return POSTGRES_PORT + portOffset;
  }

  /// Writes the settings to a cluster's directory, whole or not at all.
  void save(Path directory) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(LocalCluster.NAME, name);
    properties.setProperty(LocalCluster.NAMENODES, namenodeAddress());
    properties.setProperty(LocalCluster.HTTP, httpAddress());
    properties.setProperty("datanodes", Integer.toString(datanodes));
    properties.setProperty("replication", Integer.toString(replication));
    properties.setProperty("datanode.size", new ByteSize(datanodeSize).toString());
    properties.setProperty("block.size", new ByteSize(blockSize).toString());
    properties.setProperty("port.offset", Integer.toString(portOffset));
    properties.setProperty("superuser", superuser);
    postgres.ifPresent(url -> properties.setProperty("postgres", url));
    Path file = directory.resolve(LocalCluster.FILE);
    Path fresh = directory.resolve(LocalCluster.FILE + ".new");
    try (Writer writer = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
      properties.store(writer, "A PlasmaFS cluster of one machine, written by plasma up");
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Reads the settings of a cluster's directory; absent if there is no cluster yet.
  static Optional<ClusterSettings> load(Path directory) throws IOException {
    Path file = directory.resolve(LocalCluster.FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    try {
      return Optional.of(
          new ClusterSettings(
              required(properties, LocalCluster.NAME),
              Integer.parseInt(required(properties, "datanodes")),
              Integer.parseInt(required(properties, "replication")),
              ByteSize.parse(required(properties, "datanode.size")).bytes(),
              Math.toIntExact(ByteSize.parse(required(properties, "block.size")).bytes()),
              Integer.parseInt(required(properties, "port.offset")),
              Optional.ofNullable(properties.getProperty("postgres")),
              required(properties, "superuser")));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(file + " is damaged: " + e.getMessage(), e);
    }
  }

  /// The settings of a cluster that is there.
  ///
  /// @throws CommandFailure if it is not
  static ClusterSettings ofExisting(ClusterDirectory directory) throws IOException {
    return load(directory.root())
        .orElseThrow(() -> new CommandFailure("there is no cluster in " + directory.root()));
  }

  private static String required(Properties properties, String key) {
    String value = properties.getProperty(key);
    if (value == null) {
      throw new IllegalArgumentException("'" + key + "' is missing");
    }
    return value;
  }
}
