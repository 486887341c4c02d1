package io.plasmafs.datanode;

import io.plasmafs.datanode.server.HostAndPort;
import io.plasmafs.datanode.store.StoreException;
import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

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
/// | `namenodes` | where to announce: `host:port`, separated by commas | none |
/// | `host` | failure domain: no two replicas of a block are on one host | this host's name |
/// | `rack` | wider failure domain | empty |
/// | `scrub-bytes-per-second` | how fast the scrubber reads; 0: not at all | 4194304 |
/// | `scrub-pause-millis` | between two passes of the scrubber, and before the first | 10000 |
/// | `disk-threads` | threads that write, and as many that read | 4 |
/// | `network-threads` | event loops | 2 |
/// | `connections` | most at a time | 256 |
/// | `connection-bytes` | bytes of unanswered calls at which a connection is not read any further; less if there are many | 8388608 |
/// | `forward-timeout-millis` | how long the next datanode of a chain may take | 20000 |
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

  private final Properties properties;

  private DatanodeConfig(Properties properties) {
    this.properties = properties;
  }

  /// Takes and checks properties.
  ///
  /// @throws IllegalArgumentException if a key is missing or unknown or a value makes no sense; the
  ///   message is one line
  public static DatanodeConfig of(Properties properties) {
    Properties copy = new Properties();
    copy.putAll(properties);
    Set<String> unknown = new TreeSet<>(copy.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown configuration keys " + unknown + ", known are " + new TreeSet<>(KEYS));
    }
    DatanodeConfig config = new DatanodeConfig(copy);
    config.check();
    return config;
  }

  /// Reads a properties file, then takes `key=value` settings over what it says.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException as [#of]
  public static DatanodeConfig read(Optional<Path> file, List<String> settings) throws IOException {
    Properties properties = new Properties();
    if (file.isPresent()) {
      try (Reader in = Files.newBufferedReader(file.get())) {
        properties.load(in);
      } catch (IOException e) {
        throw new IOException("cannot read the configuration " + file.get() + ": " + e, e);
      }
    }
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new IllegalArgumentException(
            "\"" + setting + "\" is no setting of the form key=value");
      }
      properties.setProperty(setting.substring(0, equals), setting.substring(equals + 1));
    }
    return of(properties);
  }

  private void check() {
    cluster();
    volumes();
    required("secret-file");
    HostAndPort.unresolved(listen());
    HostAndPort.unresolved(address());
    namenodes().forEach(HostAndPort::unresolved);
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
    return required("cluster");
  }

  /// The identity that the store must have.
  public Optional<String> identity() {
    return optional("identity");
  }

  /// Directories of the store.
  public List<Path> volumes() {
    return list(required("volumes")).stream().map(Path::of).toList();
  }

  /// The cluster's secret, read anew.
  ///
  /// @throws StoreException if the file cannot be read or is too short
  public byte[] secret() throws StoreException {
    Path file = Path.of(required("secret-file"));
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new StoreException("cannot read the cluster's secret " + file + ": " + e, e);
    }
    int length = bytes.length;
    while (length > 0 && Character.isWhitespace(bytes[length - 1])) {
      length--;
    }
    if (length < 16) {
      throw new StoreException(
          "the cluster's secret " + file + " has " + length + " bytes, at least 16 are needed");
    }
    return Arrays.copyOf(bytes, length);
  }

  /// Where to listen.
  public String listen() {
    return optional("listen").orElse("0.0.0.0:2731");
  }

  /// Where others find it; port 0: the one that is listened at.
  public String address() {
    return optional("address").orElseGet(() -> HostAndPort.format(localHost(), 0));
  }

  /// The Unix-domain socket.
  public Optional<Path> socket() {
    return optional("socket").map(path -> Path.of(path).toAbsolutePath());
  }

  /// Where to announce.
  public List<String> namenodes() {
    return optional("namenodes").map(DatanodeConfig::list).orElse(List.of());
  }

  /// Failure domain.
  public String host() {
    return optional("host").orElseGet(DatanodeConfig::localHost);
  }

  /// Wider failure domain, or empty.
  public String rack() {
    return optional("rack").orElse("");
  }

  /// How fast the scrubber reads.
  public long scrubBytesPerSecond() {
    return number("scrub-bytes-per-second", 4 << 20, 0, 1L << 40);
  }

  /// How long the scrubber rests between two passes, and before the first.
  public Duration scrubPause() {
    return Duration.ofMillis(number("scrub-pause-millis", 10_000, 1, 2_592_000_000L));
  }

  /// Threads that write, and as many that read.
  public int diskThreads() {
    return (int) number("disk-threads", 4, 1, 256);
  }

  /// Event loops.
  public int networkThreads() {
    return (int) number("network-threads", 2, 1, 256);
  }

  /// Most connections.
  public int connections() {
    return (int) number("connections", 256, 1, 65_536);
  }

  /// Bytes of unanswered calls at which a connection is not read any further.
  public int connectionBytes() {
    return (int) number("connection-bytes", 8 << 20, 1024, 1 << 30);
  }

  /// How long the next datanode of a chain may take.
  public Duration forwardTimeout() {
    return Duration.ofMillis(number("forward-timeout-millis", 20_000, 1, 3_600_000));
  }

  private String required(String key) {
    return optional(key)
        .orElseThrow(
            () -> new IllegalArgumentException("the configuration lacks the key \"" + key + "\""));
  }

  private Optional<String> optional(String key) {
    return Optional.ofNullable(properties.getProperty(key))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static List<String> list(String value) {
    return Arrays.stream(value.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private long number(String key, long otherwise, long least, long most) {
    Optional<String> value = optional(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    long number;
    try {
      number = Long.parseLong(value.get());
    } catch (NumberFormatException e) {
      number = Long.MIN_VALUE;
    }
    if (number < least || number > most) {
      throw new IllegalArgumentException(
          key + " is \"" + value.get() + "\", expected a number from " + least + " to " + most);
    }
    return number;
  }

  private static String localHost() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
