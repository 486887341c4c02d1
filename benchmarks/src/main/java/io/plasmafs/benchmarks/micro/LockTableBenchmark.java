package io.plasmafs.benchmarks.micro;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.transaction.Budget;
import io.plasmafs.namenode.transaction.LockTable;
import io.plasmafs.namenode.transaction.Transaction;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
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

/// A transaction that takes an inode lock and a name lock and ends, while others hold many.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
public class LockTableBenchmark {
  /// Locks that others hold.
  @Param({"0", "100000"})
  public int heldByOthers;

  private final Principal principal = new Principal("ann", "users", Set.of());
  private final MetadataCache cache = new MetadataCache(64 << 20);
  private final LockTable locks = new LockTable();
  private final List<Budget> budgets = List.of(new Budget("all", Long.MAX_VALUE / 2));
  private final Name name = Name.of("name");
  private final BlockSpace blocks = AllocatorBenchmark.cluster(1, 64);
  private long keys;

  private Transaction transaction() {
    return new Transaction(++keys, principal, false, 0, cache, locks, budgets, Long.MAX_VALUE / 2);
  }

  /// Others take their locks.
  @Setup
  public void hold() {
    Transaction other = transaction();
    for (int i = 0; i < heldByOthers; i++) {
      other.lockInode(new InodeId(1_000_000L + i), FsPath.EMPTY);
    }
  }

  /// Takes two locks and gives them back.
  @Benchmark
  public long takeAndEnd() {
    Transaction transaction = transaction();
    transaction.lockInode(new InodeId(7), FsPath.EMPTY);
    transaction.lockCreating(new InodeId(1), name, FsPath.EMPTY);
    transaction.end(List.of(), blocks, () -> {});
    return locks.size();
  }
}
