package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.chmod;
import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.list;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdir;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdirs;
import static io.plasmafs.namenode.engine.NamespaceTest.names;
import static io.plasmafs.namenode.engine.NamespaceTest.removeTree;
import static io.plasmafs.namenode.engine.NamespaceTest.rename;
import static io.plasmafs.namenode.engine.NamespaceTest.resize;
import static io.plasmafs.namenode.engine.NamespaceTest.rmdir;
import static io.plasmafs.namenode.engine.NamespaceTest.stat;
import static io.plasmafs.namenode.engine.NamespaceTest.unlink;
import static io.plasmafs.namenode.engine.NamespaceTest.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.simulation.Disk;
import io.plasmafs.namenode.simulation.MemoryStore;
import io.plasmafs.namenode.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What two transactions see of each other, and how they end.
final class TransactionTest {
  private final World world = World.quiet();
  private final Session root = world.root();
  private final Session other = world.root();

  @Test
  void changesAreSeenByOthersAfterTheCommitOnly() {
    world.begin(root, 1);
    world.ok(root, 1, mkdir("/d"), createFile("/d/f"));
    assertThat(world.status(root, 1, stat("/d/f"))).isEqualTo(FsStatus.OK);
    assertThat(world.status(other, stat("/d"))).isEqualTo(FsStatus.ENOENT);
    world.commit(root, 1);
    assertThat(world.status(other, stat("/d/f"))).isEqualTo(FsStatus.OK);
  }

  @Test
  void abortLeavesNothing() {
    world.begin(root, 1);
    world.ok(root, 1, mkdir("/d"));
    world.ok(root, 1, new Operation.Abort());
    assertThat(names(world.ok(root, list("/")))).isEmpty();
    assertThat(world.status(root, 1, stat("/"))).isEqualTo(FsStatus.ENOTRANS);
  }

  @Test
  void twoCreationsInOneDirectoryDoNotConflict() {
    world.ok(root, mkdir("/d"));
    world.begin(root, 1);
    world.begin(other, 1);
    world.ok(root, 1, createFile("/d/a"), mkdir("/d/x"));
    world.ok(other, 1, createFile("/d/b"), mkdir("/d/y"));
    world.commit(root, 1);
    world.commit(other, 1);
    Outcome.Inode d = (Outcome.Inode) world.ok(root, stat("/d"));
    assertThat(d.attributes().size()).isEqualTo(4);
    assertThat(d.attributes().nlink()).isEqualTo(4);
  }

  @Test
  void whoComesSecondIsToldWhoWasFirst() {
    world.begin(root, 1);
    world.ok(root, 1, createFile("/f"));
    world.pass(Duration.ofSeconds(2));
    FsException e = world.fails(other, 0, createFile("/f"));
    assertThat(e.status()).isEqualTo(FsStatus.ECONFLICT);
    assertThat(e.conflicts()).hasSize(1);
    Conflict conflict = e.conflicts().get(0);
    assertThat(conflict.kind()).isEqualTo(Conflict.Kind.NAME_CREATING);
    assertThat(conflict.user()).isEqualTo("root");
    assertThat(conflict.ageMillis()).isGreaterThanOrEqualTo(2000);
    assertThat(conflict.path().toString()).isEqualTo("/f");
  }

  @Test
  void directoryInUseIsNeitherRemovedNorMoved() {
    world.ok(root, mkdirs("/p/d"));
    world.begin(root, 1);
    world.ok(root, 1, createFile("/p/d/f"));
    assertThat(world.status(other, rmdir("/p/d"))).isEqualTo(FsStatus.ECONFLICT);
    assertThat(world.status(other, removeTree("/p"))).isEqualTo(FsStatus.ECONFLICT);
    assertThat(world.status(other, rename("/p/d", "/q"))).isEqualTo(FsStatus.ECONFLICT);
    world.ok(root, 1, new Operation.Abort());
    world.begin(root, 2);
    world.ok(root, 2, rmdir("/p/d"));
    assertThat(world.status(other, createFile("/p/d/f"))).isEqualTo(FsStatus.ECONFLICT);
    world.commit(root, 2);
    assertThat(world.status(other, createFile("/p/d/f"))).isEqualTo(FsStatus.ENOENT);
  }

  @Test
  void twoRenamesCannotMakeACycle() {
    world.ok(root, mkdir("/a"), mkdir("/b"));
    world.begin(root, 1);
    world.ok(root, 1, rename("/a", "/b/a"));
    assertThat(world.status(other, rename("/b", "/a/b"))).isEqualTo(FsStatus.ECONFLICT);
    world.commit(root, 1);
    assertThat(world.status(other, rename("/b", "/b/a/b"))).isEqualTo(FsStatus.EHIER);
  }

  @Test
  void ancestorsOfTheNewPlaceStayWhereTheyAre() {
    world.ok(root, mkdirs("/a/y"), mkdirs("/b/x"));
    world.begin(root, 1);
    world.ok(root, 1, rename("/a", "/b/x/a"));
    assertThat(world.status(other, rename("/b", "/c"))).isEqualTo(FsStatus.ECONFLICT);
    InodeId y = idOf("/a/y");
    Operation intoMoved =
        new Operation.Rename(
            Location.of("/b"), Location.of(y, Name.of("b")), Operation.RenameMode.REPLACE);
    assertThat(world.status(other, intoMoved)).isEqualTo(FsStatus.ECONFLICT);
  }

  private InodeId idOf(String path) {
    return ((Outcome.Inode) world.ok(other, stat(path))).attributes().inode();
  }

  @Test
  void fileIsWrittenToWhileAnotherRemovesIt() {
    world.ok(root, createFile("/f"), write("/f", "x"));
    InodeId f = ((Outcome.Inode) world.ok(root, stat("/f"))).attributes().inode();
    world.begin(root, 1);
    world.ok(root, 1, write("/f", "more"));
    world.ok(other, unlink("/f"));
    assertThat(world.disk.inodes).containsKey(f);
    world.commit(root, 1);
    world.settle();
    assertThat(world.disk.inodes).doesNotContainKey(f);
  }

  @Test
  void preconditionsAreCheckedAtTheCommitAndAllReported() {
    world.ok(root, createFile("/f"), createFile("/g"));
    long version = world.engine.sequence();
    Location f = Location.of("/f");
    Location g = Location.of("/g");
    world.begin(root, 1);
    world.ok(
        root,
        1,
        new Operation.Require(f, Operation.Requirement.VERSION, InodeId.NONE, version),
        new Operation.Require(g, Operation.Requirement.PRESENT, InodeId.NONE, 0),
        new Operation.Require(Location.of("/h"), Operation.Requirement.ABSENT, InodeId.NONE, 0),
        mkdir("/h"));
    world.ok(other, chmod("/f", 0600), unlink("/g"));
    FsException e = world.fails(root, 1, new Operation.Commit(Optional.empty()));
    assertThat(e.status()).isEqualTo(FsStatus.ECONFLICT);
    assertThat(e.conflicts())
        .extracting(Conflict::kind)
        .containsExactly(Conflict.Kind.VERSION, Conflict.Kind.ABSENT);
    assertThat(world.status(other, stat("/h"))).isEqualTo(FsStatus.ENOENT);
  }

  @Test
  void tokenMakesACommitHappenOnce() {
    CommitToken token = CommitToken.random();
    Compound compound = new Compound(0, Optional.of(token), List.of(createFile("/f")));
    Answer first = world.run(root, compound);
    Answer again = world.run(other, compound);
    assertThat(again.failure()).isEmpty();
    assertThat(again.sequence()).isEqualTo(first.sequence());
    assertThat(world.outcomeOf(token))
        .isEqualTo(new CommitState(CommitState.Stage.DONE, first.sequence()));
    assertThat(world.outcomeOf(CommitToken.random()).stage()).isEqualTo(CommitState.Stage.UNKNOWN);
    world.store.crash();
    World restarted = World.quiet(world.disk, EngineLimits.DEFAULT);
    // however late the repetition comes
    restarted.pass(Duration.ofMinutes(10));
    Answer late = restarted.run(restarted.root(), compound);
    assertThat(late.failure()).isEmpty();
    assertThat(late.sequence()).isEqualTo(first.sequence());
  }

  /// The repetition comes by another connection while the first waits for metadata.
  @Test
  void tokenMakesTwoCompoundsThatRunAtOnceOneCommit() {
    world.ok(root, mkdir("/d"));
    world.store.crash();
    HeldAppends store = new HeldAppends();
    World cold = new World(world.disk, store, EngineLimits.DEFAULT);
    cold.settle();
    Compound compound =
        new Compound(0, Optional.of(CommitToken.random()), List.of(stat("/d"), createFile("/d/f")));
    store.hold = true;
    List<Answer> answers = new ArrayList<>();
    cold.engine.submit(cold.root(), compound, answers::add);
    cold.engine.submit(cold.root(), compound, answers::add);
    cold.settle();
    assertThat(answers).isEmpty();
    store.letGo();
    cold.settle();
    assertThat(answers).hasSize(2);
    assertThat(answers).allSatisfy(answer -> assertThat(answer.failure()).isEmpty());
    assertThat(answers.get(0).sequence()).isEqualTo(answers.get(1).sequence());
  }

  /// Between the moment at which a commit is decided and the one at which it is durable others see
  /// nothing of it: neither its version, which would let them write over it, nor its names.
  @Test
  void commitThatIsBeingWrittenIsNotSeen() {
    HeldAppends appends = new HeldAppends();
    World held = new World(new Disk(), appends, EngineLimits.DEFAULT);
    held.settle();
    Session writer = held.root();
    Session reader = held.root();
    held.ok(writer, createFile("/f"), write("/f", "old"));
    Outcome before = held.ok(reader, stat("/f"));
    appends.hold = true;
    AtomicReference<Answer> committed = new AtomicReference<>();
    held.engine.submit(
        writer,
        new Compound(0, Optional.empty(), List.of(write("/f", "newer"), mkdir("/d"))),
        committed::set);
    held.settle();
    assertThat(committed.get()).isNull();
    assertThat(held.ok(reader, stat("/f"))).isEqualTo(before);
    assertThat(held.status(reader, stat("/d"))).isEqualTo(FsStatus.ENOENT);
    appends.letGo();
    held.settle();
    assertThat(committed.get()).isNotNull();
    assertThat(held.ok(reader, stat("/f"))).isNotEqualTo(before);
    assertThat(held.status(reader, stat("/d"))).isEqualTo(FsStatus.OK);
  }

  @Test
  void closingWaitsForTheAppendThatRuns() {
    HeldAppends store = new HeldAppends();
    World held = new World(new Disk(), store, EngineLimits.DEFAULT);
    held.settle();
    store.hold = true;
    List<Answer> answers = new ArrayList<>();
    Session session = held.root();
    submit(held, session, answers, createFile("/written"));
    held.settle();
    submit(held, session, answers, createFile("/waiting"));
    held.settle();
    held.engine.close();
    held.settle();
    assertThat(statuses(answers)).as("the one that waited").containsExactly(FsStatus.EUNAVAIL);
    submit(held, session, answers, stat("/"));
    held.settle();
    assertThat(statuses(answers)).containsExactly(FsStatus.EUNAVAIL, FsStatus.ECOORD);
    assertThat(held.stopped).isEmpty();
    store.letGo();
    held.settle();
    assertThat(statuses(answers)).containsExactly(FsStatus.EUNAVAIL, FsStatus.ECOORD, FsStatus.OK);
    assertThat(held.stopped).hasSize(1);
    World restarted = World.quiet(held.disk, EngineLimits.DEFAULT);
    assertThat(restarted.status(restarted.root(), stat("/written"))).isEqualTo(FsStatus.OK);
    assertThat(restarted.status(restarted.root(), stat("/waiting"))).isEqualTo(FsStatus.ENOENT);
  }

  @Test
  void closingDoesNotWaitForEverForADatabaseThatHangs() {
    HeldAppends store = new HeldAppends();
    World held = new World(new Disk(), store, EngineLimits.DEFAULT);
    held.settle();
    store.hold = true;
    List<Answer> answers = new ArrayList<>();
    submit(held, held.root(), answers, createFile("/f"));
    held.settle();
    held.engine.close();
    held.settle();
    assertThat(answers).isEmpty();
    held.pass(Duration.ofSeconds(11));
    held.settle();
    assertThat(statuses(answers)).containsExactly(FsStatus.EUNKNOWN);
    assertThat(held.stopped).hasSize(1);
  }

  /// The database does not say what became of a commit; while it is asked again another coordinator
  /// takes over and gives the number to a commit of its own.
  @Test
  void commitWhoseNumberAnotherCoordinatorHasTakenIsNotAcknowledged() {
    HeldAppends store = new HeldAppends();
    World cutOff = new World(new Disk(), store, EngineLimits.DEFAULT);
    cutOff.settle();
    store.hold = true;
    store.fate = MemoryStore.Fate.UNKNOWN_NOT_DONE;
    List<Answer> answers = new ArrayList<>();
    submit(cutOff, cutOff.root(), answers, createFile("/ours"));
    cutOff.settle();
    store.letGo();
    World successor = World.quiet(cutOff.disk, EngineLimits.DEFAULT);
    assertThat(successor.status(successor.root(), createFile("/theirs"))).isEqualTo(FsStatus.OK);
    successor.store.crash();
    cutOff.settle();
    assertThat(statuses(answers)).containsExactly(FsStatus.EUNKNOWN);
    assertThat(cutOff.stopped).hasSize(1);
    World restarted = World.quiet(cutOff.disk, EngineLimits.DEFAULT);
    assertThat(restarted.status(restarted.root(), stat("/ours"))).isEqualTo(FsStatus.ENOENT);
    assertThat(restarted.status(restarted.root(), stat("/theirs"))).isEqualTo(FsStatus.OK);
  }

  @Test
  void closingAnswersWhoWaitsForMetadata() {
    world.ok(root, mkdir("/d"));
    world.store.crash();
    HeldAppends store = new HeldAppends();
    World cold = new World(world.disk, store, EngineLimits.DEFAULT);
    cold.settle();
    store.hold = true;
    List<Answer> answers = new ArrayList<>();
    submit(cold, cold.root(), answers, stat("/d"));
    cold.engine.submit(
        cold.root(),
        new Compound(0, Optional.of(CommitToken.random()), List.of(createFile("/e"))),
        answers::add);
    cold.settle();
    assertThat(answers).isEmpty();
    cold.engine.close();
    cold.settle();
    assertThat(statuses(answers)).containsOnly(FsStatus.EUNAVAIL).hasSize(2);
    store.letGo();
    cold.settle();
    assertThat(answers).hasSize(2);
    assertThat(cold.stopped).hasSize(1);
  }

  @Test
  void engineThatHasEndedRefusesWhoComesLate() throws InterruptedException {
    Thread thread = new Thread(world.engine);
    thread.start();
    world.engine.close();
    thread.join();
    List<Answer> answers = new ArrayList<>();
    submit(world, root, answers, stat("/"));
    assertThat(statuses(answers)).containsExactly(FsStatus.ECOORD);
  }

  @Test
  void errorStopsTheEngine() {
    world.engine.execute(() -> {
      throw new AssertionError("as the test wished");
    });
    world.settle();
    assertThat(world.stopped).hasSize(1);
    assertThat(world.status(root, stat("/"))).isEqualTo(FsStatus.ECOORD);
  }

  /// As when there is no memory to encode it.
  @Test
  void answerThatCannotBeGivenHarmsNobodyElse() {
    List<Answer> answers = new ArrayList<>();
    world.engine.submit(
        other,
        new Compound(0, Optional.empty(), List.of(createFile("/a"))),
        answer -> {
          throw new OutOfMemoryError("as the test wished");
        });
    submit(world, root, answers, createFile("/b"));
    world.settle();
    assertThat(statuses(answers)).containsExactly(FsStatus.OK);
    assertThat(world.stopped).isEmpty();
    assertThat(world.status(root, stat("/a"))).isEqualTo(FsStatus.OK);
  }

  private static void submit(World in, Session session, List<Answer> answers, Operation operation) {
    in.engine.submit(session, new Compound(0, Optional.empty(), List.of(operation)), answers::add);
  }

  private static List<FsStatus> statuses(List<Answer> answers) {
    return answers.stream()
        .map(answer -> answer.failure().map(f -> f.cause().status()).orElse(FsStatus.OK))
        .toList();
  }

  /// Everything happens at once, but appends can be kept from becoming durable.
  private static final class HeldAppends implements MemoryStore.Schedule {
    private final List<Runnable> tasks = new ArrayList<>();
    private boolean hold;
    private MemoryStore.Fate fate = MemoryStore.Fate.DONE;

    @Override
    public void later(MemoryStore.Stage stage, Runnable task) {
      if (hold) {
        tasks.add(task);
      } else {
        task.run();
      }
    }

    void letGo() {
      hold = false;
      List<Runnable> now = List.copyOf(tasks);
      tasks.clear();
      now.forEach(Runnable::run);
    }

    @Override
    public MemoryStore.Fate fateOfAppend() {
      return fate;
    }
  }

  @Test
  void idleTransactionIsAborted() {
    world.ok(
        root, 1, new Operation.Begin(Duration.ofSeconds(1), Optional.empty()), createFile("/f"));
    world.pass(Duration.ofSeconds(5));
    for (int i = 0; i < 20; i++) {
      world.pass(Duration.ofMillis(30));
      world.move();
    }
    assertThat(world.status(root, 1, stat("/f"))).isEqualTo(FsStatus.ELONGTRANS);
    assertThat(world.status(root, 1, stat("/f"))).isEqualTo(FsStatus.ENOTRANS);
    assertThat(world.status(other, createFile("/f"))).isEqualTo(FsStatus.OK);
  }

  @Test
  void closedSessionAbortsItsTransactions() {
    world.begin(root, 1);
    world.ok(root, 1, createFile("/f"));
    world.engine.closeSession(root);
    world.settle();
    assertThat(world.status(other, createFile("/f"))).isEqualTo(FsStatus.OK);
  }

  @Test
  void failedOperationLeavesTheEarlierOnes() {
    world.begin(root, 1);
    Answer answer = world.run(root, 1, createFile("/a"), createFile("/a"), createFile("/b"));
    assertThat(answer.failure().orElseThrow().operation()).isEqualTo(1);
    assertThat(answer.outcomes()).hasSize(1);
    world.commit(root, 1);
    assertThat(names(world.ok(root, list("/")))).containsExactly("a");
  }

  @Test
  void blocksGoTheirWay() {
    world.ok(root, createFile("/f"));
    world.begin(root, 1);
    Extent run = allocate(1, 4);
    world.ok(root, 1, attach(run.slice(0, 3), 3L * World.BLOCK_SIZE - 5));
    world.commit(root, 1);
    assertThat(world.blocks.used()).isEqualTo(6);
    assertThat(world.blocks.reserved()).isZero();
    assertThat(world.status(root, resize("/f", World.BLOCK_SIZE + 1))).isEqualTo(FsStatus.EINVAL);
    world.ok(root, resize("/f", World.BLOCK_SIZE));
    assertThat(world.blocks.used()).isEqualTo(2);
    world.ok(root, unlink("/f"));
    world.settle();
    assertThat(world.blocks.used()).isZero();
    assertThat(world.disk.inodes).hasSize(1);
  }

  @Test
  void blocksThatWereNeverAttachedGoBack() {
    world.ok(root, createFile("/f"));
    world.begin(root, 1);
    Extent run = allocate(1, 4);
    assertThat(world.blocks.reserved()).isEqualTo(8);
    assertThat(world.status(other, attach(run, run.count()))).isEqualTo(FsStatus.ECONFLICT);
    world.ok(root, 1, new Operation.Abort());
    assertThat(world.blocks.reserved()).isZero();
  }

  private Extent allocate(long transaction, int count) {
    Outcome.Allocation allocation =
        (Outcome.Allocation)
            world.ok(
                root,
                transaction,
                new Operation.Allocate(Location.of("/f"), 0, count, 0, List.of(), Set.of()));
    return allocation.extents().get(0).extent();
  }

  private static Operation attach(Extent run, long size) {
    return new Operation.Attach(
        Location.of("/f"), run.with(Checksums.of(new int[run.count()])), size);
  }
}
