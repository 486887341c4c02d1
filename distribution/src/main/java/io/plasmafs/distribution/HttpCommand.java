package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.cli.LocalCluster;
import io.plasmafs.http.Door;
import io.plasmafs.http.HttpGateway;
import io.plasmafs.http.HttpGatewayConfig;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `plasma http`: one more gateway for a cluster, in the foreground.
@Command(
    name = "http",
    description = {
      "Serve a cluster over HTTP until interrupted. plasma up has a gateway already; any number"
          + " may",
      "run side by side. It acts as the user who starts it, so it listens on loopback only."
    })
final class HttpCommand implements Callable<Integer> {
  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

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

  @Override
  public Integer call() throws InterruptedException {
    return serve(CommonOptions.of(spec), listen, settings, Gateway.doors(false), "/v1/fs/");
  }

  /// Serves until the process is told to end.
  ///
  /// @param url what people are told to open, below the gateway's address
  static int serve(
      CommonOptions options,
      @Nullable String listen,
      List<String> settings,
      List<Door> doors,
      String url)
      throws InterruptedException {
    List<String> all = new ArrayList<>(settings);
    cluster(options, all);
    if (listen != null) {
      all.add("listen=" + listen);
    }
    try {
      HttpGateway gateway = HttpGateway.start(HttpGatewayConfig.read(Optional.empty(), all), doors);
      CountDownLatch over = new CountDownLatch(1);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    gateway.close();
                    over.countDown();
                  },
                  "stop"));
      System.out.println("http://127.0.0.1:" + gateway.port() + url);
      over.await();
      return 0;
    } catch (IOException | IllegalArgumentException | FsException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private static void cluster(CommonOptions options, List<String> all) {
    if (options.namenodes().isPresent()) {
      all.add("namenodes=" + options.namenodes().get());
      options.cluster().ifPresent(name -> all.add("cluster=" + name));
      return;
    }
    ClusterDirectory directory = ClusterDirectory.of(options, options.cluster().orElse(null));
    try {
      LocalCluster local =
          LocalCluster.in(directory.root())
              .orElseThrow(() ->
                  new CommandFailure(
                      "there is no cluster in "
                          + directory.root()
                          + "; name its namenodes with --namenodes, or start one with plasma up"));
      all.add("cluster=" + local.name());
      all.add("namenodes=" + local.namenodes());
    } catch (IOException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }
}
