package io.plasmafs.cli;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.settings.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Which cluster a command means, and the way into it. In this order: the options; `PLASMA_CLUSTER`
/// and `PLASMA_NAMENODES` in the environment; `~/.plasma/client.properties`; the cluster of this
/// machine in `~/.plasma/plasma`.
public final class ClusterChoice {
  /// Somebody waits at the terminal.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ClientConfig config;
  private final Optional<LocalCluster> local;

  private ClusterChoice(ClientConfig config, Optional<LocalCluster> local) {
    this.config = config.withTimeout(PATIENCE);
    this.local = local;
  }

  /// The cluster that these options and this process's surroundings name.
  ///
  /// @throws CommandFailure if none is named, or the named one does not exist
  public static ClusterChoice of(CommonOptions options) {
    return of(options, System.getenv(), Path.of(System.getProperty("user.home")));
  }

  static ClusterChoice of(CommonOptions options, Map<String, String> environment, Path home) {
    if (options.directory().isPresent()) {
      if (options.namenodes().isPresent()) {
        throw new CommandFailure("--dir and --namenodes both name a cluster: give one of them");
      }
      Path directory = options.directory().get().toAbsolutePath().normalize();
      LocalCluster found =
          inDirectory(directory)
              .orElseThrow(() ->
                  new CommandFailure(
                      "there is no cluster in "
                          + directory
                          + "; make one with plasma up --dir "
                          + directory));
      if (options.cluster().isPresent() && !options.cluster().get().equals(found.name())) {
        throw new CommandFailure(
            "the cluster in "
                + directory
                + " is "
                + found.name()
                + ", not "
                + options.cluster().get());
      }
      return new ClusterChoice(
          ClientConfig.of(found.name(), found.namenodes()), Optional.of(found));
    }
    if (options.namenodes().isPresent()) {
      return new ClusterChoice(
          ClientConfig.of(options.cluster().orElse(""), options.namenodes().get()),
          Optional.empty());
    }
    if (options.cluster().isPresent()) {
      Optional<LocalCluster> named =
          inDirectory(home.resolve(".plasma").resolve(options.cluster().get()));
      if (named.isPresent()) {
        return new ClusterChoice(
            ClientConfig.of(named.get().name(), named.get().namenodes()), named);
      }
    }
    return bySurroundings(options, environment, home);
  }

  private static ClusterChoice bySurroundings(
      CommonOptions options, Map<String, String> environment, Path home) {
    boolean configured =
        !environment.getOrDefault("PLASMA_NAMENODES", "").isBlank()
            || Files.exists(home.resolve(".plasma").resolve("client.properties"));
    if (configured) {
      ClientConfig config = ClientConfig.of(environment, home.resolve(".plasma"));
      if (options.cluster().isPresent()) {
        config = ClientConfig.of(options.cluster().get(), String.join(",", config.namenodes()));
      }
      return new ClusterChoice(config, Optional.empty());
    }
    if (options.cluster().isPresent()) {
      throw new CommandFailure(
          "nothing tells where cluster "
              + options.cluster().get()
              + " is: give --namenodes HOST:PORT,...");
    }
    Optional<LocalCluster> usual =
        inDirectory(home.resolve(".plasma").resolve(LocalCluster.DEFAULT_NAME));
    return usual
        .map(found -> new ClusterChoice(ClientConfig.of(found.name(), found.namenodes()), usual))
        .orElseThrow(() ->
            new CommandFailure(
                "no cluster is known: start one on this machine with plasma up, or name one"
                    + " with --dir DIR or --namenodes HOST:PORT"));
  }

  private static Optional<LocalCluster> inDirectory(Path directory) {
    try {
      return LocalCluster.in(directory);
    } catch (IOException e) {
      throw new CommandFailure(
          "cannot read the description of the cluster in "
              + directory
              + ": "
              + Failures.describe(e),
          e);
    }
  }

  /// How to reach it.
  public ClientConfig config() {
    return config;
  }

  /// The cluster of this machine that was chosen; absent if it was chosen by its namenodes.
  public Optional<LocalCluster> local() {
    return local;
  }

  /// Connects to it.
  ///
  /// @throws CommandFailure if it is a cluster of this machine that is not running
  public PlasmaClient connect() {
    if (local.isPresent() && !accepts() && !isLookedAfter(local.get())) {
      throw new CommandFailure(
          "cluster "
              + local.get().name()
              + " in "
              + local.get().directory()
              + " is not running; start it with plasma up --dir "
              + local.get().directory());
    }
    return PlasmaClient.connect(config);
  }

  private boolean accepts() {
    HostAndPort address = HostAndPort.parse(config.namenodes().get(0));
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.host(), address.port()), 2000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether a supervisor is there that starts a namenode again which has gone: then waiting helps.
  /// It holds a lock as long as it lives.
  private static boolean isLookedAfter(LocalCluster cluster) {
    Path file = cluster.directory().resolve("run").resolve("lock");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return lock == null;
    } catch (IOException e) {
      return false;
    }
  }
}
