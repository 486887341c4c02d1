package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.model.Datanode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `plasma start`: starts a datanode that [StopCommand] has stopped.
@Command(
    name = "start",
    description = {
      "Start a datanode that plasma stop has stopped, and wait until it is part of the cluster.",
      "If the cluster is not running, plasma up does so."
    })
final class StartCommand implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 200;

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
    LogTail tail = LogTail.of(new LocalRoles(directory, settings).datanode(chosen.number()).logs());
    directory.markStarted(chosen.process());
    if (!running) {
      System.out.println(chosen.process() + " is started by the next plasma up");
      return 0;
    }
    waitFor(directory, settings, chosen, tail);
    LocalDatanode there =
        LocalDatanode.of(
            settings.datanodeAddress(chosen.number()), settings, LocalDatanode.list(settings));
    System.out.println(there + " is running");
    return 0;
  }

  private static void waitFor(
      ClusterDirectory directory, ClusterSettings settings, LocalDatanode chosen, LogTail tail)
      throws InterruptedException {
    String address = settings.datanodeAddress(chosen.number());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (LocalDatanode.list(settings).stream()
        .noneMatch(each -> each.address().equals(address) && ClusterRunner.isThere(each))) {
      if (System.nanoTime() > deadline || directory.isStopped(chosen.process())) {
        boolean runs = directory.processOf(chosen.process()).isPresent();
        String words = runs ? tail.latest() : tail.text();
        throw new CommandFailure(
            chosen.process()
                + " does not become part of the cluster"
                + (words.isEmpty() ? "" : ": " + words)
                + "; see "
                + tail.files());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }
}
