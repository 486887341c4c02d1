package io.plasmafs.namenode.simulation;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.engine.CommitState;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.engine.EngineLimits;
import io.plasmafs.namenode.engine.EngineObserver;
import io.plasmafs.namenode.engine.Session;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/// An engine in the hands of a test: it moves only when the test lets it, and its clock is the
/// test's.
public final class World {
  public static final int BLOCK_SIZE = 64 << 10;
  static final int INLINE_LIMIT = 8192;
  static final int REPLICATION = 2;
  static final int DATANODES = 3;
  public static final Principal ROOT = new Principal("root", "root", Set.of());

  public final Disk disk;
  public final MemoryStore store;
  public final SmallBlockSpace blocks;
  public final Engine engine;
  public final CompletableFuture<Void> started;
  public final List<String> stopped = new ArrayList<>();
  private final List<Runnable> background = new ArrayList<>();
  private final Clock clock;

  /// Time passes when the test says so; each look at the clock may be noted.
  static class Clock {
    long nanos = 1;

    /// The engine looks at the wall clock.
    Instant look() {
      return Instant.ofEpochSecond(1_700_000_000L).plusNanos(nanos);
    }
  }

  public World(Disk disk, MemoryStore.Schedule schedule, EngineLimits limits) {
    this(
        disk,
        schedule,
        limits,
        new SmallBlockSpace(DATANODES, 4096, 8, disk.last() * 1000),
        Set.of("root"),
        new Clock());
  }

  World(
      Disk disk,
      MemoryStore.Schedule schedule,
      EngineLimits limits,
      SmallBlockSpace blocks,
      Set<String> superusers,
      Clock clock) {
    this.disk = disk;
    this.store = new MemoryStore(disk, schedule);
    this.blocks = blocks;
    this.clock = clock;
    disk.apply(disk.last());
    store.scanExtents((inode, extent) -> blocks.recover(extent));
    this.engine =
        new Engine(
            new ClusterDescription("test", BLOCK_SIZE, BLOCK_SIZE, INLINE_LIMIT, REPLICATION, 0, 0),
            superusers,
            limits,
            store,
            blocks,
            blocks,
            new EngineObserver() {
              @Override
              public void epochChanged(long epoch) {}

              @Override
              public void stopped(String reason) {
                stopped.add(reason);
              }
            },
            clock::look,
            () -> clock.nanos,
            background::add);
    started = engine.start();
  }

  /// A quiet world: everything happens at once.
  public static World quiet() {
    return quiet(new Disk(), EngineLimits.DEFAULT);
  }

  public static World quiet(Disk disk, EngineLimits limits) {
    World world = new World(disk, MemoryStore.AT_ONCE, limits);
    world.settle();
    return world;
  }

  /// Lets time pass.
  public void pass(Duration time) {
    clock.nanos += time.toNanos();
  }

  /// One round of whatever there is to do; false if there is nothing.
  public boolean move() {
    boolean moved = false;
    List<Runnable> tasks = List.copyOf(background);
    background.clear();
    for (Runnable task : tasks) {
      task.run();
      moved = true;
    }
    return engine.step() || moved;
  }

  /// Until nothing happens any more.
  public void settle() {
    int idle = 0;
    while (idle < 3) {
      pass(Duration.ofMillis(1));
      idle = move() ? 0 : idle + 1;
    }
  }

  public Session session(String user, String... groups) {
    return engine.openSession(new Principal(user, user, Set.of(groups)), false);
  }

  public Session root() {
    return engine.openSession(ROOT, true);
  }

  public Answer run(Session session, Compound compound) {
    AtomicReference<Answer> answer = new AtomicReference<>();
    engine.submit(session, compound, answer::set);
    settle();
    Answer result = answer.get();
    if (result == null) {
      throw new AssertionError("no answer to " + compound);
    }
    return result;
  }

  public Answer run(Session session, long transaction, Operation... operations) {
    return run(session, new Compound(transaction, Optional.empty(), List.of(operations)));
  }

  /// Runs operations as a transaction of their own; the outcome of the last one.
  public Outcome ok(Session session, Operation... operations) {
    return ok(session, 0, operations);
  }

  /// Runs operations within a transaction; the outcome of the last one.
  public Outcome ok(Session session, long transaction, Operation... operations) {
    Answer answer = run(session, transaction, operations);
    answer
        .failure()
        .ifPresent(failure -> {
          throw new AssertionError("operation " + failure.operation() + " failed", failure.cause());
        });
    return answer.outcomes().get(answer.outcomes().size() - 1);
  }

  public FsException fails(Session session, long transaction, Operation... operations) {
    return run(session, transaction, operations)
        .failure()
        .orElseThrow(() -> new AssertionError("did not fail"))
        .cause();
  }

  public FsStatus status(Session session, Operation... operations) {
    return run(session, 0, operations).failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
  }

  public FsStatus status(Session session, long transaction, Operation... operations) {
    return run(session, transaction, operations)
        .failure()
        .map(f -> f.cause().status())
        .orElse(FsStatus.OK);
  }

  public void begin(Session session, long transaction) {
    ok(session, transaction, new Operation.Begin(Duration.ZERO, Optional.empty()));
  }

  public long commit(Session session, long transaction) {
    return ((Outcome.Committed) ok(session, transaction, new Operation.Commit(Optional.empty())))
        .sequence();
  }

  public CommitState outcomeOf(CommitToken token) {
    AtomicReference<CommitState> state = new AtomicReference<>();
    engine.outcomeOf(token, state::set);
    settle();
    return java.util.Objects.requireNonNull(state.get());
  }
}
