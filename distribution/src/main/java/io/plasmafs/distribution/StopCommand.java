package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.model.Datanode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `plasma stop`: stops one datanode of a cluster of this machine.
@Command(
    name = "stop",
    description = {
      "Stop one datanode of a cluster of this machine, until plasma start starts it again.",
      "plasma up leaves it out as long. Its data stay where they are."
    })
final class StopCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;

  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  @Option(names = "--name", paramLabel = "NAME", description = "The cluster's name.")
  @Nullable String name;

  @Parameters(
      paramLabel = "DATANODE",
      description = "As `plasma datanode list` shows it: datanode-2, or its address.")
  String datanode;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ClusterDirectory directory = ClusterDirectory.of(CommonOptions.of(spec), name);
    ClusterSettings settings = ClusterSettings.ofExisting(directory);
    boolean running = directory.processOf(LocalRoles.SUPERVISOR).isPresent();
    List<Datanode> listed = running ? LocalDatanode.list(settings) : List.of();
    LocalDatanode chosen = LocalDatanode.of(datanode, settings, listed);
    directory.markStopped(chosen.process());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    Optional<ProcessHandle> process = directory.processOf(chosen.process());
    while (process.isPresent()) {
      if (directory.processOf(LocalRoles.SUPERVISOR).isEmpty()) {
        process.get().destroy(); // left over: nobody else does it
      }
      if (System.nanoTime() > deadline) {
        throw new CommandFailure(
            chosen + " does not end: process " + process.get().pid() + " is still running");
      }
      Thread.sleep(POLL_MILLIS);
      process = directory.processOf(chosen.process());
    }
    System.out.println(
        chosen + " is stopped; plasma start " + chosen.process() + " starts it again");
    return 0;
  }
}
