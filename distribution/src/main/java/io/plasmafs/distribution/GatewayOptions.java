package io.plasmafs.distribution;

import io.plasmafs.cli.ClusterChoice;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.client.ClientConfig;
import io.plasmafs.http.Door;
import io.plasmafs.http.HttpGateway;
import io.plasmafs.http.HttpGatewayConfig;
import io.plasmafs.model.FsException;
import io.plasmafs.settings.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of the commands that are a gateway, and how they serve.
final class GatewayOptions {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen. Default: 127.0.0.1:" + HttpGatewayConfig.DEFAULT_PORT)
  @Nullable String listen;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the gateway, as docs/http.md lists them. May be repeated.")
  List<String> settings = new ArrayList<>();

  /// Serves until the process is told to end.
  ///
  /// @param url what people are told to open, below the gateway's address
  int serve(CommonOptions options, List<Door> doors, String url) throws InterruptedException {
    List<String> all = new ArrayList<>(settings);
    all.addAll(cluster(options));
    if (listen != null) {
      all.add("listen=" + listen);
    }
    try {
      HttpGateway gateway =
          HttpGateway.start(HttpGatewayConfig.of(Settings.read(Optional.empty(), all)), doors);
      gateway.serve("http://127.0.0.1:" + gateway.port() + url);
      return 0;
    } catch (IOException | IllegalArgumentException | FsException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  /// The cluster that every other command would use, too.
  private static List<String> cluster(CommonOptions options) {
    ClientConfig config = ClusterChoice.of(options).config();
    return List.of(
        "cluster=" + config.cluster(), "namenodes=" + String.join(",", config.namenodes()));
  }
}
