package io.plasmafs.datanode;

import io.plasmafs.settings.ClusterSecret;
import io.plasmafs.settings.HostAndPort;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/// What a datanode has to know before it starts: properties, from a file or set one by one.
///
/// | key | meaning | default |
/// |---|---|---|
/// | `cluster` | name of the cluster | required |
/// | `identity` | that the store must have, 32 hexadecimal digits | any |
/// | `volumes` | directories, separated by commas | required |
/// | `secret-file` | the cluster's secret: all bytes of this file but white space at its end, at least 16 | required |
/// | `listen` | `host:port` to listen at; port 0 takes any | `0.0.0.0:2731` |
/// | `address` | `host:port` that others are told; port 0: the one listened at | this host's name, port 0 |
/// | `socket` | path of a Unix-domain socket for clients on this host, at most 100 bytes; empty: none | none |
/// | `local-files` | `true`: clients of this host that may open the files of the store read them by themselves; `false`: nobody is told of them | `true` |
/// | `namenodes` | where to announce: `host:port`, separated by commas | none |
/// | `host` | failure domain: no two replicas of a block are on one host | this host's name |
/// | `rack` | wider failure domain | empty |
/// | `scrub-bytes-per-second` | how fast the scrubber reads; 0: not at all | 4194304 |
/// | `scrub-pause-millis` | between two passes of the scrubber, and before the first | 10000 |
/// | `disk-threads` | threads that write, and as many that read | 4 |
/// | `network-threads` | event loops | 2 |
/// | `connections` | most at a time | 256 |
/// | `connection-bytes` | bytes of unanswered calls at which a connection is not read any further; less if there are many | 8388608 |
/// | `forward-timeout-millis` | how long datanodes of a chain may take, all those behind this one together; the last of them has half of it | 20000 |
///
/// Writes in memory are bounded by half of the memory for buffers. Half of that is shared out
/// evenly among the connections, up to `connection-bytes` for each; a connection may exceed its
/// share by one piece of 1 MiB. So the bound for all together is not reached as long as there are
/// fewer connections than pieces that fit in the other half, and that matters: two datanodes that
/// forward to each other, and stop reading what the other forwards because of what others have
/// sent, would wait for each other until time is out.
///
/// The socket file has mode 0666 less the umask, like any: the directory it lies in decides who may
/// connect. Tickets are needed on it as on any connection.
public final class DatanodeConfig {
  private static final int MAX_SOCKET_PATH_BYTES = 100;
  private static final Set<String> KEYS =
      Set.of(
          "cluster",
          "identity",
          "volumes",
          "secret-file",
          "listen",
          "address",
          "socket",
          "local-files",
          "namenodes",
          "host",
          "rack",
          "scrub-bytes-per-second",
          "scrub-pause-millis",
          "disk-threads",
          "network-threads",
          "connections",
          "connection-bytes",
          "forward-timeout-millis");

  private final Settings settings;

  private DatanodeConfig(Settings settings) {
    this.settings = settings;
  }

  /// Takes and checks properties.
  ///
  /// @throws IllegalArgumentException if a key is missing or unknown or a value makes no sense; the
  ///   message is one line
  public static DatanodeConfig of(Properties properties) {
    DatanodeConfig config = new DatanodeConfig(Settings.of(properties, KEYS));
    config.check();
    return config;
  }

  private void check() {
    cluster();
    settings.required("volumes");
    settings.required("secret-file");
    listen();
    address();
    namenodes();
    socket()
        .ifPresent(path -> {
          int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
          if (bytes > MAX_SOCKET_PATH_BYTES) {
            throw new IllegalArgumentException(
                "the path of the socket has "
                    + bytes
                    + " bytes, the system allows about "
                    + MAX_SOCKET_PATH_BYTES
                    + ": "
                    + path);
          }
        });
    localFiles();
    scrubBytesPerSecond();
    scrubPause();
    diskThreads();
    networkThreads();
    connections();
    connectionBytes();
    forwardTimeout();
  }

  /// Name of the cluster.
  public String cluster() {
    return settings.required("cluster");
  }

  /// The identity that the store must have.
  public Optional<String> identity() {
    return settings.optional("identity");
  }

  /// Directories of the store.
  public List<Path> volumes() {
    return settings.list("volumes").stream().map(Path::of).toList();
  }

  /// The cluster's secret, read anew.
  ///
  /// @throws IOException if the file cannot be read or is too short
  public byte[] secret() throws IOException {
    Path file = Path.of(settings.required("secret-file"));
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("cannot read the cluster's secret " + file + ": " + e, e);
    }
    return ClusterSecret.of(file, bytes);
  }

  /// Where to listen.
  public HostAndPort listen() {
    return settings.address("listen").orElse(new HostAndPort("0.0.0.0", 2731));
  }

  /// Where others find it; port 0: the one that is listened at.
  public HostAndPort address() {
    return settings.address("address").orElseGet(() -> new HostAndPort(Settings.localHost(), 0));
  }

  /// The Unix-domain socket.
  public Optional<Path> socket() {
    return settings.optional("socket").map(path -> Path.of(path).toAbsolutePath());
  }

  /// Whether clients of this host are told of the files of the store.
  public boolean localFiles() {
    String value = settings.optional("local-files").orElse("true");
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              "local-files is \"" + value + "\", expected true or false");
    };
  }

  /// Where to announce.
  public List<HostAndPort> namenodes() {
    return settings.list("namenodes").stream().map(HostAndPort::parse).toList();
  }

  /// Failure domain.
  public String host() {
    return settings.optional("host").orElseGet(Settings::localHost);
  }

  /// Wider failure domain, or empty.
  public String rack() {
    return settings.optional("rack").orElse("");
  }

  /// How fast the scrubber reads.
  public long scrubBytesPerSecond() {
    return settings.number("scrub-bytes-per-second", 4 << 20, 0, 1L << 40);
  }

  /// How long the scrubber rests between two passes, and before the first.
  public Duration scrubPause() {
    return Duration.ofMillis(settings.number("scrub-pause-millis", 10_000, 1, 2_592_000_000L));
  }

  /// Threads that write, and as many that read.
  public int diskThreads() {
    return settings.number("disk-threads", 4, 1, 256);
  }

  /// Event loops.
  public int networkThreads() {
    return settings.number("network-threads", 2, 1, 256);
  }

  /// Most connections.
  public int connections() {
    return settings.number("connections", 256, 1, 65_536);
  }

  /// Bytes of unanswered calls at which a connection is not read any further.
  public int connectionBytes() {
    return settings.number("connection-bytes", 8 << 20, 1024, 1 << 30);
  }

  /// How long all datanodes of a chain behind this one may take together.
  public Duration forwardTimeout() {
    return Duration.ofMillis(settings.number("forward-timeout-millis", 20_000, 1, 3_600_000));
  }
}
