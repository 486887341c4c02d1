package io.plasmafs.client;

import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// How a client finds its cluster and how much it may use. Immutable: start from [#of] or
/// [#fromEnvironment()] and go on with the `with` methods.
///
/// @param cluster name; empty for the one that the namenodes belong to
/// @param namenodes `host:port` of some or all of them
/// @param principal who acts; the user of this process and its groups if absent
/// @param timeout for how long a coordinator that moves or restarts, and lost connections, are
///   waited for before a call fails
/// @param callTimeout for how long one call may go unanswered before its connection is given up
/// @param retry of transactions that met a conflict
/// @param bufferBytes direct memory that all streams of the client together may use
/// @param cache how much is remembered of metadata and blocks
/// @param maxStaleness for how long what was read may be used without asking whether it is still
///   current; zero: each use is validated
/// @param leakDetection log a warning, with the place of creation, for each transaction, stream,
///   file or channel that was collected without having been closed
public record ClientConfig(
    String cluster,
    List<String> namenodes,
    Optional<Principal> principal,
    Duration timeout,
    Duration callTimeout,
    RetryPolicy retry,
    long bufferBytes,
    CacheLimits cache,
    Duration maxStaleness,
    boolean leakDetection) {

  /// The port of namenodes where none is given.
  public static final int DEFAULT_PORT = 2727;

  /// Direct memory for streams: 64 MiB.
  public static final long DEFAULT_BUFFER_BYTES = 64L << 20;

  public ClientConfig {
    namenodes = List.copyOf(namenodes);
    if (namenodes.isEmpty()) {
      throw new FsException(
          FsStatus.EINVAL, "no namenode is given: at least one host:port is needed");
    }
    if (bufferBytes < 4L << 20) {
      throw new FsException(
          FsStatus.EINVAL,
          "buffers of " + bufferBytes + " bytes are too small: at least 4 MiB are needed");
    }
    if (maxStaleness.isNegative()) {
      throw new FsException(FsStatus.EINVAL, "a staleness of " + maxStaleness + " is negative");
    }
  }

  /// The cluster of these namenodes: `host:port,host:port,…`; the port may be left out if it is
  /// 2727. Everything else has its default.
  public static ClientConfig of(String namenodes) {
    return of("", namenodes);
  }

  /// The named cluster, by these namenodes.
  ///
  /// @throws FsException EINVAL if the list is empty or malformed
  public static ClientConfig of(String cluster, String namenodes) {
    return new ClientConfig(
        cluster,
        Arrays.stream(namenodes.split(","))
            .map(String::strip)
            .filter(address -> !address.isEmpty())
            .map(ClientConfig::withPort)
            .toList(),
        Optional.empty(),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30),
        RetryPolicy.DEFAULT,
        DEFAULT_BUFFER_BYTES,
        CacheLimits.DEFAULT,
        Duration.ZERO,
        Boolean.getBoolean("plasma.client.leakDetection"));
  }

  /// What the environment says (`PLASMA_CLUSTER`, `PLASMA_NAMENODES`), else the file
  /// `~/.plasma/client.properties` (`cluster`, `namenodes`).
  ///
  /// @throws FsException EINVAL if neither names a namenode
  public static ClientConfig fromEnvironment() {
    return from(System.getenv(), Path.of(System.getProperty("user.home"), ".plasma"));
  }

  static ClientConfig from(Map<String, String> environment, Path directory) {
    Path file = directory.resolve("client.properties");
    Properties properties = new Properties();
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      } catch (IOException e) {
        throw new FsException(FsStatus.EINVAL, file + " cannot be read: " + e.getMessage(), e);
      }
    }
    String namenodes =
        environment.getOrDefault("PLASMA_NAMENODES", properties.getProperty("namenodes", ""));
    String cluster =
        environment.getOrDefault("PLASMA_CLUSTER", properties.getProperty("cluster", ""));
    if (namenodes.isBlank()) {
      throw new FsException(
          FsStatus.EINVAL,
          "no namenode is known: set PLASMA_NAMENODES=host:port,… or write namenodes=host:port,…"
              + " into "
              + file);
    }
    return of(cluster, namenodes);
  }

  private static String withPort(String address) {
    int colon = address.lastIndexOf(':');
    boolean ipv6WithoutPort =
        address.endsWith("]")
            || (colon >= 0 && address.indexOf(':') != colon && !address.contains("]"));
    if (colon < 0) {
      return address + ":" + DEFAULT_PORT;
    }
    if (ipv6WithoutPort) {
      String host = address.endsWith("]") ? address : "[" + address + "]";
      return host + ":" + DEFAULT_PORT;
    }
    String port = address.substring(colon + 1);
    int number;
    try {
      number = Integer.parseInt(port);
    } catch (NumberFormatException e) {
      number = -1;
    }
    if (number < 1 || number > 65535 || colon == 0) {
      throw new FsException(
          FsStatus.EINVAL, "'" + address + "' is no address of a namenode: host:port is expected");
    }
    return address;
  }

  /// This configuration, for the cluster of this name: connecting to another one fails.
  public ClientConfig withCluster(String name) {
    return new ClientConfig(
        name,
        namenodes,
        principal,
        timeout,
        callTimeout,
        retry,
        bufferBytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, for somebody else.
  public ClientConfig withPrincipal(Principal who) {
    return new ClientConfig(
        cluster,
        namenodes,
        Optional.of(who),
        timeout,
        callTimeout,
        retry,
        bufferBytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, waiting so long for a coordinator.
  public ClientConfig withTimeout(Duration newTimeout) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        newTimeout,
        callTimeout,
        retry,
        bufferBytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, waiting so long for one answer.
  public ClientConfig withCallTimeout(Duration newTimeout) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        newTimeout,
        retry,
        bufferBytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, running transactions again like this.
  public ClientConfig withRetry(RetryPolicy policy) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        callTimeout,
        policy,
        bufferBytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, with so much direct memory for streams.
  public ClientConfig withBufferBytes(long bytes) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        callTimeout,
        retry,
        bytes,
        cache,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, remembering so much.
  public ClientConfig withCache(CacheLimits limits) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        callTimeout,
        retry,
        bufferBytes,
        limits,
        maxStaleness,
        leakDetection);
  }

  /// This configuration, trusting what was read for so long.
  public ClientConfig withMaxStaleness(Duration age) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        callTimeout,
        retry,
        bufferBytes,
        cache,
        age,
        leakDetection);
  }

  /// This configuration, with the search for what was not closed on or off.
  public ClientConfig withLeakDetection(boolean on) {
    return new ClientConfig(
        cluster,
        namenodes,
        principal,
        timeout,
        callTimeout,
        retry,
        bufferBytes,
        cache,
        maxStaleness,
        on);
  }
}
