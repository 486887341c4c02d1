package io.plasmafs.distribution;

import io.plasmafs.cli.CommonOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `plasma down`: stops a cluster of this machine. Its data stay.
@Command(
    name = "down",
    description = "Stop a cluster of this machine. Its data stay where they are.")
final class DownCommand implements Callable<Integer> {
  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  @Option(names = "--name", paramLabel = "NAME", description = "The cluster's name.")
  @Nullable String name;

  @Override
  public Integer call() throws IOException {
    ClusterDirectory directory = ClusterDirectory.of(CommonOptions.of(spec), name);
    ClusterSettings settings = ClusterSettings.ofExisting(directory);
    Optional<ProcessHandle> supervisor = directory.processOf(LocalRoles.SUPERVISOR);
    if (supervisor.isPresent()) {
      supervisor.get().destroy();
      supervisor.get().onExit().join();
    }
    boolean any = supervisor.isPresent();
    try (ClusterRunner leftovers =
        new ClusterRunner(directory, settings, new StartReport(directory, text -> {}))) {
      any |= leftovers.endLeftovers();
    }
    System.out.println("cluster " + settings.name() + (any ? " is stopped" : " was not running"));
    return 0;
  }
}
