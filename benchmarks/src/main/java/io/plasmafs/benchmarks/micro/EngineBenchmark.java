package io.plasmafs.benchmarks.micro;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsException;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.blocks.ClusterBlocks;
import io.plasmafs.namenode.engine.Engine;
import io.plasmafs.namenode.engine.EngineLimits;
import io.plasmafs.namenode.engine.EngineObserver;
import io.plasmafs.namenode.engine.Session;
import io.plasmafs.namenode.ticket.TicketMaker;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The engine by itself: a store that answers at once, everything in the cache, the calling thread
/// as the engine's. A hundred calls are there at a time, as under load.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // the harness sets up first
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class EngineBenchmark {
  private static final int CALLS = 100;
  private static final int DIRECTORIES = 10;
  private static final EngineObserver NOBODY =
      new EngineObserver() {
        @Override
        public void epochChanged(long epoch) {}

        @Override
        public void stopped(String reason) {}
      };

  private Engine engine;
  private Session session;
  private long made;
  private @Nullable FsException failed;

  /// An engine with a few directories, and a thousand files to look at.
  @Setup(Level.Iteration)
  public void start() {
    ClusterBlocks blocks = AllocatorBenchmark.cluster(3, 1 << 20);
    engine =
        new Engine(
            new ClusterDescription("bench", 64 << 10, 64 << 10, 8192, 2, 0, 0),
            Set.of("root"),
            EngineLimits.DEFAULT,
            new PromptStore(),
            blocks,
            new NoTickets(),
            NOBODY,
            InstantSource.system(),
            System::nanoTime,
            Runnable::run);
    var unused = engine.start();
    work();
    session = engine.openSession(new Principal("root", "root", Set.of()), false);
    made = 0;
    for (int d = 0; d < DIRECTORIES; d++) {
      submit(new Operation.MakeDirectory(Location.of("/d" + d), 0755, false));
    }
    work();
    for (int i = 0; i < 1000; i++) {
      submit(create());
    }
    work();
  }

  private Operation create() {
    return new Operation.Create(
        Location.of("/d" + made % DIRECTORIES + "/file" + made++),
        Operation.CreateMode.EXCLUSIVE,
        0644,
        0);
  }

  private void submit(Operation operation) {
    engine.submit(
        session,
        new Compound(0, Optional.of(CommitToken.random()), List.of(operation)),
        this::check);
  }

  /// The engine would only log what is thrown here.
  private void check(Answer answer) {
    answer.failure().ifPresent(failure -> failed = failure.cause());
  }

  private void work() {
    while (engine.step()) {
      Thread.onSpinWait();
    }
    if (failed != null) {
      throw failed;
    }
  }

  /// A file is created by a commit of its own.
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long create100() {
    for (int i = 0; i < CALLS; i++) {
      submit(create());
    }
    work();
    return engine.sequence();
  }

  /// A file is looked at by its path.
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long stat100() {
    for (int i = 0; i < CALLS; i++) {
      submit(new Operation.Stat(Location.of("/d" + i % DIRECTORIES + "/file" + i), true));
    }
    work();
    return engine.sequence();
  }

  /// Nothing here is read or written.
  private static final class NoTickets implements TicketMaker {
    @Override
    public io.plasmafs.model.GrantedExtent grant(
        io.plasmafs.model.Extent extent,
        io.plasmafs.model.Ticket.Right right,
        long transactionKey) {
      throw new IllegalStateException("nobody reads or writes blocks here");
    }

    @Override
    public void withdraw(long transactionKey) {}
  }
}
