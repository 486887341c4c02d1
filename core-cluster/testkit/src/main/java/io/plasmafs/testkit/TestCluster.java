package io.plasmafs.testkit;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.datanode.Datanode;
import io.plasmafs.datanode.DatanodeConfig;
import io.plasmafs.datanode.DatanodeStore;
import io.plasmafs.datanode.store.Disk;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.namenode.Namenode;
import io.plasmafs.namenode.NamenodeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A namenode and some datanodes in this JVM, with a database of their own. One PostgreSQL serves
/// all clusters of the JVM. Everything listens on loopback, at ports that are free; files are in a
/// temporary directory that goes away with the cluster.
///
/// ```java
/// try (TestCluster cluster = TestCluster.options().datanodes(3).replication(3).start();
///     PlasmaClient client = cluster.connect()) {
///   client.write("/file", bytes);
///   cluster.stopDatanode(0);
///   assertThat(client.readAll("/file")).isEqualTo(bytes);
/// }
/// ```
public final class TestCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// What a cluster is like.
  ///
  /// @param datanodeBytes space of each datanode, taken from the disk at once
  /// @param namenode settings of the namenode beyond these
  /// @param datanode settings of all datanodes beyond these
  /// @param sockets whether datanodes have a Unix-domain socket for clients on their host
  public record Options(
      int datanodes,
      int replication,
      int blockSize,
      int inlineLimit,
      long datanodeBytes,
      boolean sockets,
      Map<String, String> namenode,
      Map<String, String> datanode) {

    /// So many datanodes.
    public Options datanodes(int count) {
      return new Options(
          count, replication, blockSize, inlineLimit, datanodeBytes, sockets, namenode, datanode);
    }

    /// So many copies of each block.
    public Options replication(int copies) {
      return new Options(
          datanodes, copies, blockSize, inlineLimit, datanodeBytes, sockets, namenode, datanode);
    }

    /// Blocks of so many bytes.
    public Options blockSize(int bytes) {
      return new Options(
          datanodes, replication, bytes, inlineLimit, datanodeBytes, sockets, namenode, datanode);
    }

    /// Files up to so many bytes are kept with the metadata.
    public Options inlineLimit(int bytes) {
      return new Options(
          datanodes, replication, blockSize, bytes, datanodeBytes, sockets, namenode, datanode);
    }

    /// So much space on each datanode.
    public Options datanodeBytes(long bytes) {
      return new Options(
          datanodes, replication, blockSize, inlineLimit, bytes, sockets, namenode, datanode);
    }

    /// With or without Unix-domain sockets.
    public Options sockets(boolean on) {
      return new Options(
          datanodes, replication, blockSize, inlineLimit, datanodeBytes, on, namenode, datanode);
    }

    /// With one more setting of the namenode.
    public Options namenode(String key, String value) {
      Map<String, String> more = new HashMap<>(namenode);
      more.put(key, value);
      return new Options(
          datanodes,
          replication,
          blockSize,
          inlineLimit,
          datanodeBytes,
          sockets,
          Map.copyOf(more),
          datanode);
    }

    /// With one more setting of all datanodes.
    public Options datanode(String key, String value) {
      Map<String, String> more = new HashMap<>(datanode);
      more.put(key, value);
      return new Options(
          datanodes,
          replication,
          blockSize,
          inlineLimit,
          datanodeBytes,
          sockets,
          namenode,
          Map.copyOf(more));
    }

    /// Starts it; returns when clients can work.
    public TestCluster start() {
      try {
        return new TestCluster(this);
      } catch (IOException e) {
        throw new UncheckedIOException("the cluster of a test cannot start", e);
      }
    }
  }

  /// Two datanodes of 64 MiB, two copies, blocks of 64 KiB, inline limit 8 KiB.
  public static Options options() {
    return new Options(2, 2, 64 << 10, 8 << 10, 64L << 20, true, Map.of(), Map.of());
  }

  private final Options options;
  private final TestDatabase database;
  private final Path directory;
  private final Properties namenodeProperties = new Properties();
  private final List<Properties> datanodeProperties = new ArrayList<>();
  private final List<@Nullable Datanode> datanodes = new ArrayList<>();
  private @Nullable Namenode namenode;

  private TestCluster(Options options) throws IOException {
    this.options = options;
    this.database = TestDatabase.create();
    this.directory = Files.createTempDirectory("plasmafs");
    try {
      Path secret = secret("secret", "the secret of a cluster that lives for one test");
      Path password = secret("password", database.password());
      namenodeProperties.putAll(options.namenode());
      set("cluster", "test");
      set("block-size", String.valueOf(options.blockSize()));
      set("inline-limit", String.valueOf(options.inlineLimit()));
      set("replication", String.valueOf(options.replication()));
      set("secret-file", secret.toString());
      set("listen", "127.0.0.1:0");
      set("address", "127.0.0.1:0");
      set("database-url", database.jdbcUrl());
      set("database-user", database.user());
      set("database-password-file", password.toString());
      namenode = Namenode.start(NamenodeConfig.of(namenodeProperties));
      // From now on it is always found at the same port.
      set("listen", "127.0.0.1:" + namenode.port());
      for (int i = 0; i < options.datanodes(); i++) {
        addDatanode(secret, i, Disk.local());
      }
      awaitDatanodes(options.datanodes());
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private Path secret(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private void set(String key, String value) {
    namenodeProperties.setProperty(key, value);
  }

  private void addDatanode(Path secret, int number, Disk disk) throws IOException {
    Properties properties = newDatanode(secret, number);
    Datanode datanode = Datanode.start(DatanodeConfig.of(properties), disk);
    properties.setProperty("listen", "127.0.0.1:" + datanode.port());
    datanodes.add(datanode);
    datanodeProperties.add(properties);
  }

  /// Makes the store of one more datanode, which the caller is to start.
  ///
  /// @param number that no other has
  /// @return its settings
  Properties newDatanode(int number) throws IOException {
    return newDatanode(secret(), number);
  }

  private Properties newDatanode(Path secret, int number) throws IOException {
    Path volume = directory.resolve("datanode" + number);
    String identity =
        DatanodeStore.format(
            List.of(volume),
            "test",
            options.blockSize(),
            ClusterDescription.SLICE_SIZE,
            options.datanodeBytes(),
            new SecureRandom(),
            (done, all) -> {});
    Properties properties = new Properties();
    properties.setProperty("cluster", "test");
    properties.setProperty("identity", identity);
    properties.setProperty("volumes", volume.toString());
    properties.setProperty("secret-file", secret.toString());
    properties.setProperty("listen", "127.0.0.1:0");
    properties.setProperty("address", "127.0.0.1:0");
    properties.setProperty("namenodes", namenodes());
    properties.setProperty("host", "host" + number);
    properties.setProperty("scrub-bytes-per-second", "0");
    if (options.sockets()) {
      properties.setProperty("socket", directory.resolve("dn" + number).toString());
    }
    properties.putAll(options.datanode());
    return properties;
  }

  /// Where clients find the cluster: host:port.
  public String namenodes() {
    return namenodeProperties.getProperty("listen");
  }

  /// A client, for the caller to close. It gives up after 20 seconds and looks for leaks.
  public PlasmaClient connect() {
    return PlasmaClient.connect(config());
  }

  /// As [#connect()], but the client remembers nothing: what it reads comes from datanodes.
  public PlasmaClient connectWithoutCache() {
    return PlasmaClient.connect(config().withCache(CacheLimits.NONE));
  }

  /// What [#connect()] connects with.
  public ClientConfig config() {
    return ClientConfig.of("test", namenodes())
        .withTimeout(Duration.ofSeconds(20))
        .withLeakDetection(true);
  }

  /// Starts one more datanode, with a new and empty store.
  ///
  /// @return its number, counted from 0
  public int addDatanode() {
    return addDatanode(Disk.local());
  }

  /// Starts one more datanode, with a new and empty store on a disk of its own.
  ///
  /// @return its number, counted from 0
  public int addDatanode(Disk disk) {
    try {
      addDatanode(secret(), datanodes.size(), disk);
      return datanodes.size() - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path secret() {
    return Path.of(namenodeProperties.getProperty("secret-file"));
  }

  /// Host:port of a datanode.
  public String address(int number) {
    return datanodeProperties.get(number).getProperty("listen");
  }

  /// Stops a datanode, counted from 0; what it has stored stays.
  public void stopDatanode(int number) {
    Datanode running = datanodes.set(number, null);
    if (running != null) {
      running.close();
    }
  }

  /// Starts a datanode again, at the port where it was.
  public void startDatanode(int number) {
    try {
      datanodes.set(number, Datanode.start(DatanodeConfig.of(datanodeProperties.get(number))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The directory with the files of a datanode.
  public Path datanodeDirectory(int number) {
    return Path.of(datanodeProperties.get(number).getProperty("volumes"));
  }

  /// Identity of the store of a datanode.
  public String identity(int number) {
    return datanodeProperties.get(number).getProperty("identity");
  }

  /// Stops the namenode.
  public void stopNamenode() {
    Namenode running = namenode;
    namenode = null;
    if (running != null) {
      running.close();
    }
  }

  /// Starts the namenode again, at the port where it was.
  public void startNamenode() {
    try {
      namenode = Namenode.start(NamenodeConfig.of(namenodeProperties));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Changes tables of the namenode behind its back; answers how many rows that were.
  public int sql(String statement) {
    try (Connection connection =
            DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
        Statement made = connection.createStatement()) {
      awaitTables(made);
      return made.executeUpdate(statement);
    } catch (SQLException e) {
      throw new IllegalStateException(statement, e);
    }
  }

  /// Waits until all that is in the log is in the tables.
  private static void awaitTables(Statement statement) throws SQLException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT count(*) FROM commit_log"
                  + " WHERE last_sequence > (SELECT sequence FROM applied)")) {
        rows.next();
        if (rows.getLong(1) == 0) {
          return;
        }
      }
      LockSupport.parkNanos(10_000_000);
    }
    throw new IllegalStateException("the log was not applied within " + PATIENCE);
  }

  /// Waits until so many datanodes can be written to.
  public void awaitDatanodes(int count) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (PlasmaClient client = connect()) {
      for (; ; ) {
        long alive =
            client.status().datanodes().stream()
                .filter(datanode -> datanode.state() == io.plasmafs.model.Datanode.State.ALIVE)
                .count();
        if (alive >= count) {
          return;
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              alive + " of " + count + " datanodes came alive within " + PATIENCE);
        }
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while datanodes were waited for", e);
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < datanodes.size(); i++) {
      stopDatanode(i);
    }
    stopNamenode();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(directory + " cannot be removed", e);
    }
  }
}
