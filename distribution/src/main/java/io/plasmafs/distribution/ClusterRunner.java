package io.plasmafs.distribution;

import io.plasmafs.cli.ByteSize;
import io.plasmafs.cli.CommandFailure;
import io.plasmafs.client.ClientConfig;
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
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a cluster of this machine up, keeps it up, and takes it down.
///
/// `start` returns when clients can work: the namenode answers, all datanodes that the user has not
/// stopped are alive, and the gateway listens. `close` may be called at any time, also while
/// another thread is in `start`.
final class ClusterRunner implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ClusterRunner.class);

  /// What a cluster needs beside the datanodes' blocks before it is started for the first time.
  private static final long SPARE_BYTES = 512L << 20;

  private static final Duration READY_LIMIT = Duration.ofMinutes(3);
  private static final long POLL_MILLIS = 50;

  /// How often a process may end by itself before a start is given up: it may have met a neighbour
  /// that was not ready, but then the next attempt succeeds.
  private static final int ATTEMPTS = 3;

  /// For how long a start that waits may say nothing.
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final ClusterDirectory directory;
  private final ClusterSettings settings;
  private final StartReport report;
  private final LocalRoles roles;
  private final Supervisor supervisor;
  private volatile boolean closed;

  // Of the thread that starts.
  private String said = "";
  private long saidNanos = System.nanoTime();

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
    List<Integer> wanted = roles.wanted();
    List<Integer> fresh =
        wanted.stream().filter(number -> !roles.isDatanodePrepared(number)).toList();
    for (int number : wanted) {
      roles.prepareDatanode(number, report::progress);
      roles.configureDatanode(number);
    }
    roles.configure();
    report.progress("starting cluster " + settings.name() + " in " + directory.root());
    long deadline = System.nanoTime() + READY_LIMIT.toNanos();
    for (Role role : roles.beforeDatanodes()) {
      launch(role);
    }
    for (int number : wanted) {
      launch(roles.datanode(number));
      if (fresh.contains(number)) {
        // One after the other, so that the cluster gives them the numbers that they have here.
        waitFor(List.of(number), false, deadline);
      }
    }
    launch(roles.gateway());
    waitFor(wanted, true, deadline);
  }

  private void launch(Role role) {
    if (!closed) {
      supervisor.start(role);
    }
  }

  /// Starts and stops datanodes as the user has ordered since the last call: to be called from time
  /// to time once the cluster has started.
  void followOrders() {
    List<Integer> wanted = roles.wanted();
    for (int number = 1; number <= settings.datanodes() && !closed; number++) {
      Role role = roles.datanode(number);
      boolean runs = supervisor.isWatching(role);
      if (runs && !wanted.contains(number)) {
        supervisor.stop(role);
      } else if (!runs && wanted.contains(number)) {
        startAgain(number, role);
      }
    }
  }

  private void startAgain(int number, Role role) {
    try {
      roles.prepareDatanode(number, text -> {});
      roles.configureDatanode(number);
      supervisor.start(role);
    } catch (CommandFailure | UncheckedIOException e) {
      log.error("{} cannot be started and stays stopped: {}", role.name(), e.getMessage());
      directory.markStopped(role.name());
    }
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
    for (int number : roles.wanted()) {
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

  /// Waits until these datanodes are there, and the gateway too if that is asked for.
  ///
  /// @throws CommandFailure if that is not going to be: a process ends again and again, or it takes
  ///   too long
  private void waitFor(List<Integer> numbers, boolean gateway, long deadline)
      throws InterruptedException {
    String missing = "the namenode does not answer";
    ClientConfig config =
        ClientConfig.of(settings.name(), settings.namenodeAddress())
            .withTimeout(Duration.ofSeconds(2));
    while (!closed) {
      try (PlasmaClient client = PlasmaClient.connect(config)) {
        while (!closed) {
          Optional<String> found = missing(client.status().datanodes(), numbers, gateway);
          if (found.isEmpty()) {
            return;
          }
          missing = found.get();
          pause(deadline, missing);
        }
      } catch (FsException e) {
        pause(deadline, missing + " (" + e.getMessage() + ")");
      }
    }
  }

  private Optional<String> missing(List<Datanode> listed, List<Integer> numbers, boolean gateway) {
    for (int number : numbers) {
      String address = settings.datanodeAddress(number);
      if (listed.stream().noneMatch(each -> each.address().equals(address) && isThere(each))) {
        String words = supervisor.latest(roles.datanode(number));
        return Optional.of(
            LocalRoles.datanodeName(number)
                + " is not part of it yet"
                + (words.isEmpty() ? "" : "; it says: " + words));
      }
    }
    return gateway && !gatewayListens()
        ? Optional.of("the gateway does not listen at " + settings.httpAddress())
        : Optional.empty();
  }

  /// Between two looks: says what is waited for, and gives up when that is in vain.
  private void pause(long deadline, String missing) throws InterruptedException {
    Optional<Supervisor.Trouble> trouble = supervisor.trouble();
    if (trouble.isPresent()) {
      meet(trouble.get());
    }
    long now = System.nanoTime();
    if (now > deadline) {
      throw new CommandFailure(
          "the cluster does not get ready: " + missing + "; see the files in " + directory.log());
    }
    if (now - saidNanos > SILENCE.toNanos()) {
      say("waiting: " + missing);
    }
    Thread.sleep(POLL_MILLIS);
  }

  private void meet(Supervisor.Trouble trouble) {
    String name = trouble.role().name();
    String words = trouble.words().isEmpty() ? "" : ": " + trouble.words();
    if (trouble.times() < ATTEMPTS) {
      String text = name + " has ended" + words + "; starting it again";
      if (!text.equals(said)) {
        say(text);
      }
      return;
    }
    boolean optional =
        roles.wanted().stream().map(roles::datanode).anyMatch(trouble.role()::equals);
    throw new CommandFailure(
        name
            + " does not start"
            + words
            + "; see "
            + trouble.files()
            + (optional
                ? "; plasma stop " + name + " --dir " + directory.root() + " leaves it out"
                : ""));
  }

  private void say(String text) {
    said = text;
    saidNanos = System.nanoTime();
    report.progress(text);
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
  static boolean isThere(Datanode datanode) {
    return switch (datanode.state()) {
      case ALIVE, DISABLED, DRAINING -> true;
      case NEW, SUSPECT, DEAD -> false;
    };
  }

  @Override
  public void close() {
    closed = true;
    supervisor.close();
  }
}
