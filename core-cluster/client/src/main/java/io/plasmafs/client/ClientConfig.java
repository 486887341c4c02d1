package io.plasmafs.client;

import io.plasmafs.client.cache.CacheLimits;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.settings.HostAndPort;
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
import java.util.function.Consumer;

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
/// @param localFiles whether blocks are read from the files of datanodes on this host, where this
///   process may open them
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
    boolean localFiles,
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
        true,
        Boolean.getBoolean("plasma.client.leakDetection"));
  }

  /// What the environment says (`PLASMA_CLUSTER`, `PLASMA_NAMENODES`), else the file
  /// `~/.plasma/client.properties` (`cluster`, `namenodes`).
  ///
  /// @throws FsException EINVAL if neither names a namenode
  public static ClientConfig fromEnvironment() {
    return of(System.getenv(), Path.of(System.getProperty("user.home"), ".plasma"));
  }

  /// What such an environment says, else the file `client.properties` in `directory`.
  ///
  /// @throws FsException EINVAL if neither names a namenode
  public static ClientConfig of(Map<String, String> environment, Path directory) {
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

  private static String withPort(String text) {
    HostAndPort address;
    try {
      address = HostAndPort.parse(text, DEFAULT_PORT);
    } catch (IllegalArgumentException e) {
      throw noNamenode(text);
    }
    if (address.port() == 0) {
      throw noNamenode(text);
    }
    return address.toString();
  }

  private static FsException noNamenode(String text) {
    return new FsException(
        FsStatus.EINVAL, "'" + text + "' is no address of a namenode: host:port is expected");
  }

  /// The components while some of them are changed.
  private static final class Draft {
    String cluster;
    final List<String> namenodes;
    Optional<Principal> principal;
    Duration timeout;
    Duration callTimeout;
    RetryPolicy retry;
    long bufferBytes;
    CacheLimits cache;
    Duration maxStaleness;
    boolean localFiles;
    boolean leakDetection;

    Draft(ClientConfig config) {
      cluster = config.cluster;
      namenodes = config.namenodes;
      principal = config.principal;
      timeout = config.timeout;
      callTimeout = config.callTimeout;
      retry = config.retry;
      bufferBytes = config.bufferBytes;
      cache = config.cache;
      maxStaleness = config.maxStaleness;
      localFiles = config.localFiles;
      leakDetection = config.leakDetection;
    }

    ClientConfig config() {
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
          localFiles,
          leakDetection);
    }
  }

  private ClientConfig with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.config();
  }

  /// This configuration, for the cluster of this name: connecting to another one fails.
  public ClientConfig withCluster(String name) {
    return with(draft -> draft.cluster = name);
  }

  /// This configuration, for somebody else.
  public ClientConfig withPrincipal(Principal who) {
    return with(draft -> draft.principal = Optional.of(who));
  }

  /// This configuration, waiting so long for a coordinator.
  public ClientConfig withTimeout(Duration newTimeout) {
    return with(draft -> draft.timeout = newTimeout);
  }

  /// This configuration, waiting so long for one answer.
  public ClientConfig withCallTimeout(Duration newTimeout) {
    return with(draft -> draft.callTimeout = newTimeout);
  }

  /// This configuration, running transactions again like this.
  public ClientConfig withRetry(RetryPolicy policy) {
    return with(draft -> draft.retry = policy);
  }

  /// This configuration, with so much direct memory for streams.
  public ClientConfig withBufferBytes(long bytes) {
    return with(draft -> draft.bufferBytes = bytes);
  }

  /// This configuration, remembering so much.
  public ClientConfig withCache(CacheLimits limits) {
    return with(draft -> draft.cache = limits);
  }

  /// This configuration, trusting what was read for so long.
  public ClientConfig withMaxStaleness(Duration age) {
    return with(draft -> draft.maxStaleness = age);
  }

  /// This configuration, with or without reads from the files of datanodes on this host.
  public ClientConfig withLocalFiles(boolean on) {
    return with(draft -> draft.localFiles = on);
  }

  /// This configuration, with the search for what was not closed on or off.
  public ClientConfig withLeakDetection(boolean on) {
    return with(draft -> draft.leakDetection = on);
  }
}
