package io.plasmafs.distribution;

import io.plasmafs.cli.CommonOptions;
import java.util.concurrent.Callable;
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
  @Mixin GatewayOptions gateway = new GatewayOptions();
  @Spec CommandSpec spec;

  @Option(
      names = "--put-content-range",
      description = "Take PUT with Content-Range as a change of that range, as Apache does.")
  boolean putContentRange;

  @Override
  public Integer call() throws InterruptedException {
    return gateway.serve(CommonOptions.of(spec), Gateway.doors(putContentRange), "/dav/");
  }
}
