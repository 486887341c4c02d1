package io.plasmafs.namenode.engine;

import static io.plasmafs.namenode.engine.NamespaceTest.chmod;
import static io.plasmafs.namenode.engine.NamespaceTest.createFile;
import static io.plasmafs.namenode.engine.NamespaceTest.mkdir;
import static io.plasmafs.namenode.engine.NamespaceTest.stat;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.simulation.Audit;
import io.plasmafs.namenode.simulation.Disk;
import io.plasmafs.namenode.simulation.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Whoever meets a limit is told so, harms nobody else, and goes on once there is room again.
final class LimitsTest {
  private static final int OPEN_PER_SESSION = 3;
  private static final int OPEN_PER_USER = 5;
  private static final int OPERATIONS = 20;
  private static final int BYTES = 30_000;
  private static final int QUEUED = 4;

  private final World world = World.quiet(new Disk(), limits());
  private final Session ann = world.session("ann");
  private final Session bob = world.session("bob");

  private static EngineLimits limits() {
    return limits(
        OPEN_PER_SESSION,
        OPEN_PER_USER,
        OPERATIONS,
        BYTES,
        EngineLimits.DEFAULT.bytesOfTransactions(),
        QUEUED);
  }

  /// The usual limits but for these.
  static EngineLimits limits(
      int openPerSession,
      int openPerUser,
      long operationsPerTransaction,
      long bytesPerTransaction,
      long bytesOfTransactions,
      int queuedEvents) {
    EngineLimits d = EngineLimits.DEFAULT;
    return new EngineLimits(
        d.idleTimeout(),
        d.idleTimeoutMax(),
        openPerSession,
        openPerUser,
        operationsPerTransaction,
        bytesPerTransaction,
        bytesOfTransactions,
        queuedEvents,
        d.batchCommits(),
        d.batchBytes(),
        d.unappliedBytes(),
        d.commitPatience(),
        d.cacheBytes(),
        d.xattrsPerInode(),
        d.xattrBytesPerInode(),
        d.symlinksPerPath(),
        d.tokens());
  }

  private static Operation begin() {
    return new Operation.Begin(Duration.ZERO, Optional.empty());
  }

  private static Operation commit() {
    return new Operation.Commit(Optional.empty());
  }

  private static Compound compound(long transaction, Operation... operations) {
    return new Compound(transaction, Optional.empty(), List.of(operations));
  }

  private static FsStatus status(Answer answer) {
    return answer.failure().map(f -> f.cause().status()).orElse(FsStatus.OK);
  }

  @BeforeEach
  void letEverybodyWrite() {
    world.ok(world.root(), chmod("/", 0777));
  }

  @AfterEach
  void nothingIsLeftOver() {
    world.settle();
    new Audit(world.disk).check(true);
  }

  @Test
  void oneConnectionHasSoManyTransactionsOpen() {
    for (int i = 1; i <= OPEN_PER_SESSION; i++) {
      world.begin(ann, i);
    }
    assertThat(world.status(ann, 9, begin())).isEqualTo(FsStatus.ELIMIT);
    assertThat(world.status(ann, 9, stat("/"))).isEqualTo(FsStatus.ENOTRANS);
    world.begin(bob, 1);
    world.commit(ann, 2);
    world.begin(ann, 9);
  }

  @Test
  void oneUserHasSoManyTransactionsOpenOnAllConnections() {
    List<Session> sessions = List.of(ann, world.session("ann"));
    for (int i = 0; i < OPEN_PER_USER; i++) {
      world.begin(sessions.get(i % 2), i + 1);
    }
    Session third = world.session("ann");
    assertThat(world.status(third, 1, begin())).isEqualTo(FsStatus.ELIMIT);
    world.begin(bob, 1);
    world.engine.closeSession(sessions.get(1));
    world.settle();
    world.begin(third, 1);
  }

  @Test
  void superusersAreNotCounted() {
    for (int i = 0; i < 2 * OPEN_PER_USER; i++) {
      world.begin(world.root(), 1);
    }
  }

  @Test
  void transactionOfTooManyOperationsKeepsWhatItHas() {
    world.begin(ann, 1);
    for (int i = 0; i < OPERATIONS; i++) {
      world.ok(ann, 1, createFile("/f" + i));
    }
    assertThat(world.status(ann, 1, createFile("/more"))).isEqualTo(FsStatus.ELIMIT);
    world.commit(ann, 1);
    world.ok(bob, stat("/f" + (OPERATIONS - 1)));
    assertThat(world.status(bob, stat("/more"))).isEqualTo(FsStatus.ENOENT);
  }

  @Test
  void compoundThatTakesTooMuchMemoryChangesNothing() {
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < OPERATIONS - 2; i++) {
      operations.add(NamespaceTest.write("/big", "x".repeat(4000)));
    }
    operations.add(0, createFile("/big"));
    Answer answer = world.run(ann, new Compound(0, Optional.empty(), operations));
    assertThat(status(answer)).isEqualTo(FsStatus.ELIMIT);
    assertThat(world.status(ann, stat("/big"))).isEqualTo(FsStatus.ENOENT);
    world.ok(ann, createFile("/big"));
  }

  @Test
  void callsOfOneTransactionDoNotOverlap() {
    world.ok(ann, 1, begin(), mkdir("/d"));
    List<Answer> answers = new ArrayList<>();
    world.engine.submit(ann, compound(1, commit()), answers::add);
    world.engine.submit(ann, compound(1, stat("/d")), answers::add);
    world.engine.submit(ann, compound(0, stat("/")), answers::add);
    world.settle();
    assertThat(answers.stream().map(LimitsTest::status))
        .as("what is refused, and what belongs to no transaction, waits for no commit")
        .containsExactly(FsStatus.ETBUSY, FsStatus.OK, FsStatus.OK);
    world.ok(bob, stat("/d"));
  }

  @Test
  void soManyCallsWaitForTheEngine() {
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < QUEUED + 2; i++) {
      world.engine.submit(ann, compound(0, stat("/")), answers::add);
    }
    assertThat(answers.stream().map(LimitsTest::status))
        .containsExactly(FsStatus.ELIMIT, FsStatus.ELIMIT);
    world.settle();
    assertThat(answers).hasSize(QUEUED + 2);
    world.ok(ann, stat("/"));
  }
}
