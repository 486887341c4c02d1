package io.plasmafs.namenode.engine;

import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.simulation.World;
import java.util.List;
import java.util.Optional;

/// Measures the engine alone: everything cached, a store that answers at once, one thread for all.
public final class EngineSpeed {
  private EngineSpeed() {}

  public static void main(String[] arguments) {
    for (int round = 0; round < 4; round++) {
      World world = World.quiet();
      Session session = world.root();
      for (int d = 0; d < 10; d++) {
        world.ok(session, NamespaceTest.mkdirs("/a/b/d" + d));
      }
      int count = 100_000;
      long start = System.nanoTime();
      run(world, session, count, EngineSpeed::create);
      long created = System.nanoTime();
      run(world, session, count, EngineSpeed::stat);
      long done = System.nanoTime();
      System.out.printf(
          "creates %,d/s, stats %,d/s%n",
          count * 1_000_000_000L / (created - start), count * 1_000_000_000L / (done - created));
    }
  }

  private static void run(
      World world,
      Session session,
      int count,
      java.util.function.IntFunction<Operation> operation) {
    for (int i = 0; i < count; i += 100) {
      for (int j = i; j < i + 100; j++) {
        world.engine.submit(
            session,
            new Compound(0, Optional.empty(), List.of(operation.apply(j))),
            answer -> {
              if (answer.failure().isPresent()) {
                throw new AssertionError(answer.failure());
              }
            });
      }
      while (world.engine.step()) {
        Thread.onSpinWait();
      }
    }
  }

  private static Operation create(int i) {
    return NamespaceTest.createFile("/a/b/d" + i % 10 + "/file" + i);
  }

  private static Operation stat(int i) {
    return new Operation.Stat(Location.of("/a/b/d" + i % 10 + "/file" + i), true);
  }
}
