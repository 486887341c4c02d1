package io.plasmafs.namenode;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.namenode.repair.RepairSettings;
import io.plasmafs.settings.ClusterSecret;
import io.plasmafs.settings.HostAndPort;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/// What a namenode has to know before it starts: properties, from a file or set one by one.
///
/// | key | meaning | default |
/// |---|---|---|
/// | `cluster` | name of the cluster | required |
/// | `block-size` | bytes, or with a suffix: 64k, 1m; a power of two, 64k to 64m; never changes | `64k` |
/// | `inline-limit` | files up to this size are kept with the metadata, at most 64k; 0: nothing is, the ends of files that grow by a little neither | `8k` |
/// | `replication` | copies of each block, unless a file says otherwise | `2` |
/// | `secret-file` | the cluster's secret: all bytes of this file but white space at its end, at least 16; mode 0600 | required |
/// | `superusers` | users who may do everything, separated by commas | `root` |
/// | `listen` | `host:port` to listen at; port 0 takes any | `0.0.0.0:2727` |
/// | `address` | `host:port` that clients are told; port 0: the one listened at | this host's name, port 0 |
/// | `socket` | path of a Unix-domain socket for clients on this host | none |
/// | `database-url` | `jdbc:postgresql://host:port/database` | required |
/// | `database-user` | whom the database knows | `plasma` |
/// | `database-password-file` | the user's password: the first line of this file; mode 0600 | no password |
/// | `database-patience-seconds` | how long the database may be away before calls fail | `30` |
/// | `new-datanodes` | `enable`: who holds the secret is used at once; `wait`: for an operator | `enable` |
/// | `heartbeat-millis` | how often datanodes announce themselves | `1000` |
/// | `suspect-after-millis` | silence after which nothing new is put on a datanode | `5000` |
/// | `dead-after-millis` | silence after which a datanode is not read either | `30000` |
/// | `ticket-lifetime-seconds` | how long a ticket admits to blocks | `900` |
/// | `key-interval-seconds` | how often there is a new key for tickets | `600` |
/// | `network-threads` | event loops | `2` |
/// | `connections` | most at a time | `1024` |
/// | `connection-calls` | unanswered calls at which a connection is not read any further | `4096` |
/// | `received-bytes` | of unanswered calls of all connections together | `64m` |
/// | `cache-bytes` | heap for committed metadata that was used lately; the rest is read from the database when it is needed | `96m` |
/// | `blocks` | most blocks of all datanodes together: a quarter of a byte of heap each | `268435456` |
/// | `repair-after-millis` | how long a datanode may be gone before what it held is copied anew | `600000` |
/// | `repair-interval-millis` | between two looks for something to repair | `10000` |
/// | `repair-scan-millis` | between two looks at all files, and at what datanodes hold | `3600000` |
/// | `repair-copies` | copies of runs at a time | `2` |
/// | `repair-bytes-per-second` | that all these copies together may move | `64m` |
///
/// The name of the cluster and its block size are laid down in the database at the first start, and
/// compared with the configuration at each other; datanodes tell them too, and are refused if they
/// differ. The inline limit and the replication are what new files go by and may be changed at a
/// restart.
public final class NamenodeConfig {
  private static final Set<String> KEYS =
      Set.of(
          "cluster",
          "block-size",
          "inline-limit",
          "replication",
          "secret-file",
          "superusers",
          "listen",
          "address",
          "socket",
          "database-url",
          "database-user",
          "database-password-file",
          "database-patience-seconds",
          "new-datanodes",
          "heartbeat-millis",
          "suspect-after-millis",
          "dead-after-millis",
          "ticket-lifetime-seconds",
          "key-interval-seconds",
          "network-threads",
          "connections",
          "connection-calls",
          "received-bytes",
          "cache-bytes",
          "blocks",
          "repair-after-millis",
          "repair-interval-millis",
          "repair-scan-millis",
          "repair-copies",
          "repair-bytes-per-second");

  private final Settings settings;

  private NamenodeConfig(Settings settings) {
    this.settings = settings;
  }

  /// Takes and checks properties.
  ///
  /// @throws IllegalArgumentException if a key is missing or unknown or a value makes no sense; the
  ///   message is one line
  public static NamenodeConfig of(Properties properties) {
    NamenodeConfig config = new NamenodeConfig(Settings.of(properties, KEYS));
    config.check();
    return config;
  }

  private void check() {
    description();
    settings.required("secret-file");
    settings.required("database-url");
    listen();
    address();
    databasePatience();
    enableNewDatanodes();
    Duration heartbeat = heartbeat();
    if (heartbeat.compareTo(suspectAfter()) >= 0 || suspectAfter().compareTo(deadAfter()) >= 0) {
      throw new IllegalArgumentException(
          "heartbeat-millis, suspect-after-millis and dead-after-millis must grow in this order,"
              + " and are "
              + heartbeat.toMillis()
              + ", "
              + suspectAfter().toMillis()
              + ", "
              + deadAfter().toMillis());
    }
    ticketLifetime();
    keyInterval();
    networkThreads();
    connections();
    connectionCalls();
    receivedBytes();
    cacheBytes();
    blocks();
    repair();
  }

  /// The constants of the cluster; epoch and sequence are 0.
  public ClusterDescription description() {
    String cluster = settings.required("cluster");
    if (cluster.length() > 64 || !cluster.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
      throw new IllegalArgumentException(
          "cluster is \"" + cluster + "\", expected up to 64 letters, digits, '.', '_' or '-'");
    }
    return new ClusterDescription(
        cluster,
        settings.number("block-size", 64 << 10, 1, 1 << 30),
        ClusterDescription.SLICE_SIZE,
        settings.number("inline-limit", 8 << 10, 0, 64 << 10),
        settings.number("replication", 2, 1, 16),
        0,
        0);
  }

  /// The cluster's secret, read anew.
  ///
  /// @throws IOException if the file cannot be read, is too short, or others than its owner may
  ///   read it
  public byte[] secret() throws IOException {
    Path file = Path.of(settings.required("secret-file"));
    return ClusterSecret.of(file, readPrivate(file, "the cluster's secret"));
  }

  /// Users who may do everything.
  public Set<String> superusers() {
    List<String> users = settings.list("superusers");
    return users.isEmpty() ? Set.of("root") : Set.copyOf(users);
  }

  /// Where to listen.
  public HostAndPort listen() {
    return settings.address("listen").orElse(new HostAndPort("0.0.0.0", 2727));
  }

  /// Where clients find it; port 0: the one that is listened at.
  public HostAndPort address() {
    return settings.address("address").orElseGet(() -> new HostAndPort(Settings.localHost(), 0));
  }

  /// The Unix-domain socket.
  public Optional<Path> socket() {
    return settings.optional("socket").map(path -> Path.of(path).toAbsolutePath());
  }

  /// Where the database is.
  public String databaseUrl() {
    return settings.required("database-url");
  }

  /// Whom the database knows.
  public String databaseUser() {
    return settings.optional("database-user").orElse("plasma");
  }

  /// The user's password, read anew; empty if none is needed.
  ///
  /// @throws IOException if the file cannot be read, or others than its owner may read it
  public String databasePassword() throws IOException {
    Optional<String> file = settings.optional("database-password-file");
    if (file.isEmpty()) {
      return "";
    }
    byte[] bytes = readPrivate(Path.of(file.get()), "the database's password");
    return new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
  }

  /// How long the database may be away.
  public Duration databasePatience() {
    return Duration.ofSeconds(settings.number("database-patience-seconds", 30, 1, 3600));
  }

  /// Whether datanodes that hold the secret are used at once.
  public boolean enableNewDatanodes() {
    String value = settings.optional("new-datanodes").orElse("enable");
    return switch (value) {
      case "enable" -> true;
      case "wait" -> false;
      default ->
          throw new IllegalArgumentException(
              "new-datanodes is \"" + value + "\", expected enable or wait");
    };
  }

  /// How often datanodes announce themselves.
  public Duration heartbeat() {
    return Duration.ofMillis(settings.number("heartbeat-millis", 1000, 10, 60_000));
  }

  /// Silence after which nothing new is put on a datanode.
  public Duration suspectAfter() {
    return Duration.ofMillis(settings.number("suspect-after-millis", 5000, 20, 3_600_000));
  }

  /// Silence after which a datanode is not read either.
  public Duration deadAfter() {
    return Duration.ofMillis(settings.number("dead-after-millis", 30_000, 30, 86_400_000));
  }

  /// How long a ticket admits to blocks.
  public Duration ticketLifetime() {
    return Duration.ofSeconds(settings.number("ticket-lifetime-seconds", 900, 1, 86_400));
  }

  /// How often there is a new key.
  public Duration keyInterval() {
    return Duration.ofSeconds(settings.number("key-interval-seconds", 600, 1, 86_400));
  }

  /// Event loops.
  public int networkThreads() {
    return settings.number("network-threads", 2, 1, 256);
  }

  /// Most connections.
  public int connections() {
    return settings.number("connections", 1024, 1, 65_536);
  }

  /// Unanswered calls at which a connection is not read any further.
  public int connectionCalls() {
    return settings.number("connection-calls", 4096, 1, 65_536);
  }

  /// Most bytes of unanswered calls.
  public long receivedBytes() {
    return settings.number("received-bytes", 64L << 20, 32L << 20, 1L << 40);
  }

  /// About what the cache of committed metadata may take.
  public long cacheBytes() {
    return settings.number("cache-bytes", 96L << 20, 4L << 20, 1L << 40);
  }

  /// Most blocks of all datanodes together.
  public long blocks() {
    return settings.number("blocks", 1L << 28, 1, 1L << 40);
  }

  /// How lost copies are made anew.
  public RepairSettings repair() {
    return new RepairSettings(
        Duration.ofMillis(settings.number("repair-after-millis", 600_000, 0, 2_592_000_000L)),
        Duration.ofMillis(settings.number("repair-interval-millis", 10_000, 10, 86_400_000)),
        Duration.ofMillis(settings.number("repair-scan-millis", 3_600_000, 10, 2_592_000_000L)),
        settings.number("repair-copies", 2, 1, 64),
        settings.number("repair-bytes-per-second", 64L << 20, 64 << 10, 1L << 40));
  }

  private static byte[] readPrivate(Path file, String what) throws IOException {
    try {
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.contains(PosixFilePermission.OTHERS_READ)
            || permissions.contains(PosixFilePermission.GROUP_READ)) {
          throw new IOException("others than its owner may read it: chmod 600 " + file);
        }
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("cannot use " + what + " in " + file + ": " + e.getMessage(), e);
    }
  }
}
