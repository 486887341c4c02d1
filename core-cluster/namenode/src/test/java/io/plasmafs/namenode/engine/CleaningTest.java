package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdir;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdirs;
import static io.plasmafs.namenode.engine.NamespaceTest.removeTree;
import static io.plasmafs.namenode.engine.NamespaceTest.resize;
import static io.plasmafs.namenode.engine.NamespaceTest.stat;
import static io.plasmafs.namenode.engine.NamespaceTest.unlink;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Replica;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import io.plasmafs.namenode.simulation.Disk;
import io.plasmafs.namenode.simulation.MemoryStore;
import io.plasmafs.namenode.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    world.engine.submit(root, compound(removeTree("/top")), answers::add);
    for (int round = 0; round < ROUNDS && world.disk.inodes.size() > 1; round++) {
      world.pass(Duration.ofMillis(20));
      world.move();
    }
    assertThat(answers).hasSize(1).allMatch(answer -> answer.failure().isEmpty());
    assertThat(world.disk.inodes).hasSize(1);
  }

  /// What came there would go away with the tree.
  @Test
  void nobodyEntersATreeThatWasRemovedBeforeACrash() {
    World world = World.quiet();
    Session root = world.root();
    world.ok(root, mkdirs("/t/u/v/w"), createFile("/f"), mkdir("/d"));
    InodeId below = ((Outcome.Inode) world.ok(root, stat("/t/u/v/w"))).attributes().inode();
    List<Answer> removed = new ArrayList<>();
    world.engine.submit(root, compound(removeTree("/t")), removed::add);
    while (removed.isEmpty()) {
      assertThat(world.move()).isTrue();
    }
    world.store.crash();

    World again = new World(world.disk, MemoryStore.AT_ONCE, EngineLimits.DEFAULT);
    List<Answer> answers = new ArrayList<>();
    Location place = Location.of(below, Name.of("x"));
    List<Operation> operations =
        List.of(
            new Operation.Create(place, Operation.CreateMode.EXCLUSIVE, 0666, 0),
            new Operation.Rename(Location.of("/f"), place, Operation.RenameMode.REPLACE),
            new Operation.Rename(Location.of("/d"), place, Operation.RenameMode.REPLACE));
    again.started.thenRun(() ->
        operations.forEach(
            operation -> again.engine.submit(again.root(), compound(operation), answers::add)));
    again.settle();
    assertThat(answers)
        .hasSize(3)
        .allSatisfy(answer ->
            assertThat(answer.failure().orElseThrow().cause().status()).isEqualTo(FsStatus.ENOENT));
    assertThat(again.disk.inodes).hasSize(3);
  }

  /// A file of one block that is a million times as long as all blocks there are: to find its runs
  /// takes no look at each of the holes.
  @ParameterizedTest
  @ValueSource(longs = {0, 1L << 40})
  void holesCostNothingHoweverLong(long block) {
    World world = World.quiet();
    Session root = world.root();
    for (String path : List.of("/cut", "/unlinked")) {
      world.ok(root, createFile(path), resize(path, block * World.BLOCK_SIZE));
      world.begin(root, 1);
      Outcome given =
          world.ok(
              root, 1, new Operation.Allocate(Location.of(path), block, 1, 1, List.of(), Set.of()));
      Extent run = ((Outcome.Allocation) given).extents().get(0).extent();
      world.ok(
          root,
          1,
          new Operation.Attach(
              Location.of(path), run.with(Checksums.of(0)), (block + 1) * World.BLOCK_SIZE));
      var unused = world.commit(root, 1);
      world.ok(root, resize(path, 1L << 60));
    }
    world.settle();

    World again = new World(world.disk, MemoryStore.AT_ONCE, EngineLimits.DEFAULT);
    Session later = again.root();
    again.settle();
    long before = again.disk.last();
    again.ok(later, resize("/cut", 0));
    assertThat(again.disk.extents.getOrDefault(again.disk.inodes.lastKey(), new TreeMap<>()))
        .hasSize(1);
    again.ok(later, unlink("/unlinked"));
    for (int round = 0; round < 100 && again.disk.inodes.size() > 2; round++) {
      again.pass(Duration.ofMillis(20));
      again.settle();
    }
    assertThat(again.disk.inodes).hasSize(2);
    assertThat(again.disk.extents.values()).allMatch(TreeMap::isEmpty);
    assertThat(again.disk.last()).isLessThan(before + 6);
  }

  /// A file with more blocks than are looked for together, some at its start, some at the end, and
  /// a hole of nearly 1,000 PiB.
  @Test
  void aHoleBetweenManyBlocksCostsNothingHoweverLong() {
    World world = World.quiet();
    for (String path : List.of("/cut", "/unlinked")) {
      world.ok(world.root(), createFile(path), resize(path, 1L << 60));
    }
    world.settle();
    long blocks = 0;
    for (InodeRecord file : List.copyOf(world.disk.inodes.values())) {
      if (file.type() == FileType.REGULAR) {
        blocks = addRuns(world.disk, file, 20_480, blocks);
      }
    }

    World again = new World(world.disk, MemoryStore.AT_ONCE, EngineLimits.DEFAULT);
    again.settle();
    long before = again.disk.last();
    long fetches = again.store.fetches();
    again.ok(again.root(), resize("/cut", World.BLOCK_SIZE * 4096L));
    again.ok(again.root(), unlink("/unlinked"));
    for (int round = 0; round < 100 && again.disk.inodes.size() > 2; round++) {
      again.pass(Duration.ofMillis(20));
      again.settle();
    }
    assertThat(again.disk.inodes).hasSize(2);
    assertThat(again.disk.extents.values().stream().mapToInt(TreeMap::size).sum()).isEqualTo(1);
    assertThat(again.blocks.usedBlocks()).hasSize(4096);
    assertThat(again.disk.last()).isLessThan(before + 6);
    assertThat(again.store.fetches()).isLessThan(fetches + 30);
  }

  @Test
  void aLongFileIsFreedInSlices() {
    World world = World.quiet();
    world.ok(world.root(), createFile("/long"), resize("/long", 1L << 60));
    world.settle();
    InodeRecord file = world.disk.inodes.lastEntry().getValue();
    long unused = addRuns(world.disk, file, 81_920, 0);

    World again = new World(world.disk, MemoryStore.AT_ONCE, EngineLimits.DEFAULT);
    again.settle();
    long before = again.disk.last();
    again.ok(again.root(), unlink("/long"));
    for (int round = 0; round < 100 && again.disk.inodes.size() > 1; round++) {
      again.pass(Duration.ofMillis(20));
      again.settle();
    }
    assertThat(again.disk.inodes).hasSize(1);
    assertThat(again.blocks.usedBlocks()).isEmpty();
    // the unlinking, and 163,840 blocks by 65,536
    assertThat(again.disk.last()).isEqualTo(before + 4);
  }

  /// Puts so many blocks at the start and as many at the end of a file of 2^44, without a look at
  /// what space there is.
  ///
  /// @param count a multiple of 4,096
  /// @param used on the datanode so far
  /// @return and afterwards
  private static long addRuns(Disk disk, InodeRecord file, int count, long used) {
    TreeMap<Long, Extent> runs = disk.extents.computeIfAbsent(file.id(), i -> new TreeMap<>());
    long next = used;
    for (long first : new long[] {0, (1L << 44) - count}) {
      for (long index = first; index < first + count; index += 4096) {
        List<Replica> replicas = List.of(new Replica(new DatanodeId(1), next));
        Checksums checksums = Checksums.of(new int[4096]);
        runs.put(index, new Extent(index, 4096, 100 + next, replicas, checksums));
        next += 4096;
      }
    }
    Attributes old = file.attributes();
    Attributes changed =
        new Attributes(
            old.inode(),
            old.type(),
            old.mode(),
            old.owner(),
            old.group(),
            old.size(),
            old.mtime(),
            old.ctime(),
            old.birth(),
            old.nlink(),
            old.replication(),
            2L * count,
            old.version(),
            old.contentVersion());
    disk.inodes.put(
        file.id(), new InodeRecord(changed, ContentKind.BLOCKS, file.parent(), file.target()));
    return next;
  }

  private static Compound compound(Operation operation) {
    return new Compound(0, Optional.empty(), List.of(operation));
  }
}
