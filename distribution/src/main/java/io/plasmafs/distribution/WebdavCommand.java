package io.plasmafs.distribution;

import io.plasmafs.cli.CommonOptions;
import io.plasmafs.http.HttpGatewayConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `plasma webdav`: one more gateway for a cluster, in the foreground, to be mounted. The HTTP API
/// is on the same port: transactions that are mounted as folders are opened and committed by it.
@Command(
    name = "webdav",
    description = {
      "Serve a cluster over WebDAV until interrupted. plasma up does so already; any number may",
      "run side by side. It acts as the user who starts it, so it listens on loopback only."
    })
final class WebdavCommand implements Callable<Integer> {
  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where to listen. Default: 127.0.0.1:" + HttpGatewayConfig.DEFAULT_PORT)
  @Nullable String listen;

  @Option(
      names = "--put-content-range",
      description = "Take PUT with Content-Range as a change of that range, as Apache does.")
  boolean putContentRange;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the gateway, as docs/http.md lists them. May be repeated.")
  List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    return HttpCommand.serve(
        CommonOptions.of(spec), listen, settings, Gateway.doors(putContentRange), "/dav/");
  }
}
