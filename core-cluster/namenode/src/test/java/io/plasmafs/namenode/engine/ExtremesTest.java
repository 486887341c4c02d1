package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdirs;
import static io.plasmafs.namenode.engine.NamespaceTest.removeTree;
import static io.plasmafs.namenode.engine.NamespaceTest.rename;
import static io.plasmafs.namenode.engine.NamespaceTest.stat;
import static io.plasmafs.namenode.engine.NamespaceTest.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.simulation.Audit;
import io.plasmafs.namenode.simulation.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Names, depths and crowds at the limits.
final class ExtremesTest {
  private final World world = World.quiet();
  private final Session root = world.root();

  private static Name randomName(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      do {
        bytes[i] = (byte) random.nextInt(256);
      } while (bytes[i] == 0 || bytes[i] == '/' || (length < 3 && bytes[i] == '.'));
    }
    return Name.of(bytes);
  }

  private static Operation create(FsPath path) {
    return new Operation.Create(Location.of(path), CreateMode.EXCLUSIVE, 0644, 0);
  }

  @Test
  void namesOfAnyBytesUpToTheLongestAreKeptInOrder() {
    long seed = new Random().nextInt(1_000_000);
    Random random = new Random(seed);
    TreeSet<Name> names = new TreeSet<>();
    for (int i = 0; i < 200; i++) {
      names.add(randomName(random, i % 4 == 0 ? 255 : 1 + random.nextInt(255)));
    }
    for (Name name : names) {
      world.ok(root, create(FsPath.of(name)));
    }
    Outcome.Listing listing = (Outcome.Listing) world.ok(root, NamespaceTest.list("/"));
    assertThat(listing.entries())
        .as("seed " + seed)
        .extracting(Outcome.Entry::name)
        .containsExactlyElementsOf(names);
    for (Name name : names) {
      world.ok(root, new Operation.Stat(Location.of(InodeId.ROOT, name), false));
    }
  }

  @Test
  void nameOf256BytesIsRefused() {
    assertThat(Name.of("x".repeat(255)).length()).isEqualTo(255);
    assertThatThrownBy(() -> Name.of("x".repeat(256)))
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ENAMETOOLONG));
  }

  @Test
  void treeOfDepth1000IsUsedMovedCopiedAndRemoved() {
    String deep = "/top" + "/d".repeat(999);
    world.ok(root, mkdirs(deep), createFile(deep + "/f"), write(deep + "/f", "far down"));
    assertThat(((Outcome.Inode) world.ok(root, stat(deep + "/f"))).attributes().size())
        .isEqualTo(8);
    assertThat(world.status(root, rename("/top", deep + "/x"))).isEqualTo(FsStatus.EHIER);
    world.ok(root, rename("/top", "/moved"));
    world.ok(root, new Operation.CopyTree(Location.of("/moved"), Location.of("/copy"), false));
    world.ok(root, stat("/copy" + "/d".repeat(999) + "/f"));
    Outcome removed = world.ok(root, removeTree("/moved"));
    assertThat(((Outcome.Removed) removed).entries()).isEqualTo(1001);
    world.ok(root, removeTree("/copy"));
    world.settle();
    assertThat(world.disk.inodes).hasSize(1);
  }

  @Test
  void threeRemovalsOfOneTreeAtATimeEndCleanly() {
    for (int d = 0; d < 4; d++) {
      List<Operation> operations = new ArrayList<>();
      operations.add(mkdirs("/tree/d" + d));
      for (int f = 0; f < 800; f++) {
        operations.add(createFile("/tree/d" + d + "/f" + f));
      }
      world.ok(root, operations.toArray(Operation[]::new));
    }
    int removals = 0;
    int tries = 0;
    List<Answer> answers = new ArrayList<>();
    while (removals < 3) {
      answers.clear();
      // each as a client does: again after a conflict, until the tree is gone
      for (int client = removals; client < 3; client++) {
        world.engine.submit(
            world.root(),
            new Compound(0, Optional.empty(), List.of(removeTree("/tree"))),
            answers::add);
      }
      world.settle();
      for (Answer answer : answers) {
        FsStatus status = answer.failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
        assertThat(status).isIn(FsStatus.OK, FsStatus.ENOENT, FsStatus.ECONFLICT);
        if (status != FsStatus.ECONFLICT) {
          removals++;
        }
      }
      assertThat(++tries).isLessThan(10);
    }
    world.settle();
    assertThat(world.disk.inodes).hasSize(1);
    new Audit(world.disk).check(true);
  }

  @Test
  void oneUserCannotUseUpTheMemoryOfAll() {
    EngineLimits d = EngineLimits.DEFAULT;
    EngineLimits limits =
        LimitsTest.limits(
            d.openPerSession(),
            d.openPerUser(),
            d.operationsPerTransaction(),
            d.bytesPerTransaction(),
            400_000,
            d.queuedEvents());
    World small = World.quiet(new io.plasmafs.namenode.simulation.Disk(), limits);
    small.ok(small.root(), NamespaceTest.chmod("/", 0777));
    FsStatus last = FsStatus.OK;
    int made = 0;
    // on several connections: it is the user's memory that ends, not a connection's
    List<Session> sessions = List.of(small.session("ann"), small.session("ann"));
    sessions.forEach(session -> small.begin(session, 1));
    while (last == FsStatus.OK) {
      last = small.status(sessions.get(made % 2), 1, createFile("/ann" + made));
      made++;
    }
    assertThat(last).isEqualTo(FsStatus.ELIMIT);
    assertThat(made).isBetween(100, 1000);
    small.ok(small.session("bob"), createFile("/bob"));
    small.ok(sessions.get(0), 1, new Operation.Abort());
    small.ok(sessions.get(1), 1, createFile("/more"), new Operation.Commit(Optional.empty()));
  }

  @Test
  void hundredClientsCreateInOneDirectoryWithoutConflict() {
    world.ok(root, NamespaceTest.mkdir("/d"));
    List<Answer> answers = new ArrayList<>();
    for (int client = 0; client < 100; client++) {
      Session session = world.root();
      for (int file = 0; file < 20; file++) {
        world.engine.submit(
            session,
            new Compound(0, Optional.empty(), List.of(createFile("/d/c" + client + "-" + file))),
            answers::add);
      }
    }
    world.settle();
    assertThat(answers).hasSize(2000).allMatch(answer -> answer.failure().isEmpty());
    assertThat(((Outcome.Inode) world.ok(root, stat("/d"))).attributes().size()).isEqualTo(2000);
  }
}
