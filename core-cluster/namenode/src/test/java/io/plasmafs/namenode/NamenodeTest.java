package io.plasmafs.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.Abort;
import io.plasmafs.model.operation.Operation.Allocate;
import io.plasmafs.model.operation.Operation.Begin;
import io.plasmafs.model.operation.Operation.Commit;
import io.plasmafs.model.operation.Operation.Create;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.ListDirectory;
import io.plasmafs.model.operation.Operation.MakeDirectory;
import io.plasmafs.model.operation.Operation.Stat;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.StoreException;
import io.plasmafs.oncrpc.RpcException;
import io.plasmafs.protocol.Conversion;
import io.plasmafs.protocol.Programs;
import io.plasmafs.protocol.TextMessage;
import io.plasmafs.protocol.xdr.announce_result;
import io.plasmafs.protocol.xdr.cluster_result;
import io.plasmafs.protocol.xdr.commit_outcome_result;
import io.plasmafs.protocol.xdr.coordinator_result;
import io.plasmafs.protocol.xdr.datanode_order;
import io.plasmafs.protocol.xdr.datanode_status;
import io.plasmafs.protocol.xdr.datanodes_result;
import io.plasmafs.protocol.xdr.status_result;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.acplt.oncrpc.XdrVoid;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole namenode in this process: real sockets, real PostgreSQL.
class NamenodeTest {
  private static final Begin BEGIN = new Begin(Duration.ZERO, Optional.empty());
  private static final Commit COMMIT = new Commit(Optional.empty());

  @TempDir Path directory;
  private LocalNamenode local;
  private RawClient alice;

  @BeforeEach
  void start() throws IOException {
    local = LocalNamenode.start(directory);
    try (RawClient root = connect("root")) {
      root.ok(0, new MakeDirectory(at("/home"), 0777, false));
    }
    alice = connect("alice");
  }

  @AfterEach
  void stop() {
    alice.close();
    local.close();
  }

  private RawClient connect(String user) {
    return RawClient.as(user, local.transport(), local.port());
  }

  private static Location at(String path) {
    return Location.of(path);
  }

  private static Operation mkdir(String path) {
    return new MakeDirectory(at(path), 0755, false);
  }

  private static Operation stat(String path) {
    return new Stat(at(path), true);
  }

  private static Operation create(String path) {
    return new Create(at(path), CreateMode.EXCLUSIVE, 0644, 0);
  }

  private static void eventually(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private List<String> names(RawClient client, String path) {
    Outcome.Listing listing =
        (Outcome.Listing)
            client.ok(0, new ListDirectory(at(path), Optional.empty(), 1000, false)).get(0);
    return listing.entries().stream().map(entry -> entry.name().toString()).toList();
  }

  @Test
  void aCompoundIsATransactionOfItsOwn() {
    Answer answer = alice.run(0, mkdir("/home/a"), create("/home/a/f"), stat("/home/a/f"));
    assertThat(answer.failure()).isEmpty();
    assertThat(answer.sequence()).isPositive();
    assertThat(names(alice, "/home")).containsExactly("a");
    Answer failing = alice.run(0, mkdir("/home/b"), mkdir("/home/a"));
    assertThat(failing.failure().orElseThrow().operation()).isEqualTo(1);
    assertThat(failing.failure().orElseThrow().cause().status()).isEqualTo(FsStatus.EEXIST);
    assertThat(names(alice, "/home")).containsExactly("a");
  }

  @Test
  void aTransactionIsSeenByOthersOnlyWhenItIsCommitted() {
    try (RawClient bob = connect("bob")) {
      alice.ok(1, BEGIN, mkdir("/home/a"));
      alice.ok(1, stat("/home/a"));
      assertThat(bob.status(0, stat("/home/a"))).isEqualTo(FsStatus.ENOENT);
      assertThat(bob.status(0, mkdir("/home/a"))).isEqualTo(FsStatus.ECONFLICT);
      alice.ok(1, COMMIT);
      bob.ok(0, stat("/home/a"));
      alice.ok(2, BEGIN, mkdir("/home/b"));
      alice.ok(2, new Abort());
      assertThat(bob.status(0, stat("/home/b"))).isEqualTo(FsStatus.ENOENT);
    }
  }

  @Test
  void aClosedConnectionAbortsItsTransactions() {
    try (RawClient bob = connect("bob")) {
      bob.ok(1, BEGIN, mkdir("/home/a"));
      assertThat(alice.status(0, mkdir("/home/a"))).isEqualTo(FsStatus.ECONFLICT);
    }
    eventually("the name is free again", () -> alice.status(0, mkdir("/home/a")) == FsStatus.OK);
  }

  @Test
  void whoDoesNotSayWhoActsIsRefused() {
    try (RawClient stranger = new RawClient(local.transport(), local.port())) {
      Answer answer = stranger.run(0, stat("/"));
      assertThat(answer.failure().orElseThrow().cause().status()).isEqualTo(FsStatus.EACCES);
      assertThat(answer.failure().orElseThrow().cause()).hasMessageContaining("SET_PRINCIPAL");
      assertThat(stranger.status(1, BEGIN, stat("/"))).isEqualTo(FsStatus.EACCES);
      Principal carol = new Principal("carol", "users", Set.of());
      stranger.ok(2, new Begin(Duration.ZERO, Optional.of(carol)), mkdir("/home/carol"), COMMIT);
      Outcome.Inode made = (Outcome.Inode) alice.ok(0, stat("/home/carol")).get(0);
      assertThat(made.attributes().owner()).isEqualTo("carol");
    }
  }

  @Test
  void theOutcomeOfACommitIsKnownByItsToken() {
    CommitToken token = CommitToken.random();
    Answer answer =
        alice.submit(new Compound(0, Optional.of(token), List.of(mkdir("/home/a")))).join();
    assertThat(answer.failure()).isEmpty();
    commit_outcome_result known = outcome(token);
    assertThat(known.state).isEqualTo(2);
    assertThat(known.sequence).isEqualTo(answer.sequence());
    assertThat(outcome(CommitToken.random()).state).isZero();
  }

  private commit_outcome_result outcome(CommitToken token) {
    return alice
        .rpc()
        .call(
            Programs.FILESYSTEM,
            Programs.Filesystem.COMMIT_OUTCOME,
            Conversion.toXdr(token),
            commit_outcome_result::new)
        .join();
  }

  @Test
  void whatWasCommittedIsThereAfterARestart() throws IOException {
    alice.ok(0, mkdir("/home/a"));
    alice.ok(1, BEGIN, mkdir("/home/b"));
    long epoch = describe().cluster.epoch;
    alice.close();
    local.restart();
    alice = connect("alice");
    assertThat(names(alice, "/home")).containsExactly("a");
    assertThat(describe().cluster.epoch).isGreaterThan(epoch);
  }

  @Test
  void theDatabaseOfAnotherClusterIsRefused() {
    Properties other = local.properties();
    other.setProperty("cluster", "other");
    assertThatThrownBy(() -> Namenode.start(NamenodeConfig.of(other)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("'test'")
        .hasMessageContaining("'other'");
  }

  private cluster_result describe() {
    return alice
        .rpc()
        .call(
            Programs.COORDINATION,
            Programs.Coordination.DESCRIBE_CLUSTER,
            XdrVoid.XDR_VOID,
            cluster_result::new)
        .join();
  }

  @Test
  void clientsFindTheCoordinatorAndTheConstantsOfTheCluster() {
    cluster_result cluster = describe();
    assertThat(cluster.cluster.cluster).isEqualTo("test");
    assertThat(cluster.cluster.block_size).isEqualTo(65536);
    assertThat(find("test").address).isEqualTo("localhost:" + local.port());
    assertThat(find("").status).isEqualTo(FsStatus.OK.code());
    assertThat(find("other").status).isEqualTo(FsStatus.ENOENT.code());
  }

  private coordinator_result find(String cluster) {
    return alice
        .rpc()
        .call(
            Programs.COORDINATION,
            Programs.Coordination.FIND_COORDINATOR,
            new TextMessage(cluster),
            coordinator_result::new)
        .join();
  }

  @Test
  void datanodesAreFoundAndTheirTicketsAreGoodUntilTheTransactionEnds() throws IOException {
    try (FakeDatanode one =
            new FakeDatanode(local.transport(), LocalNamenode.SECRET, "test", "1".repeat(32));
        FakeDatanode two =
            new FakeDatanode(local.transport(), LocalNamenode.SECRET, "test", "2".repeat(32))) {
      announce(one);
      announce(two);
      alice.ok(7, BEGIN, create("/home/f"));
      Allocate allocate = new Allocate(at("/home/f"), 0, 10, 2, List.of(), Set.of());
      eventually("both are alive", () -> alive() == 2);
      Outcome.Allocation allocation = (Outcome.Allocation) alice.ok(7, allocate).get(0);
      GrantedExtent granted = allocation.extents().get(0);
      assertThat(granted.extent().replicas()).hasSize(2);
      List<FakeDatanode> datanodes = List.of(one, two);
      for (Ticket ticket : granted.tickets()) {
        assertThat(datanodes.get(ticket.datanode().value() - 1).judge(ticket))
            .isEqualTo(FsStatus.OK);
        assertThat(datanodes.get(2 - ticket.datanode().value()).judge(ticket))
            .as("a datanode that checks its own number would refuse it")
            .isEqualTo(FsStatus.OK);
      }
      alice.ok(7, new Abort());
      for (Ticket ticket : granted.tickets()) {
        eventually(
            "the ticket is withdrawn",
            () -> datanodes.get(ticket.datanode().value() - 1).judge(ticket) == FsStatus.ETICKET);
      }
      eventually("the blocks are free again", () -> filesystem().reservedBlocks() == 0);
      assertThat(filesystem().totalBlocks()).isEqualTo(20_000);
    }
  }

  private void announce(FakeDatanode datanode) {
    announce_result result = datanode.announce(alice, 65536);
    assertThat(result.status).as(result.message).isEqualTo(FsStatus.OK.code());
    eventually("it has keys", datanode::hasKeys);
  }

  private long alive() {
    datanodes_result found =
        alice
            .rpc()
            .call(
                Programs.COORDINATION,
                Programs.Coordination.LIST_DATANODES,
                XdrVoid.XDR_VOID,
                datanodes_result::new)
            .join();
    return Arrays.stream(found.datanodes).filter(d -> d.state == 1).count();
  }

  private Outcome.Filesystem filesystem() {
    return (Outcome.Filesystem) alice.ok(0, new Operation.StatFilesystem()).get(0);
  }

  @Test
  void aDatanodeWithoutTheSecretOrOfOtherBlocksIsRefused() throws IOException {
    byte[] wrong = LocalNamenode.SECRET.clone();
    wrong[0] ^= 1;
    try (FakeDatanode forger = new FakeDatanode(local.transport(), wrong, "test", "3".repeat(32));
        FakeDatanode misfit =
            new FakeDatanode(local.transport(), LocalNamenode.SECRET, "test", "4".repeat(32));
        FakeDatanode foreigner =
            new FakeDatanode(
                local.transport(), LocalNamenode.SECRET, "elsewhere", "5".repeat(32))) {
      assertThat(forger.announce(alice, 65536).status).isEqualTo(FsStatus.EACCES.code());
      announce_result refused = misfit.announce(alice, 1 << 20);
      assertThat(refused.status).isEqualTo(FsStatus.EINVAL.code());
      assertThat(refused.message).contains("1048576", "65536");
      announce_result foreign = foreigner.announce(alice, 65536);
      assertThat(foreign.message).contains("elsewhere", "test");
      assertThat(alive()).isZero();
    }
  }

  @Test
  void ordersAreForSuperusersAndStatusIsForAll() throws IOException {
    try (FakeDatanode one =
            new FakeDatanode(local.transport(), LocalNamenode.SECRET, "test", "1".repeat(32));
        RawClient root = connect("root")) {
      announce(one);
      assertThat(disable(alice).status).isEqualTo(FsStatus.EPERM.code());
      assertThat(disable(root).status).isEqualTo(FsStatus.OK.code());
      status_result status =
          alice
              .rpc()
              .call(Programs.ADMIN, Programs.Admin.STATUS, XdrVoid.XDR_VOID, status_result::new)
              .join();
      assertThat(status.datanodes).hasSize(1);
      assertThat(status.datanodes[0].state).isEqualTo(4);
      assertThat(status.namenodes).hasSize(1);
      assertThat(status.namenodes[0].role).isEqualTo("coordinator");
      assertThat(status.namenodes[0].pid).isEqualTo((int) ProcessHandle.current().pid());
      assertThat(status.inodes).isEqualTo(2);
    }
  }

  private static datanode_status disable(RawClient client) {
    datanode_order order = new datanode_order();
    order.identity = "1".repeat(32);
    return client
        .rpc()
        .call(Programs.ADMIN, Programs.Admin.DISABLE_DATANODE, order, datanode_status::new)
        .join();
  }

  @Test
  void thousandsOfCallsAtATimeAreAllAnswered() {
    List<CompletableFuture<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      Operation operation = i % 3 == 0 ? mkdir("/home/d" + i) : stat("/home");
      answers.add(alice.submit(new Compound(0, Optional.empty(), List.of(operation))));
    }
    for (CompletableFuture<Answer> answer : answers) {
      assertThat(answer.join().failure()).isEmpty();
    }
    assertThat(names(alice, "/home")).hasSize(1000);
  }

  @Test
  void aClosedNamenodeTakesNoCalls() {
    local.stop();
    assertThatThrownBy(() -> alice.run(0, stat("/")))
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RpcException.class);
  }
}
