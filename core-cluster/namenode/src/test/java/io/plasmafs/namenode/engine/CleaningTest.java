package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdir;
import static io.plasmafs.namenode.engine.NamespaceTest.removeTree;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.simulation.Disk;
import io.plasmafs.namenode.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What has lost its name is cleaned up behind everybody's back.
final class CleaningTest {
  private static final int DIRECTORIES = 32;
  private static final int FILES = 20;

  /// The cache holds what is in some of the directories, and never all that a slice could take
  /// away.
  private static final long CACHE_BYTES = 24_000;

  private static final int ROUNDS = 5000;

  @Test
  void removedTreeOfManyTimesTheCacheIsCleanedUp() {
    World world = World.quiet(new Disk(), EngineLimits.DEFAULT.withCacheBytes(CACHE_BYTES));
    Session root = world.root();
    world.ok(root, mkdir("/top"));
    for (int d = 0; d < DIRECTORIES; d++) {
      List<Operation> operations = new ArrayList<>();
      operations.add(mkdir("/top/d" + d));
      for (int f = 0; f < FILES; f++) {
        operations.add(createFile("/top/d" + d + "/f" + f));
      }
      world.ok(root, operations.toArray(Operation[]::new));
    }
    assertThat(world.disk.inodes).hasSize(2 + DIRECTORIES * (1 + FILES));

    List<Answer> answers = new ArrayList<>();
    world.engine.submit(
        root, new Compound(0, Optional.empty(), List.of(removeTree("/top"))), answers::add);
    for (int round = 0; round < ROUNDS && world.disk.inodes.size() > 1; round++) {
      world.pass(Duration.ofMillis(20));
      world.move();
    }
    assertThat(answers).hasSize(1).allMatch(answer -> answer.failure().isEmpty());
    assertThat(world.disk.inodes).hasSize(1);
  }
}
