package io.plasmafs.distribution;

import io.plasmafs.cli.CommonOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
  @Mixin GatewayOptions gateway = new GatewayOptions();
  @Spec CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    return gateway.serve(CommonOptions.of(spec), Gateway.doors(false), "/v1/fs/");
  }
}
