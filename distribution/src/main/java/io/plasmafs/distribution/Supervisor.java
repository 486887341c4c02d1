package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the processes of a cluster running: starts them in order, starts again what died, and ends
/// them in the opposite order.
///
/// ```
///              start()                  died
///   stopped ----------> running ------------------> waiting (0.5 s, doubling up to 30 s)
///      ^                  |  ^                          |
///      |      close()     |  +--------------------------+
///      +------------------+            started again
/// ```
///
/// Each process has a virtual thread that watches it. A process that ran for a minute is taken for
/// healthy: its next restart comes quickly again.
final class Supervisor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final Duration HEALTHY = Duration.ofMinutes(1);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private final ClusterDirectory directory;
  private final Deque<Watched> started = new ArrayDeque<>();
  private volatile boolean closing;

  Supervisor(ClusterDirectory directory) {
    this.directory = directory;
  }

  private static final class Watched {
    final Role role;
    volatile ProcessHandle process;

    /// What it has written since it was started last.
    volatile LogTail tail;

    /// How often it has ended by itself, and what it wrote last when it did.
    volatile int ends;

    volatile String lastWords = "";

    /// It was stopped on purpose. Guarded by this.
    boolean released;

    Watched(Role role, ProcessHandle process, LogTail tail) {
      this.role = role;
      this.process = process;
      this.tail = tail;
    }
  }

  /// A role that has ended by itself.
  ///
  /// @param times how often
  /// @param words what it wrote last, perhaps nothing
  /// @param files where there is more
  record Trouble(Role role, int times, String words, String files) {}

  /// Ends what an earlier supervisor, killed before it could, has left running.
  void endLeftovers(List<Role> roles) {
    for (int i = roles.size() - 1; i >= 0; i--) {
      Role role = roles.get(i);
      directory
          .processOf(role.name())
          .ifPresent(process -> {
            log.info("{} is still running from before as process {}", role.name(), process.pid());
            end(role, process);
          });
      directory.forget(role.name());
    }
  }

  /// Starts a role and watches over it from now on.
  ///
  /// @throws CommandFailure if it cannot be started
  void start(Role role) {
    LogTail tail = LogTail.of(role.logs());
    ProcessHandle process;
    try {
      process = launch(role);
    } catch (IOException e) {
      throw new CommandFailure("cannot start " + role.name() + ": " + e.getMessage(), e);
    }
    Watched watched = new Watched(role, process, tail);
    boolean late;
    synchronized (started) {
      late = closing;
      if (!late) {
        started.push(watched);
      }
    }
    if (late) {
      end(role, process);
      directory.forget(role.name());
      return;
    }
    Thread.ofVirtual().name("watch-" + role.name()).start(() -> watch(watched));
  }

  /// Ends a role, which is not started again.
  void stop(Role role) {
    Optional<Watched> found = watched(role);
    if (found.isEmpty()) {
      return;
    }
    Watched watched = found.get();
    log.info("{} is stopped", role.name());
    synchronized (watched) {
      watched.released = true;
      end(role, watched.process);
    }
    synchronized (started) {
      started.remove(watched);
    }
    directory.forget(role.name());
  }

  /// Whether a role is looked after: it runs, or is about to be started again.
  boolean isWatching(Role role) {
    return watched(role).isPresent();
  }

  private Optional<Watched> watched(Role role) {
    synchronized (started) {
      return started.stream().filter(watched -> watched.role.equals(role)).findFirst();
    }
  }

  /// The role that has ended most often by itself, if any has.
  Optional<Trouble> trouble() {
    synchronized (started) {
      return started.stream()
          .filter(watched -> watched.ends > 0)
          .max(Comparator.comparingInt(watched -> watched.ends))
          .map(watched ->
              new Trouble(watched.role, watched.ends, watched.lastWords, watched.tail.files()));
    }
  }

  /// What a role has logged last since it was started; empty if that is nothing.
  String latest(Role role) {
    return watched(role).map(watched -> watched.tail.latest()).orElse("");
  }

  private ProcessHandle launch(Role role) throws IOException {
    ProcessHandle process = role.start();
    directory.remember(role.name(), process);
    log.info("{} runs as process {}", role.name(), process.pid());
    return process;
  }

  private void watch(Watched watched) {
    Duration pause = FIRST_PAUSE;
    Instant since = Instant.now();
    int ends = 0;
    while (true) {
      ProcessHandle process = watched.process;
      process.onExit().join();
      synchronized (watched) {
        if (closing || watched.released) {
          return;
        }
      }
      watched.lastWords = watched.tail.text();
      watched.ends = ++ends;
      if (Duration.between(since, Instant.now()).compareTo(HEALTHY) > 0) {
        pause = FIRST_PAUSE;
      }
      log.warn(
          "{} (process {}) has ended; starting it again in {} ms, see {}",
          watched.role.name(),
          process.pid(),
          pause.toMillis(),
          watched.tail.files());
      sleep(pause);
      pause = pause.multipliedBy(2);
      if (pause.compareTo(LONGEST_PAUSE) > 0) {
        pause = LONGEST_PAUSE;
      }
      since = Instant.now();
      synchronized (watched) {
        if (closing || watched.released) {
          return;
        }
        watched.tail = LogTail.of(watched.role.logs());
        try {
          watched.process = launch(watched.role);
        } catch (IOException | RuntimeException e) {
          log.error("{} cannot be started: {}", watched.role.name(), e.getMessage());
        }
      }
    }
  }

  /// Ends all processes, the last started first, each in good order if it can.
  @Override
  public void close() {
    closing = true;
    List<Watched> all;
    synchronized (started) {
      all = new ArrayList<>(started);
      started.clear();
    }
    for (Watched watched : all) {
      synchronized (watched) {
        end(watched.role, watched.process);
      }
      directory.forget(watched.role.name());
    }
  }

  private static void end(Role role, ProcessHandle process) {
    if (!process.isAlive()) {
      return;
    }
    role.stop(process);
    try {
      process.onExit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn("{} does not end by itself; killing process {}", role.name(), process.pid());
      process.destroyForcibly();
      process.onExit().join();
    } catch (ExecutionException e) {
      throw new IllegalStateException("cannot wait for " + role.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
