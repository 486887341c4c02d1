package io.plasmafs.benchmarks.micro;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.blocks.ClusterBlocks;
import io.plasmafs.namenode.blocks.Generations;
import io.plasmafs.namenode.ticket.Withdrawals;
import io.plasmafs.namenode.ticket.WriteTickets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Reserving a run of blocks with two replicas and giving it back, in a cluster of ten datanodes of
/// a million blocks each that is half full of holes.
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // the harness sets up first
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class AllocatorBenchmark {
  /// Blocks in the run.
  @Param({"1", "16", "1024"})
  public int blocks;

  private ClusterBlocks space;

  /// Datanodes with nothing in them.
  static ClusterBlocks cluster(int datanodes, long blocksEach) {
    AtomicLong numbers = new AtomicLong(1);
    Generations generations =
        new Generations(
            count -> CompletableFuture.completedFuture(numbers.getAndAdd(count)), 1 << 20);
    generations.begin();
    ClusterBlocks cluster =
        new ClusterBlocks(
            generations,
            new WriteTickets(Clock.systemUTC(), Duration.ofSeconds(1), new Withdrawals()),
            new Random(1),
            datanodes * blocksEach);
    for (int i = 1; i <= datanodes; i++) {
      cluster.addDatanode(new DatanodeId(i), "host" + i, "", blocksEach);
      cluster.allocatable(new DatanodeId(i), true);
    }
    cluster.settled();
    return cluster;
  }

  /// Fills half of the cluster, in runs of eight with gaps of eight between them.
  @Setup
  public void fill() {
    space = cluster(10, 1 << 20);
    for (int i = 0; i < 300_000; i++) {
      for (Extent run : space.reserve(request(8))) {
        if (i % 2 == 0) {
          space.use(run);
        } else {
          space.release(run, BlockSpace.Reuse.AT_ONCE);
        }
      }
    }
  }

  private static AllocationRequest request(int count) {
    return new AllocationRequest(0, count, 2, List.of(), Set.of(), Optional.empty());
  }

  /// Reserves the run and gives it back.
  @Benchmark
  public int reserveAndRelease() {
    List<Extent> runs = space.reserve(request(blocks));
    for (Extent run : runs) {
      space.release(run, BlockSpace.Reuse.AT_ONCE);
    }
    return runs.size();
  }
}
