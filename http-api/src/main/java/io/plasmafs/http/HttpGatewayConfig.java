package io.plasmafs.http;

import io.plasmafs.settings.HostAndPort;
import io.plasmafs.settings.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

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
/// | `large-buffers` | of 1 MiB, for fast downloads; each takes one | `16` |
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

  private final Settings settings;

  private HttpGatewayConfig(Settings settings) {
    this.settings = settings;
  }

  /// Takes and checks properties.
  ///
  /// @throws IllegalArgumentException if a key is missing or unknown or a value makes no sense; the
  ///   message is one line
  public static HttpGatewayConfig of(Properties properties) {
    HttpGatewayConfig config = new HttpGatewayConfig(Settings.of(properties, KEYS));
    config.check();
    return config;
  }

  private void check() {
    namenodes();
    String host = listen().host();
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        throw new IllegalArgumentException(
            "listen: "
                + host
                + " is no loopback address: as long as nobody logs in, who can reach the gateway"
                + " acts as the user who started it");
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("listen: there is no host " + host, e);
    }
    int unused =
        connections()
            + uploads()
            + largeBuffers()
            + transactions()
            + idleSeconds()
            + patienceSeconds()
            + drainSeconds();
  }

  /// Addresses of namenodes.
  public String namenodes() {
    return settings.required("namenodes");
  }

  /// Name of the cluster, or empty.
  public String cluster() {
    return settings.optional("cluster").orElse("");
  }

  /// Where to listen.
  public HostAndPort listen() {
    return settings.address("listen").orElse(new HostAndPort("127.0.0.1", DEFAULT_PORT));
  }

  /// Host names, beside those of loopback, that requests may be addressed to.
  public List<String> allowedHosts() {
    return settings.list("allowed-hosts").stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList();
  }

  /// Most connections at a time.
  public int connections() {
    return settings.number("connections", 1000, 1, 100_000);
  }

  /// Most bodies at a time that go to datanodes.
  public int uploads() {
    return settings.number("uploads", 64, 1, 4096);
  }

  /// Large buffers for downloads.
  public int largeBuffers() {
    return settings.number("large-buffers", 16, 0, 1024);
  }

  /// Most open transactions.
  public int transactions() {
    return settings.number("transactions", 256, 1, 4096);
  }

  /// Seconds that a request waits while the cluster elects.
  public int patienceSeconds() {
    return settings.number("patience-seconds", 20, 1, 600);
  }

  /// Seconds after which a silent connection is closed.
  public int idleSeconds() {
    return settings.number("idle-seconds", 60, 1, 3600);
  }

  /// Seconds that requests have to end.
  public int drainSeconds() {
    return settings.number("drain-seconds", 15, 0, 3600);
  }
}
