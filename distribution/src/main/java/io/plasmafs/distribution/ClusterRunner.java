package io.plasmafs.distribution;

import io.plasmafs.cli.ByteSize;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.ClusterStatus;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;

/// Brings a cluster of this machine up, keeps it up, and takes it down.
///
/// `start` returns when clients can work: the namenode answers, all datanodes are alive, and the
/// gateway listens. `close` may be called at any time, also while another thread is in `start`.
final class ClusterRunner implements AutoCloseable {
  /// What a cluster needs beside the datanodes' blocks before it is started for the first time.
  private static final long SPARE_BYTES = 512L << 20;

  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 50;

  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final StartReport report;
  private final LocalRoles roles;
  private final Supervisor supervisor;
  private volatile boolean closed;

  ClusterRunner(ClusterDirectory directory, ClusterSettings settings, StartReport report) {
    this.directory = directory;
    this.settings = settings;
    this.report = report;
    this.roles = new LocalRoles(directory, settings);
    this.supervisor = new Supervisor(directory);
  }

  /// Starts everything and waits until it can be used.
  ///
  /// @throws CommandFailure if that is not possible
  void start() throws InterruptedException {
    supervisor.endLeftovers(roles.all());
    checkPorts();
    checkSpace();
    save();
    for (int number = 1; number <= settings.datanodes(); number++) {
      roles.prepareDatanode(number, report::progress);
    }
    roles.configure();
    report.progress("starting cluster " + settings.name() + " in " + directory.root());
    for (Role role : roles.all()) {
      if (closed) {
        return;
      }
      supervisor.start(role);
    }
    waitUntilReady();
  }

  /// Lays down what the cluster is made of; only now, so that a start that was refused fixes
  /// nothing.
  private void save() {
    try {
      settings.save(directory.root());
    } catch (IOException e) {
      throw new CommandFailure("cannot write to " + directory.root() + ": " + e.getMessage(), e);
    }
  }

  /// Ends what a killed supervisor has left running; whether there was anything.
  boolean endLeftovers() {
    boolean any =
        roles.all().stream().anyMatch(role -> directory.processOf(role.name()).isPresent());
    supervisor.endLeftovers(roles.all());
    return any;
  }

  private void checkPorts() {
    for (int port : roles.ports()) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.setReuseAddress(true);
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        throw new CommandFailure(
            "port "
                + port
                + " is taken by another program; stop it, or choose other ports with --port-offset",
            e);
      }
    }
  }

  private void checkSpace() {
    long needed = 0;
    for (int number = 1; number <= settings.datanodes(); number++) {
      if (!roles.isDatanodePrepared(number)) {
        needed += settings.datanodeSize();
      }
    }
    if (needed == 0) {
      return;
    }
    long free;
    try {
      free = Files.getFileStore(directory.root()).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (free < needed + SPARE_BYTES) {
      throw new CommandFailure(
          "too little disk space in "
              + directory.root()
              + ": "
              + ByteSize.display(free)
              + " are free, "
              + ByteSize.display(needed + SPARE_BYTES)
              + " are needed; choose a smaller --datanode-size or another --dir");
    }
  }

  private void waitUntilReady() throws InterruptedException {
    long deadline = System.nanoTime() + READY_LIMIT.toNanos();
    String missing = "the namenode";
    ClientConfig config =
        ClientConfig.of(settings.name(), settings.namenodeAddress())
            .withTimeout(Duration.ofSeconds(2));
    while (!closed) {
      try (PlasmaClient client = PlasmaClient.connect(config)) {
        while (!closed) {
          ClusterStatus status = client.status();
          long there = status.datanodes().stream().filter(ClusterRunner::isThere).count();
          if (there < settings.datanodes()) {
            missing = there + " of " + settings.datanodes() + " datanodes are there";
          } else if (gatewayListens()) {
            return;
          } else {
            missing = "the gateway does not listen at " + settings.httpAddress();
          }
          failIfLate(deadline, missing);
          Thread.sleep(POLL_MILLIS);
        }
      } catch (FsException e) {
        failIfLate(deadline, missing + " (" + e.getMessage() + ")");
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private boolean gatewayListens() {
    try (Socket probe = new Socket()) {
      probe.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.httpPort()), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Whether a datanode is as its operator wants it.
  private static boolean isThere(Datanode datanode) {
    return switch (datanode.state()) {
      case ALIVE, DISABLED, DRAINING -> true;
      case NEW, SUSPECT, DEAD -> false;
    };
  }

  private void failIfLate(long deadline, String what) {
    if (System.nanoTime() > deadline) {
      throw new CommandFailure(
          "the cluster does not get ready: " + what + "; see the files in " + directory.log());
    }
  }

  @Override
  public void close() {
    closed = true;
    supervisor.close();
  }
}
