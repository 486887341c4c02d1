package io.plasmafs.namenode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace.Reuse;
import io.plasmafs.namenode.blocks.ClusterBlocks;
import io.plasmafs.namenode.blocks.Generations;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.DatanodeRecord.Order;
import io.plasmafs.namenode.registry.ControlLinks.KeysMessage;
import io.plasmafs.namenode.ticket.HmacTickets;
import io.plasmafs.namenode.ticket.KeyRing;
import io.plasmafs.namenode.ticket.ManualClock;
import io.plasmafs.namenode.ticket.TicketKey;
import io.plasmafs.namenode.ticket.Withdrawals;
import io.plasmafs.namenode.ticket.WriteTickets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// The registry with everything on one thread, and a clock that is moved by hand.
class DatanodeRegistryTest {
  private static final String STORE_A = "a".repeat(32);
  private static final String STORE_B = "b".repeat(32);
  private static final RegistrySettings SETTINGS = settings(true);

  private final ManualClock clock = new ManualClock();
  private final Withdrawals withdrawals = new Withdrawals();
  private final WriteTickets writers = new WriteTickets(clock, Duration.ofSeconds(30), withdrawals);
  private final KeyRing ring =
      new KeyRing(clock, new SecureRandom(), 3, Duration.ofMinutes(10), Duration.ofMinutes(15));
  private final HmacTickets tickets =
      new HmacTickets("plasma", clock, Duration.ofMinutes(15), writers);
  private final AtomicLong numbers = new AtomicLong(1);
  private final ClusterBlocks blocks =
      new ClusterBlocks(generations(), writers, new Random(1), 1L << 30);
  private final DatanodeTable table = new DatanodeTable();
  private final Links links = new Links();
  private DatanodeRegistry registry = registry(SETTINGS, List.of());

  private Generations generations() {
    Generations made =
        new Generations(n -> CompletableFuture.completedFuture(numbers.getAndAdd(n)), 100);
    made.begin();
    return made;
  }

  private static RegistrySettings settings(boolean enableNew) {
    return new RegistrySettings(
        "plasma",
        65536,
        65536,
        enableNew,
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10));
  }

  private DatanodeRegistry registry(RegistrySettings settings, List<DatanodeRecord> stored) {
    return new DatanodeRegistry(
        settings,
        table,
        stored,
        ring,
        withdrawals,
        links,
        () -> clock.millis() * 1_000_000,
        Runnable::run,
        new DatanodeRegistry.Engine(Runnable::run, blocks, tickets, writers));
  }

  /// Datanodes that take their keys at once, unless they are told not to.
  private static final class Links implements ControlLinks {
    @Override
    public CompletableFuture<Identity> identify(String address) {
      return CompletableFuture.completedFuture(
          new Identity("plasma", STORE_B, 1000, SETTINGS.blockSize(), SETTINGS.sliceSize()));
    }

    private final List<KeysMessage> sent = new ArrayList<>();
    private FsStatus refusing = FsStatus.OK;
    private final List<CompletableFuture<Void>> held = new ArrayList<>();
    private boolean holding;

    @Override
    public CompletableFuture<Void> sendKeys(KeysMessage message) {
      sent.add(message);
      if (refusing != FsStatus.OK) {
        return CompletableFuture.failedFuture(new FsException(refusing, "as told"));
      }
      if (holding) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        held.add(answer);
        return answer;
      }
      return CompletableFuture.completedFuture(null);
    }

    KeysMessage last() {
      return sent.get(sent.size() - 1);
    }

    @Override
    public void forget(String address) {}

    @Override
    public void close() {}
  }

  private static Announcement announcement(String identity, int port, String host, int start) {
    return new Announcement(
        "plasma", identity, "h:" + port, "", host, "", 1000, 65536, 65536, 1, start, false);
  }

  private FsStatus refusal(Announcement said) {
    try {
      registry.announce(said).join();
      return FsStatus.OK;
    } catch (CompletionException e) {
      if (e.getCause() instanceof FsException expected) {
        return expected.status();
      }
      return fail("unexpected", e);
    }
  }

  private void pass(Duration time, Announcement... heartbeats) {
    for (long millis = 0; millis < time.toMillis(); millis += 500) {
      clock.advance(Duration.ofMillis(500));
      for (Announcement heartbeat : heartbeats) {
        registry.announce(heartbeat).join();
      }
      registry.tick();
    }
  }

  private Datanode.State state(String identity) {
    return registry.datanodes().join().stream()
        .filter(d -> d.identity().equals(identity))
        .findFirst()
        .orElseThrow()
        .state();
  }

  private Extent reserve(int count) {
    return blocks
        .reserve(new AllocationRequest(0, count, 1, List.of(), Set.of(), Optional.empty()))
        .get(0);
  }

  @Test
  void aDatanodeIsNumberedStoredAndUsedOnceItHasItsKeys() {
    links.holding = true;
    Welcome welcome = registry.announce(announcement(STORE_A, 1, "a", 10)).join();
    assertThat(welcome.epoch()).isEqualTo(3);
    assertThat(table.rows()).extracting(DatanodeRecord::id).containsExactly(welcome.datanode());
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.NEW);
    links.held.get(0).complete(null);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(reserve(1).replicas()).extracting(Replica::datanode).contains(welcome.datanode());
    assertThat(registry.announce(announcement(STORE_A, 1, "a", 10)).join().datanode())
        .isEqualTo(welcome.datanode());
  }

  @Test
  void aDatanodeCanBeAddedBeforeItAnnouncesItself() {
    DatanodeRecord added = registry.add("b.example:1").join();
    assertThat(table.rows()).extracting(DatanodeRecord::id).containsExactly(added.id());
    assertThat(added.host()).isEqualTo("b.example");
    assertThat(state(STORE_B)).isNotEqualTo(Datanode.State.ALIVE);
    assertThatThrownBy(() -> registry.add("b.example:1").join())
        .hasRootCauseInstanceOf(FsException.class)
        .hasMessageContaining("part of the cluster already, as " + added.id());

    Announcement said = announcement(STORE_B, 1, "b", 1000);
    assertThat(registry.announce(said).join().datanode()).isEqualTo(added.id());
    assertThat(state(STORE_B)).isEqualTo(Datanode.State.ALIVE);
    assertThat(table.rows()).extracting(DatanodeRecord::host).containsExactly("b");
  }

  @Test
  void aDatanodeThatRefusesItsKeysIsAskedAgainAndNotUsed() {
    links.refusing = FsStatus.ECOORD;
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    pass(Duration.ofSeconds(3), said);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.NEW);
    assertThat(links.sent).hasSizeBetween(2, 5);
    links.refusing = FsStatus.OK;
    pass(Duration.ofSeconds(2), said);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }

  @Test
  void whyKeysAreNotTakenIsLoggedWhenItChangesAndWhenItIsOver() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger(DatanodeRegistry.class);
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
    try {
      links.refusing = FsStatus.ECOORD;
      Announcement said = announcement(STORE_A, 1, "a", 10);
      registry.announce(said).join();
      pass(Duration.ofSeconds(5), said);
      links.refusing = FsStatus.EACCES;
      pass(Duration.ofSeconds(5), said);
      links.refusing = FsStatus.OK;
      pass(Duration.ofSeconds(5), said);
    } finally {
      logger.detachAppender(log);
      logger.setLevel(null);
    }
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(message -> message.contains("its keys"))
        .satisfiesExactly(
            message -> assertThat(message).endsWith("did not take its keys: ECOORD as told"),
            message -> assertThat(message).endsWith("did not take its keys: EACCES as told"),
            message -> assertThat(message).endsWith("takes its keys again"));
  }

  /// A datanode that is alive, and then has no room for a transaction that has ended.
  private Announcement cannotRemember(long transaction) {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    writers.granted(1, transaction, clock.millis() + 60_000);
    writers.ended(transaction);
    links.refusing = FsStatus.ELIMIT;
    pass(Duration.ofMillis(500), said);
    return said;
  }

  @Test
  void aDatanodeThatCannotRememberAllThatEndedStartsAfresh() {
    int first = ring.newest().id();
    Announcement said = cannotRemember(77);
    assertThat(links.last().ended()).containsExactly(77L);
    links.refusing = FsStatus.OK;
    pass(Duration.ofSeconds(2), said);
    assertThat(links.last().ended()).isEmpty();
    assertThat(links.last().keys()).allSatisfy(k -> assertThat(k.id()).isGreaterThan(first));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }

  @Test
  void silenceMakesADatanodeSuspectThenDeadAndAWordAlive() {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    pass(Duration.ofSeconds(20), said);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    pass(Duration.ofSeconds(6));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.SUSPECT);
    registry.announce(said).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    pass(Duration.ofSeconds(31));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.DEAD);
    int highest = links.last().keys().stream().mapToInt(TicketKey::id).max().orElseThrow();
    registry.announce(said).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(links.last().keys())
        .as("only keys that it never had")
        .allSatisfy(key -> assertThat(key.id()).isGreaterThan(highest));
  }

  @Test
  void aRestartedDatanodeIsGivenFreshKeysSoThatOldTicketsMeanNothing() {
    DatanodeId id = registry.announce(announcement(STORE_A, 1, "a", 10)).join().datanode();
    Extent run = reserve(10);
    Ticket old = tickets.grant(run, Ticket.Right.WRITE, 77).tickets().get(0);
    tickets.withdraw(77);
    blocks.release(run, Reuse.AFTER_TICKETS);
    assertThat(writers.mayBeWritten(run.generation(), id)).isTrue();

    registry.announce(announcement(STORE_A, 1, "a", 11)).join();
    assertThat(links.last().keys()).extracting(TicketKey::id).doesNotContain(old.keyId());
    assertThat(links.last().ended()).isEmpty();
    assertThat(writers.mayBeWritten(run.generation(), id)).isFalse();
  }

  @Test
  void keysAreForTheStartThatAnnouncedItself() {
    registry.announce(announcement(STORE_A, 1, "a", 10)).join();
    assertThat(links.last().start()).isEqualTo(10);
    registry.announce(announcement(STORE_A, 1, "a", 11)).join();
    assertThat(links.last().start()).isEqualTo(11);
  }

  @Test
  void aDatanodeThatHasStartedAnewUnnoticedIsGivenFreshKeysWhenItAnnouncesItself() {
    Announcement before = announcement(STORE_A, 1, "a", 10);
    DatanodeId id = registry.announce(before).join().datanode();
    int key = ring.newest().id();
    writers.granted(1, 77, clock.millis() + 60_000);
    writers.ended(77);
    links.refusing = FsStatus.EUNAVAIL; // what it says to keys for its last start
    pass(Duration.ofSeconds(3), before);
    assertThat(ring.newest().id()).as("no new key for it yet").isEqualTo(key);
    assertThat(writers.mayBeWritten(1, id)).isTrue();

    links.refusing = FsStatus.OK;
    registry.announce(announcement(STORE_A, 1, "a", 11)).join();
    assertThat(links.last().start()).isEqualTo(11);
    assertThat(links.last().keys()).allSatisfy(k -> assertThat(k.id()).isGreaterThan(key));
    assertThat(writers.mayBeWritten(1, id)).isFalse();
  }

  @Test
  void whatTheLastStartAnsweredDoesNotDelayTheKeysOfTheNext() {
    links.holding = true;
    registry.announce(announcement(STORE_A, 1, "a", 10)).join();
    Announcement now = announcement(STORE_A, 1, "a", 11);
    registry.announce(now).join();
    links.holding = false;
    links.held.get(0).completeExceptionally(new FsException(FsStatus.EUNAVAIL, "started anew"));
    registry.tick();
    assertThat(links.last().start()).isEqualTo(11);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }

  @Test
  void endedTransactionsAreWithdrawnInBatchesAndTheirBlocksThenFree() {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    for (long transaction = 1; transaction <= 900; transaction++) {
      Extent run = reserve(1);
      tickets.grant(run, Ticket.Right.WRITE, transaction);
      tickets.withdraw(transaction);
      blocks.release(run, Reuse.AFTER_TICKETS);
    }
    assertThat(blocks.reserved()).isEqualTo(900);
    int before = links.sent.size();
    pass(Duration.ofSeconds(1), said);
    assertThat(links.sent.subList(before, links.sent.size()))
        .singleElement()
        .satisfies(message -> assertThat(message.ended()).hasSize(900).contains(1L, 900L));
    assertThat(blocks.reserved()).isZero();
  }

  @Test
  void aFreshStartIsMadeOnceHoweverLongItsAnswerTakes() {
    int first = ring.newest().id();
    Announcement said = cannotRemember(77);
    links.refusing = FsStatus.OK;
    links.holding = true;
    int before = links.sent.size();
    pass(Duration.ofSeconds(2), said);
    assertThat(links.sent).hasSize(before + 1);
    links.holding = false;
    links.held.forEach(answer -> answer.complete(null));
    pass(Duration.ofSeconds(2), said);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(ring.newest().id()).isEqualTo(first + 1);
  }

  @Test
  void anyNumberIsWithdrawnAtOnceInMessagesOfBoundedSize() {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    int ended = 2 * DatanodeRegistry.MAX_ENDED + 10;
    for (long transaction = 1; transaction <= ended; transaction++) {
      writers.granted(transaction, transaction, clock.millis() + 60_000);
      writers.ended(transaction);
    }
    int before = links.sent.size();
    pass(Duration.ofSeconds(1), said);
    assertThat(links.sent.subList(before, links.sent.size()))
        .extracting(message -> message.ended().size())
        .containsExactly(DatanodeRegistry.MAX_ENDED, DatanodeRegistry.MAX_ENDED, 10);
  }

  @Test
  void aDatanodeTooFarBehindWithWithdrawalsStartsAfresh() {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    int first = ring.newest().id();
    Extent run = reserve(1);
    for (long transaction = 1; transaction <= Withdrawals.CAPACITY + 10; transaction++) {
      writers.granted(run.generation() + transaction, transaction, clock.millis() + 60_000);
      writers.ended(transaction);
    }
    pass(Duration.ofSeconds(1), said);
    assertThat(links.last().keys()).allSatisfy(k -> assertThat(k.id()).isGreaterThan(first));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }

  @Test
  void keysAreRenewedAtIntervals() {
    Announcement said = announcement(STORE_A, 1, "a", 10);
    registry.announce(said).join();
    int first = ring.newest().id();
    pass(Duration.ofMinutes(11), said);
    assertThat(links.last().keys()).extracting(TicketKey::id).contains(first, first + 1);
    Extent run = new Extent(0, 1, 5, List.of(new Replica(new DatanodeId(1), 0)), Checksums.NONE);
    assertThat(tickets.grant(run, Ticket.Right.READ, 0).tickets().get(0).keyId())
        .isEqualTo(first + 1);
  }

  @Test
  void strangersAreRefusedWithAReason() {
    Announcement good = announcement(STORE_A, 1, "a", 10);
    assertThat(
            refusal(
                new Announcement(
                    "other", STORE_A, "h:1", "", "a", "", 10, 65536, 65536, 1, 1, false)))
        .isEqualTo(FsStatus.EINVAL);
    assertThat(
            refusal(
                new Announcement(
                    "plasma", STORE_A, "h:1", "", "a", "", 10, 1 << 20, 65536, 1, 1, false)))
        .isEqualTo(FsStatus.EINVAL);
    assertThat(
            refusal(
                new Announcement("plasma", "x", "h:1", "", "a", "", 10, 65536, 65536, 1, 1, false)))
        .isEqualTo(FsStatus.EINVAL);
    assertThat(
            refusal(
                new Announcement(
                    "plasma", STORE_A, "h:1", "", "", "", 10, 65536, 65536, 1, 1, false)))
        .isEqualTo(FsStatus.EINVAL);
    assertThat(refusal(good)).isEqualTo(FsStatus.OK);
    assertThat(
            refusal(
                new Announcement(
                    "plasma", STORE_A, "h:1", "", "a", "", 10, 65536, 65536, 10, 10, false)))
        .as("a store that has shrunk")
        .isEqualTo(FsStatus.EINVAL);
  }

  @Test
  void aCopyOfAStoreIsRefusedWhileTheFirstIsThere() {
    Announcement first = announcement(STORE_A, 1, "a", 10);
    Announcement copy = announcement(STORE_A, 2, "b", 20);
    registry.announce(first).join();
    pass(Duration.ofSeconds(3), first);
    assertThat(refusal(copy)).isEqualTo(FsStatus.EUNAVAIL);
    pass(Duration.ofSeconds(6));
    assertThat(refusal(copy)).as("it has moved").isEqualTo(FsStatus.OK);
    assertThat(refusal(first)).isEqualTo(FsStatus.EUNAVAIL);
  }

  @Test
  void aFailedDiskIsOutOfService() {
    registry.announce(announcement(STORE_A, 1, "a", 10)).join();
    registry
        .announce(
            new Announcement(
                "plasma", STORE_A, "h:1", "", "a", "", 1000, 65536, 65536, 10, 10, true))
        .join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.DEAD);
  }

  @Test
  void ordersAreStoredAndObeyed() {
    Announcement a = announcement(STORE_A, 1, "a", 10);
    Announcement b = announcement(STORE_B, 2, "b", 11);
    registry.announce(a).join();
    registry.announce(b).join();
    registry.order(STORE_A, Order.DRAINING).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.DRAINING);
    assertThat(table.rows()).extracting(DatanodeRecord::order).contains(Order.DRAINING);
    for (int i = 0; i < 20; i++) {
      assertThat(reserve(1).replicas().get(0).datanode()).isEqualTo(new DatanodeId(2));
    }
    registry.order(STORE_A, Order.DISABLED).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.DISABLED);
    registry.order(STORE_A, Order.ENABLED).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }

  @Test
  void aDisabledDatanodeHonoursNoTicketAndIsGivenNone() {
    Announcement a = announcement(STORE_A, 1, "a", 10);
    Announcement b = announcement(STORE_B, 2, "b", 11);
    DatanodeId disabled = registry.announce(a).join().datanode();
    DatanodeId other = registry.announce(b).join().datanode();
    Extent run =
        new Extent(
            0, 1, 5, List.of(new Replica(disabled, 0), new Replica(other, 0)), Checksums.NONE);
    Ticket before = tickets.grant(run, Ticket.Right.READ, 0).tickets().get(0);

    registry.order(STORE_A, Order.DISABLED).join();
    assertThat(links.last().datanode()).isEqualTo(disabled);
    assertThat(links.last().keys()).isNotEmpty().noneMatch(key -> key.id() <= before.keyId());
    pass(Duration.ofMinutes(11), a, b);
    assertThat(tickets.grant(run, Ticket.Right.READ, 0).tickets())
        .extracting(Ticket::isVoid)
        .containsExactly(true, false);

    registry.order(STORE_A, Order.ENABLED).join();
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(tickets.grant(run, Ticket.Right.READ, 0).tickets())
        .extracting(Ticket::isVoid)
        .containsExactly(false, false);
  }

  @Test
  void aDatanodeThatDoesNotHearThatItIsDisabledIsToldAgain() {
    Announcement a = announcement(STORE_A, 1, "a", 10);
    registry.announce(a).join();
    int before = ring.newest().id();
    links.refusing = FsStatus.ECOORD;
    registry.order(STORE_A, Order.DISABLED).join();
    links.refusing = FsStatus.OK;
    int sent = links.sent.size();
    pass(Duration.ofSeconds(2), a);
    assertThat(links.sent.subList(sent, links.sent.size()))
        .isNotEmpty()
        .allSatisfy(message -> assertThat(message.keys()).noneMatch(key -> key.id() <= before));
  }

  @Test
  void newDatanodesWaitForAnOperatorIfThePolicySaysSo() {
    registry = registry(settings(false), List.of());
    Announcement a = announcement(STORE_A, 1, "a", 10);
    registry.announce(a).join();
    pass(Duration.ofSeconds(2), a);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.NEW);
    assertThat(links.sent).isEmpty();
    registry.order(STORE_A, Order.ENABLED).join();
    pass(Duration.ofSeconds(2), a);
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(table.rows()).hasSize(1);
  }

  @Test
  void onlyStoppedAndEmptyDatanodesAreRemoved() {
    Announcement a = announcement(STORE_A, 1, "a", 10);
    registry.announce(a).join();
    Extent run = reserve(1);
    blocks.use(run);
    assertThat(removal()).isEqualTo(FsStatus.EINVAL);
    pass(Duration.ofSeconds(6));
    assertThat(removal()).isEqualTo(FsStatus.ENOTEMPTY);
    blocks.release(run, Reuse.AFTER_PINS);
    assertThat(removal()).isEqualTo(FsStatus.OK);
    assertThat(table.rows()).isEmpty();
    assertThat(removal()).isEqualTo(FsStatus.ENOENT);
  }

  private FsStatus removal() {
    try {
      registry.remove(STORE_A).join();
      return FsStatus.OK;
    } catch (CompletionException e) {
      return e.getCause() instanceof FsException expected
          ? expected.status()
          : fail("unexpected", e);
    }
  }

  @Test
  void aNewEpochReachesAllDatanodesWithNewKeys() {
    Announcement a = announcement(STORE_A, 1, "a", 10);
    registry.announce(a).join();
    registry.startEpoch(4);
    assertThat(links.last().epoch()).isEqualTo(4);
    assertThat(links.last().keys()).allSatisfy(k -> assertThat(k.epoch()).isEqualTo(4));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
    assertThat(registry.announce(a).join().epoch()).isEqualTo(4);
  }

  @Test
  void storedDatanodesKeepTheirNumberAndAreDeadUntilTheyAnnounceThemselves() {
    DatanodeRecord stored =
        new DatanodeRecord(new DatanodeId(17), STORE_A, "a", "", 1000, Order.ENABLED);
    blocks.addDatanode(stored.id(), "a", "", 1000);
    registry = registry(SETTINGS, List.of(stored));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.DEAD);
    Announcement a = announcement(STORE_A, 1, "a", 10);
    assertThat(registry.announce(a).join().datanode()).isEqualTo(new DatanodeId(17));
    assertThat(state(STORE_A)).isEqualTo(Datanode.State.ALIVE);
  }
}
