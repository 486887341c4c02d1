package io.plasmafs.namenode.blocks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.blocks.BlockSpace.Reuse;
import io.plasmafs.namenode.ticket.ManualClock;
import io.plasmafs.namenode.ticket.Withdrawals;
import io.plasmafs.namenode.ticket.WriteTickets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClusterBlocksTest {
  private static final DatanodeId D1 = new DatanodeId(1);
  private static final DatanodeId D2 = new DatanodeId(2);
  private static final DatanodeId D3 = new DatanodeId(3);
  private static final DatanodeId D4 = new DatanodeId(4);

  private final ManualClock clock = new ManualClock();
  private final Withdrawals withdrawals = new Withdrawals();
  private final WriteTickets writers = new WriteTickets(clock, Duration.ofSeconds(10), withdrawals);
  private final long seed = new Random().nextLong();
  private final ClusterBlocks blocks = cluster(seed);

  private ClusterBlocks cluster(long placementSeed) {
    AtomicLong counter = new AtomicLong(1);
    Generations generations =
        new Generations(n -> CompletableFuture.completedFuture(counter.getAndAdd(n)), 100);
    generations.begin();
    return new ClusterBlocks(generations, writers, new Random(placementSeed), 1L << 30);
  }

  private void add(DatanodeId id, String host, String rack, long size) {
    blocks.addDatanode(id, host, rack, size);
    blocks.allocatable(id, true);
  }

  private static AllocationRequest request(int count, int replication) {
    return new AllocationRequest(0, count, replication, List.of(), Set.of(), Optional.empty());
  }

  private static FsStatus failure(Runnable action) {
    try {
      action.run();
    } catch (FsException e) {
      return e.status();
    }
    return FsStatus.OK;
  }

  @Test
  void replicasAreNeverOnOneHost() {
    add(D1, "a", "", 1000);
    add(D2, "a", "", 1000);
    add(D3, "b", "", 10);
    for (int i = 0; i < 10; i++) {
      Extent extent = blocks.reserve(request(1, 2)).get(0);
      assertThat(extent.replicas()).extracting(Replica::datanode).contains(D3).hasSize(2);
    }
  }

  @Test
  void tooFewHostsAreNamed() {
    add(D1, "a", "", 1000);
    add(D2, "a", "", 1000);
    blocks.addDatanode(D3, "b", "", 1000);
    blocks.allocatable(D3, false);
    assertThatThrownBy(() -> blocks.reserve(request(1, 2)))
        .isInstanceOf(FsException.class)
        .hasMessage(
            "2 replicas need datanodes on as many hosts, but there are 1: of 3 datanodes 2 can take"
                + " new blocks, and 0 of these are to be avoided")
        .satisfies(e -> assertThat(((FsException) e).status()).isEqualTo(FsStatus.ENONODE));
  }

  @Test
  void aLackOfDatanodesMayPassUntilTheyHadTimeToAnnounceThemselves() {
    blocks.addDatanode(D1, "a", "", 1000);
    assertThat(failure(() -> blocks.reserve(request(1, 1)))).isEqualTo(FsStatus.EUNAVAIL);
    blocks.settled();
    assertThat(failure(() -> blocks.reserve(request(1, 1)))).isEqualTo(FsStatus.ENONODE);
  }

  @Test
  void aFullClusterSaysSoAndTakesNothing() {
    add(D1, "a", "", 100);
    add(D2, "b", "", 50);
    assertThat(failure(() -> blocks.reserve(request(51, 2)))).isEqualTo(FsStatus.ENOSPC);
    assertThat(blocks.reserved()).isZero();
    assertThat(blocks.reserve(request(50, 2))).hasSize(1);
    assertThat(failure(() -> blocks.reserve(request(1, 2)))).isEqualTo(FsStatus.ENOSPC);
  }

  @Test
  void theDatanodeWishedForComesFirstAndAvoidedOnesNotAtAll() {
    add(D1, "a", "", 1000);
    add(D2, "b", "", 1000);
    add(D3, "c", "", 1000);
    for (int i = 0; i < 20; i++) {
      Extent extent =
          blocks
              .reserve(new AllocationRequest(0, 1, 2, List.of(D2), Set.of(D1), Optional.empty()))
              .get(0);
      assertThat(extent.replicas()).extracting(Replica::datanode).containsExactly(D2, D3);
    }
  }

  @Test
  void replicasAreSpreadOverRacks() {
    add(D1, "a", "left", 1000);
    add(D2, "b", "left", 1000);
    add(D3, "c", "left", 1000);
    add(D4, "d", "right", 1000);
    for (int i = 0; i < 50; i++) {
      Extent extent = blocks.reserve(request(1, 2)).get(0);
      assertThat(extent.replicas()).extracting(Replica::datanode).contains(D4);
    }
  }

  @Test
  void aFileGoesOnWhereItsLastRunEnded() {
    add(D1, "a", "", 100_000);
    add(D2, "b", "", 100_000);
    add(D3, "c", "", 100_000);
    Extent first = blocks.reserve(request(10, 2)).get(0);
    blocks.reserve(
        new AllocationRequest(
            0, 10, 1, List.of(D1), Set.of(D2, D3), Optional.empty())); // elsewhere on D1
    Extent second =
        blocks
            .reserve(new AllocationRequest(10, 10, 2, List.of(), Set.of(), Optional.of(first)))
            .get(0);
    assertThat(second.replicas())
        .extracting(Replica::datanode)
        .containsExactlyElementsOf(first.replicas().stream().map(Replica::datanode).toList());
    for (int i = 0; i < 2; i++) {
      if (!first.replicas().get(i).datanode().equals(D1)) {
        assertThat(second.replicas().get(i).firstBlock())
            .isEqualTo(first.replicas().get(i).firstBlock() + 10);
      }
    }
  }

  @Test
  void largeFilesAreSpreadOverTheDatanodesInStretches() {
    for (int i = 1; i <= 8; i++) {
      add(new DatanodeId(i), "host" + i, "", 1_000_000);
    }
    List<Extent> runs = blocks.reserve(request(40 * ClusterBlocks.STRETCH, 1));
    assertThat(runs).hasSize(40);
    Set<DatanodeId> found = new HashSet<>();
    runs.forEach(run -> found.add(run.replicas().get(0).datanode()));
    assertThat(found).as("seed %d", seed).hasSizeGreaterThan(3);
  }

  @Test
  void datanodesFillEvenly() {
    add(D1, "a", "", 100_000);
    add(D2, "b", "", 100_000);
    add(D3, "c", "", 10_000);
    for (int i = 0; i < 10_000; i++) {
      blocks.reserve(request(10, 1));
    }
    for (DatanodeId id : List.of(D1, D2, D3)) {
      ClusterBlocks.Usage usage = blocks.usageOf(id).orElseThrow();
      assertThat((double) usage.reserved() / usage.total())
          .as("%s, seed %d", id, seed)
          .isBetween(0.35, 0.6);
    }
  }

  @Test
  void aReservationOfADeadTransactionIsReusedOnlyWhenItsTicketsAreWithdrawnEverywhere() {
    add(D1, "a", "", 10);
    add(D2, "b", "", 10);
    Extent extent = blocks.reserve(request(10, 2)).get(0);
    writers.granted(extent.generation(), 7, clock.millis() + 60_000);
    blocks.release(extent, Reuse.AFTER_TICKETS);
    writers.ended(7);
    assertThat(failure(() -> blocks.reserve(request(1, 1)))).isEqualTo(FsStatus.ENOSPC);

    writers.acknowledged(D2, withdrawals.last());
    assertThat(blocks.reserve(request(1, 1)).get(0).replicas().get(0).datanode()).isEqualTo(D2);
    assertThat(failure(() -> blocks.reserve(request(1, 2)))).isEqualTo(FsStatus.ENOSPC);

    clock.advance(Duration.ofSeconds(71));
    assertThat(blocks.reserve(request(1, 2))).hasSize(1);
  }

  @Test
  void blocksOfAFileAreReusedOnlyWhenNoTransactionPinsThem() {
    add(D1, "a", "", 10);
    Extent extent = blocks.reserve(request(10, 1)).get(0);
    blocks.use(extent);
    blocks.pin(1, extent.slice(3, 5));
    blocks.pin(1, extent);
    blocks.pin(2, extent);
    blocks.release(extent, Reuse.AFTER_PINS);
    assertThat(blocks.used()).isZero();
    assertThat(blocks.reserved()).isEqualTo(10);
    blocks.unpin(1);
    assertThat(failure(() -> blocks.reserve(request(1, 1)))).isEqualTo(FsStatus.ENOSPC);
    blocks.unpin(2);
    assertThat(blocks.reserve(request(10, 1))).hasSize(1);
  }

  @Test
  void whatTwoFilesClaimIsNeverGivenOutAgain() {
    add(D1, "a", "", 10);
    Extent one = extent(0, 6, 1, D1, 0);
    Extent two = extent(0, 6, 2, D1, 4);
    ClusterBlocks.Loading loading = blocks.load();
    loading.visit(new InodeId(1), one);
    loading.visit(new InodeId(2), two);
    loading.visit(new InodeId(3), extent(0, 6, 3, D1, 8));
    loading.visit(new InodeId(4), extent(0, 6, 4, D4, 0));
    loading.finish();
    assertThat(loading.doublyUsed()).isEqualTo(2);
    assertThat(blocks.used()).isEqualTo(10);
    blocks.release(one, Reuse.AFTER_PINS);
    blocks.release(two, Reuse.AFTER_PINS);
    assertThat(blocks.used()).isEqualTo(2);
    for (int i = 0; i < 8; i++) {
      long block = blocks.reserve(request(1, 1)).get(0).replicas().get(0).firstBlock();
      assertThat(block).isNotIn(4L, 5L);
    }
    assertThat(failure(() -> blocks.reserve(request(1, 1)))).isEqualTo(FsStatus.ENOSPC);
  }

  @Test
  void aDatanodeWithBlocksOfFilesIsNotRemoved() {
    add(D1, "a", "", 10);
    Extent extent = blocks.reserve(request(1, 1)).get(0);
    blocks.use(extent);
    assertThat(failure(() -> blocks.removeDatanode(D1))).isEqualTo(FsStatus.ENOTEMPTY);
    blocks.release(extent, Reuse.AFTER_PINS);
    blocks.removeDatanode(D1);
    assertThat(blocks.total()).isZero();
  }

  @Test
  void datanodesThatShrinkOrAreTooLargeAreRefused() {
    add(D1, "a", "", 10);
    assertThat(failure(() -> blocks.addDatanode(D1, "a", "", 9))).isEqualTo(FsStatus.EINVAL);
    assertThat(failure(() -> blocks.addDatanode(D2, "a", "", 1L << 40))).isEqualTo(FsStatus.ELIMIT);
    blocks.addDatanode(D1, "a", "", 20);
    assertThat(blocks.total()).isEqualTo(20);
  }

  /// Random transactions against a model that knows, for each block of each datanode, who may still
  /// read or write it: no block is given out while the model says that somebody may.
  @Test
  void noBlockIsGivenOutWhileSomebodyMayReachIt() {
    for (int round = 0; round < 20; round++) {
      long roundSeed = seed + round;
      new RandomRun(roundSeed).run();
    }
  }

  private static final class RandomRun {
    private final Random random;
    private final String label;
    private final ManualClock time = new ManualClock();
    private final Withdrawals ends = new Withdrawals();
    private final WriteTickets tickets = new WriteTickets(time, Duration.ofSeconds(10), ends);
    private final ClusterBlocks space;
    private final List<DatanodeId> nodes = List.of(D1, D2, D3, D4);

    /// Blocks that belong to an open reservation or a file.
    private final Map<Replica, Long> owned = new HashMap<>();

    /// Until when, or until which acknowledgement, a late write may come to a block.
    private final Map<Replica, List<long[]>> writable = new HashMap<>();

    private final Map<Replica, Set<Long>> pinned = new HashMap<>();
    private final Map<DatanodeId, Long> acknowledged = new HashMap<>();
    private final Map<Long, List<Extent>> reservedBy = new HashMap<>();
    private final Map<Long, Long> endOf = new HashMap<>();
    private final List<Extent> files = new ArrayList<>();
    private long lastTransaction;

    RandomRun(long runSeed) {
      random = new Random(runSeed);
      label = "seed " + runSeed;
      AtomicLong counter = new AtomicLong(1);
      Generations generations =
          new Generations(n -> CompletableFuture.completedFuture(counter.getAndAdd(n)), 64);
      generations.begin();
      space = new ClusterBlocks(generations, tickets, new Random(runSeed), 1 << 20);
      for (DatanodeId node : nodes) {
        space.addDatanode(node, "host" + node.value() % 3, "", 150 + random.nextInt(100));
        space.allocatable(node, true);
      }
    }

    void run() {
      for (int step = 0; step < 3000; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> reserve();
          case 3 -> commit();
          case 4 -> abort();
          case 5 -> unlink();
          case 6 -> {
            DatanodeId node = nodes.get(random.nextInt(nodes.size()));
            acknowledged.put(node, ends.last());
            tickets.acknowledged(node, ends.last());
            space.sweep();
          }
          default -> time.advance(Duration.ofSeconds(random.nextInt(8)));
        }
        assertThat(space.used() + space.reserved()).as(label).isLessThanOrEqualTo(space.total());
      }
      long used = files.stream().mapToLong(f -> (long) f.count() * f.replicas().size()).sum();
      assertThat(space.used()).as(label).isEqualTo(used);
      reservedBy.keySet().stream().toList().forEach(this::end);
      files.forEach(file -> space.release(file, Reuse.AFTER_PINS));
      pinned.values().stream().flatMap(Set::stream).distinct().forEach(space::unpin);
      time.advance(Duration.ofHours(1));
      space.sweep();
      assertThat(space.used() + space.reserved()).as(label + ": all comes back").isZero();
    }

    private void reserve() {
      // one that has ended is given nothing
      long transaction = lastTransaction;
      if (transaction == 0 || random.nextInt(3) == 0 || endOf.containsKey(transaction)) {
        transaction = ++lastTransaction;
      }
      List<Extent> runs;
      try {
        runs = space.reserve(request(1 + random.nextInt(30), 1 + random.nextInt(2)));
      } catch (FsException e) {
        assertThat(e.status()).as(label).isEqualTo(FsStatus.ENOSPC);
        return;
      }
      for (Extent run : runs) {
        long expires = time.millis() + 30_000;
        tickets.granted(run.generation(), transaction, expires);
        for (Replica block : blocksOf(run)) {
          assertThat(owned.put(block, transaction)).as("%s: %s", label, block).isNull();
          assertThat(pinned.getOrDefault(block, Set.of())).as("%s: %s", label, block).isEmpty();
          for (long[] writer : writable.getOrDefault(block, List.of())) {
            boolean withdrawn =
                endOf.containsKey(writer[0])
                    && acknowledged.getOrDefault(block.datanode(), 0L) >= endOf.get(writer[0]);
            assertThat(withdrawn || writer[1] < time.millis()).as("%s: %s", label, block).isTrue();
          }
          writable.put(block, List.of(new long[] {transaction, expires}));
        }
      }
      reservedBy.computeIfAbsent(transaction, t -> new ArrayList<>()).addAll(runs);
    }

    private void commit() {
      anyOpen()
          .ifPresent(transaction -> {
            for (Extent run : reservedBy.getOrDefault(transaction, List.of())) {
              space.use(run);
              files.add(run);
              if (random.nextBoolean()) {
                long reader = 1_000_000L + random.nextInt(50);
                space.pin(reader, run);
                blocksOf(run)
                    .forEach(b -> pinned.computeIfAbsent(b, x -> new HashSet<>()).add(reader));
              }
            }
            reservedBy.remove(transaction);
            tickets.ended(transaction);
            endOf.put(transaction, ends.last());
          });
    }

    private void abort() {
      anyOpen().ifPresent(this::end);
      if (random.nextBoolean()) {
        long reader = 1_000_000L + random.nextInt(50);
        space.unpin(reader);
        pinned.values().forEach(readers -> readers.remove(reader));
      }
    }

    private void end(long transaction) {
      for (Extent run : reservedBy.getOrDefault(transaction, List.of())) {
        int cut = random.nextInt(run.count());
        if (cut > 0) {
          space.release(run.slice(run.index(), run.index() + cut), Reuse.AFTER_TICKETS);
        }
        space.release(run.slice(run.index() + cut, run.end()), Reuse.AFTER_TICKETS);
        blocksOf(run).forEach(owned::remove);
      }
      reservedBy.remove(transaction);
      tickets.ended(transaction);
      endOf.put(transaction, ends.last());
    }

    private void unlink() {
      if (!files.isEmpty()) {
        Extent file = files.remove(random.nextInt(files.size()));
        space.release(file, Reuse.AFTER_PINS);
        blocksOf(file).forEach(owned::remove);
      }
    }

    private Optional<Long> anyOpen() {
      List<Long> open = new ArrayList<>(reservedBy.keySet());
      return open.isEmpty() ? Optional.empty() : Optional.of(open.get(random.nextInt(open.size())));
    }

    private List<Replica> blocksOf(Extent run) {
      List<Replica> found = new ArrayList<>();
      for (Replica replica : run.replicas()) {
        for (int i = 0; i < run.count(); i++) {
          found.add(new Replica(replica.datanode(), replica.firstBlock() + i));
        }
      }
      return found;
    }
  }

  private static Extent extent(
      long index, int count, long generation, DatanodeId node, long first) {
    return new Extent(index, count, generation, List.of(new Replica(node, first)), Checksums.NONE);
  }

  private Extent used(int count) {
    Extent extent = blocks.reserve(request(count, 1)).get(0);
    blocks.use(extent);
    return extent;
  }

  @Test
  void whatIsWatchedAndNotTouchedIsGivenBack() {
    add(D1, "a", "", 100);
    long block = used(3).replicas().get(0).firstBlock();
    BlockAudit audit = blocks.audit();
    assertThat(audit.reclaim(D1, block, 1)).as("not watched").isFalse();
    assertThat(audit.watch(D1, block)).isTrue();
    assertThat(audit.watch(D1, 50)).as("free").isFalse();
    assertThat(audit.watch(D2, block)).as("unknown").isFalse();

    assertThat(audit.reclaim(D1, block, 1)).isTrue();

    assertThat(blocks.used()).isEqualTo(2);
    assertThat(audit.reclaim(D1, block, 1)).as("twice").isFalse();
    blocks.sweep();
    assertThat(blocks.reserved()).isZero();
  }

  @Test
  void whatACommitGivesBackIsNoLongerWatched() {
    add(D1, "a", "", 100);
    Extent extent = used(3);
    long block = extent.replicas().get(0).firstBlock();
    BlockAudit audit = blocks.audit();
    audit.watch(D1, block);
    blocks.release(extent, Reuse.AFTER_PINS);
    // the same blocks, of another file
    while (blocks.used() < 100) {
      used(1);
    }
    assertThat(audit.isWatched(D1, block)).isFalse();
    assertThat(audit.reclaim(D1, block, 1)).isFalse();
    assertThat(blocks.used()).isEqualTo(100);
  }

  @Test
  void whatIsGivenBackWaitsForWhoHoldsIt() {
    add(D1, "a", "", 100);
    Extent extent = used(1);
    long block = extent.replicas().get(0).firstBlock();
    blocks.pin(7, extent);
    BlockAudit audit = blocks.audit();
    audit.watch(D1, block);
    assertThat(audit.reclaim(D1, block, extent.generation())).isTrue();
    blocks.sweep();
    assertThat(blocks.reserved()).isEqualTo(1);
    blocks.unpin(7);
    blocks.sweep();
    assertThat(blocks.reserved()).isZero();
  }

  @Test
  void whatTwoFilesHaveIsNeverGivenOutAgain() {
    add(D1, "a", "", 100);
    Extent extent = used(3);
    long block = extent.replicas().get(0).firstBlock();
    BlockAudit audit = blocks.audit();
    audit.protect(D1, block + 1);
    blocks.release(extent, Reuse.AFTER_PINS);
    blocks.sweep();
    assertThat(blocks.used()).isEqualTo(1);
    audit.watch(D1, block + 1);
    assertThat(audit.reclaim(D1, block + 1, 1)).isFalse();
  }

  @Test
  void whatIsClaimedIsUsedUntilItIsUnclaimed() {
    add(D1, "a", "", 100);
    BlockAudit audit = blocks.audit();
    assertThat(audit.claim(D1, 5)).isTrue();
    assertThat(audit.claim(D1, 5)).isFalse();
    assertThat(audit.look(D1, 0, 1000).isUsed(5)).isTrue();
    audit.unclaim(D1, 5);
    assertThat(audit.look(D1, 0, 1000).isUsed(5)).isFalse();
    assertThat(audit.claim(D1, 5)).isTrue();
    audit.forget();
    audit.unclaim(D1, 5);
    assertThat(blocks.used()).isEqualTo(1);
  }
}
