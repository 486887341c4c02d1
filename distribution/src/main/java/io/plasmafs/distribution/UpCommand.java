package io.plasmafs.distribution;

import io.plasmafs.cli.ByteSize;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.cli.CommonOptions;
import io.plasmafs.cli.LocalCluster;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `plasma up`: starts a whole cluster on this machine.
///
/// In the foreground this process looks after the cluster until it is interrupted. With `--detach`
/// another process does, and this one returns when clients can work.
@Command(
    name = "up",
    description = {
      "Start a cluster on this machine: PostgreSQL, a namenode, datanodes and a gateway for HTTP.",
      "It lives in --dir DIR, or else in ~/.plasma/NAME. The first start fixes what it is made of;",
      "later ones find that in its directory."
    })
final class UpCommand implements Callable<Integer> {
  /// Between two looks for datanodes that the user wants stopped or started.
  private static final long ORDERS_MILLIS = 200;

  @Mixin CommonOptions common = new CommonOptions();
  @Spec CommandSpec spec;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the cluster. Default: " + LocalCluster.DEFAULT_NAME)
  @Nullable String name;

  @Option(names = "--detach", description = "Return when clients can work; the cluster runs on.")
  boolean detach;

  @Option(names = "--datanodes", paramLabel = "N", description = "How many datanodes. Default: 2")
  @Nullable Integer datanodes;

  @Option(
      names = "--replication",
      paramLabel = "R",
      description = "Copies of each block. Default: 2, or 1 with one datanode")
  @Nullable Integer replication;

  @Option(
      names = "--datanode-size",
      paramLabel = "SIZE",
      description = "Disk space that each datanode takes at once. Default: 8g")
  @Nullable ByteSize datanodeSize;

  @Option(
      names = "--block-size",
      paramLabel = "SIZE",
      description = "A power of two from 64k to 64m. Default: 64k")
  @Nullable ByteSize blockSize;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      description = "Added to every port, so that clusters can run side by side. Default: 0")
  @Nullable Integer portOffset;

  @Option(
      names = "--postgres",
      paramLabel = "URL",
      description = {
        "JDBC URL of an empty database on a PostgreSQL of yours, without a password:",
        "that belongs into ~/.pgpass. Default: a PostgreSQL that comes with PlasmaFS"
      })
  @Nullable String postgres;

  @Override
  public Integer call() throws Exception {
    ClusterDirectory directory = ClusterDirectory.of(CommonOptions.of(spec), name);
    ClusterSettings settings = settings(directory);
    if (detach) {
      return new DetachedStart(directory, settings).run(arguments(directory));
    }
    directory.create();
    Optional<FileLock> lock = directory.lock();
    if (lock.isEmpty()) {
      System.out.println(alreadyRunning(directory, settings));
      return 0;
    }
    runUntilInterrupted(directory, settings);
    return 0;
  }

  static String alreadyRunning(ClusterDirectory directory, ClusterSettings settings) {
    return "cluster "
        + settings.name()
        + " is already running in "
        + directory.root()
        + "; plasma status tells more, plasma down stops it";
  }

  private void runUntilInterrupted(ClusterDirectory directory, ClusterSettings settings)
      throws InterruptedException {
    directory.remember(LocalRoles.SUPERVISOR, ProcessHandle.current());
    StartReport report = new StartReport(directory, System.out::println);
    CountDownLatch over = new CountDownLatch(1);
    try (ClusterRunner runner = new ClusterRunner(directory, settings, report)) {
      // Interrupts and `plasma down` arrive as signals, and so here. The JVM ends when the hook
      // does, so the hook is what stops the cluster.
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    runner.close();
                    directory.forget(LocalRoles.SUPERVISOR);
                    over.countDown();
                  },
                  "stop"));
      runner.start();
      report.ready(settings, directory);
      while (!over.await(ORDERS_MILLIS, TimeUnit.MILLISECONDS)) {
        runner.followOrders();
      }
    } catch (CommandFailure e) {
      report.failed(String.valueOf(e.getMessage()));
      throw e;
    }
  }

  /// What the cluster is made of: what it was before, else what the options say.
  private ClusterSettings settings(ClusterDirectory directory) {
    Optional<ClusterSettings> before;
    try {
      before = ClusterSettings.load(directory.root());
    } catch (IOException e) {
      throw new CommandFailure("cannot read the description of the cluster: " + e.getMessage(), e);
    }
    try {
      return before.map(this::changed).orElseGet(this::fresh);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private ClusterSettings fresh() {
    int nodes = datanodes != null ? datanodes : 2;
    return new ClusterSettings(
        name != null ? name : LocalCluster.DEFAULT_NAME,
        nodes,
        replication != null ? replication : Math.min(2, nodes),
        datanodeSize != null ? datanodeSize.bytes() : 8L << 30,
        blockSize != null ? (int) Math.min(blockSize.bytes(), Integer.MAX_VALUE) : 64 << 10,
        portOffset != null ? portOffset : 0,
        Optional.ofNullable(postgres),
        System.getProperty("user.name"));
  }

  /// Ports may change and datanodes be added; what the stored data depend on may not.
  private ClusterSettings changed(ClusterSettings before) {
    refuseChange("--name", before.name(), name);
    refuseChange("--block-size", new ByteSize(before.blockSize()), blockSize);
    refuseChange("--datanode-size", new ByteSize(before.datanodeSize()), datanodeSize);
    refuseChange("--postgres", before.postgres().orElse("its own"), postgres);
    refuseChange("--replication", before.replication(), replication);
    if (datanodes != null && datanodes < before.datanodes()) {
      throw new IllegalArgumentException(
          "the cluster has "
              + before.datanodes()
              + " datanodes with data on them; --datanodes can add some, not take some away");
    }
    return new ClusterSettings(
        before.name(),
        datanodes != null ? datanodes : before.datanodes(),
        before.replication(),
        before.datanodeSize(),
        before.blockSize(),
        portOffset != null ? portOffset : before.portOffset(),
        before.postgres(),
        before.superuser());
  }

  private static void refuseChange(String option, Object before, @Nullable Object now) {
    if (now != null && !now.equals(before)) {
      throw new IllegalArgumentException(
          option + " was " + before + " when this cluster was made and cannot become " + now);
    }
  }

  /// The same command for another process that stays.
  private List<String> arguments(ClusterDirectory directory) {
    List<String> arguments = new ArrayList<>();
    arguments.add("up");
    arguments.add("--dir");
    arguments.add(directory.root().toString());
    add(arguments, "--name", name);
    add(arguments, "--datanodes", datanodes);
    add(arguments, "--replication", replication);
    add(arguments, "--datanode-size", datanodeSize);
    add(arguments, "--block-size", blockSize);
    add(arguments, "--port-offset", portOffset);
    add(arguments, "--postgres", postgres);
    return arguments;
  }

  private static void add(List<String> arguments, String option, @Nullable Object value) {
    if (value != null) {
      arguments.add(option);
      arguments.add(value.toString());
    }
  }
}
