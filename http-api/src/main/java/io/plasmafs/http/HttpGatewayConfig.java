package io.plasmafs.http;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/// What an HTTP gateway has to know before it starts: properties, from a file or set one by one.
///
/// | key | meaning | default |
/// |---|---|---|
/// | `namenodes` | `host:port` of some or all namenodes, separated by commas | required |
/// | `cluster` | name of the cluster | the one that the namenodes belong to |
/// | `listen` | `host:port` to listen at, loopback only; port 0 takes any | `127.0.0.1:8080` |
/// | `allowed-hosts` | names, beside those of loopback, by which browsers may call it | none |
/// | `connections` | most at a time | `1000` |
/// | `uploads` | bodies on their way to datanodes at a time | `64` |
/// | `large-buffers` | of 2 MiB, for fast downloads; each takes two | `16` |
/// | `transactions` | open at a time | `256` |
/// | `idle-seconds` | a connection without a byte for so long is closed | `60` |
/// | `patience-seconds` | how long a request waits while the cluster elects, before it gets 503 | `20` |
/// | `drain-seconds` | how long requests may go on when the gateway is told to end | `15` |
public final class HttpGatewayConfig {
  /// The port where a gateway listens unless it is told otherwise.
  public static final int DEFAULT_PORT = 8080;

  private static final Set<String> KEYS =
      Set.of(
          "namenodes",
          "cluster",
          "listen",
          "allowed-hosts",
          "connections",
          "uploads",
          "large-buffers",
          "transactions",
          "idle-seconds",
          "patience-seconds",
          "drain-seconds");

  private final Properties properties;

  private HttpGatewayConfig(Properties properties) {
    this.properties = properties;
  }

  /// Takes and checks properties.
  ///
  /// @throws IllegalArgumentException if a key is missing or unknown or a value makes no sense; the
  ///   message is one line
  public static HttpGatewayConfig of(Properties properties) {
    Properties copy = new Properties();
    copy.putAll(properties);
    Set<String> unknown = new TreeSet<>(copy.stringPropertyNames());
    unknown.removeAll(KEYS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "unknown configuration keys " + unknown + ", known are " + new TreeSet<>(KEYS));
    }
    HttpGatewayConfig config = new HttpGatewayConfig(copy);
    config.check();
    return config;
  }

  /// Reads a properties file, then takes `key=value` settings over what it says.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws IllegalArgumentException as [#of]
  public static HttpGatewayConfig read(Optional<Path> file, List<String> settings)
      throws IOException {
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
    if (namenodes().isBlank()) {
      throw new IllegalArgumentException("\"namenodes\" is missing: host:port is expected");
    }
    try {
      if (!InetAddress.getByName(host()).isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "\"listen\": "
                + host()
                + " is no loopback address: as long as nobody logs in, who can reach the gateway"
                + " acts as the user who started it");
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("\"listen\": there is no host " + host(), e);
    }
    int unused =
        port()
            + connections()
            + uploads()
            + largeBuffers()
            + transactions()
            + idleSeconds()
            + patienceSeconds()
            + drainSeconds();
  }

  /// Addresses of namenodes.
  public String namenodes() {
    return properties.getProperty("namenodes", "");
  }

  /// Name of the cluster, or empty.
  public String cluster() {
    return properties.getProperty("cluster", "");
  }

  private String listen() {
    return properties.getProperty("listen", "127.0.0.1:" + DEFAULT_PORT);
  }

  /// Host part of the address to listen at.
  public String host() {
    String listen = listen();
    int colon = listen.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("\"listen\": host:port is expected, not " + listen);
    }
    return listen.substring(0, colon);
  }

  /// Port part of the address to listen at.
  public int port() {
    String listen = listen();
    return number("listen", listen.substring(listen.lastIndexOf(':') + 1), 0, 65535);
  }

  /// Host names, beside those of loopback, that requests may be addressed to.
  public List<String> allowedHosts() {
    return Arrays.stream(properties.getProperty("allowed-hosts", "").split(",", -1))
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /// Most connections at a time.
  public int connections() {
    return number("connections", 1000, 1, 100_000);
  }

  /// Most bodies at a time that go to datanodes.
  public int uploads() {
    return number("uploads", 64, 1, 4096);
  }

  /// Large buffers for downloads.
  public int largeBuffers() {
    return number("large-buffers", 16, 0, 1024);
  }

  /// Most open transactions.
  public int transactions() {
    return number("transactions", 256, 1, 4096);
  }

  /// Seconds that a request waits while the cluster elects.
  public int patienceSeconds() {
    return number("patience-seconds", 20, 1, 600);
  }

  /// Seconds after which a silent connection is closed.
  public int idleSeconds() {
    return number("idle-seconds", 60, 1, 3600);
  }

  /// Seconds that requests have to end.
  public int drainSeconds() {
    return number("drain-seconds", 15, 0, 3600);
  }

  private int number(String key, int standard, int least, int most) {
    return number(key, properties.getProperty(key, Integer.toString(standard)), least, most);
  }

  private static int number(String key, String value, int least, int most) {
    try {
      int number = Integer.parseInt(value.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + key + "\": " + value + " is no number", e);
    }
    throw new IllegalArgumentException(
        "\"" + key + "\": " + value + " is not from " + least + " to " + most);
  }
}
