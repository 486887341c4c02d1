package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.blocks.AllocationRequest;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.ticket.TicketMaker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A few datanodes with a few blocks each, every change of state checked: a block goes from free to
/// reserved, to used or quarantine, and back, and no other way. Quarantine ends when nothing pins
/// the block, and the transaction that may write it has ended; without it blocks go back only if no
/// client was told of them. Makes tickets that open nothing.
public final class SmallBlockSpace implements BlockSpace, TicketMaker {
  private static final Ticket.Mac NO_MAC = Ticket.Mac.of(new byte[Ticket.Mac.BYTES]);

  /// A block of a datanode.
  public record Block(int datanode, long number) {}

  private enum Use {
    RESERVED,
    USED,
    QUARANTINE
  }

  private final int datanodes;
  private final long blocksEach;
  private final int longestRun;
  private final Map<Block, Use> uses = new HashMap<>();
  private final Map<Long, Set<Block>> pins = new HashMap<>();
  private final Set<Long> withdrawn = new HashSet<>();

  /// The transaction that was last given a ticket to write a block.
  private final Map<Block, Long> writers = new HashMap<>();

  /// Blocks of which some client knows since they were reserved.
  private final Set<Block> told = new HashSet<>();

  private long generations;
  private long next;
  private long refusals;

  public SmallBlockSpace(int datanodes, long blocksEach, int longestRun, long firstGeneration) {
    this.datanodes = datanodes;
    this.blocksEach = blocksEach;
    this.longestRun = longestRun;
    this.generations = firstGeneration;
  }

  @Override
  public List<Extent> reserve(AllocationRequest request) {
    if (request.replication() > datanodes) {
      throw new FsException(FsStatus.ENONODE, request.replication() + " datanodes are needed");
    }
    List<Extent> runs = new ArrayList<>();
    try {
      reserve(request, runs);
    } catch (FsException e) {
      runs.forEach(run -> release(run, Reuse.AT_ONCE));
      throw e;
    }
    return runs;
  }

  private void reserve(AllocationRequest request, List<Extent> runs) {
    long index = request.index();
    int left = request.count();
    while (left > 0) {
      int count = Math.min(left, longestRun);
      List<Replica> replicas = new ArrayList<>();
      for (int d = 1; d <= request.replication(); d++) {
        replicas.add(new Replica(new DatanodeId(d), findFree(d, count)));
      }
      Extent run = new Extent(index, count, ++generations, replicas, Checksums.NONE);
      forEach(
          run,
          block -> {
            move(block, null, Use.RESERVED);
            told.remove(block);
          });
      runs.add(run);
      index += count;
      left -= count;
    }
  }

  private long findFree(int datanode, int count) {
    reclaim();
    for (long tries = 0; tries < blocksEach; tries++) {
      long first = (next + tries) % blocksEach;
      boolean free = first + count <= blocksEach;
      for (int i = 0; free && i < count; i++) {
        free = !uses.containsKey(new Block(datanode, first + i));
      }
      if (free) {
        next = (first + 1) % blocksEach;
        return first;
      }
    }
    refusals++;
    throw new FsException(FsStatus.ENOSPC, "no run of " + count + " blocks is free");
  }

  /// How often there was not enough space.
  long refusals() {
    return refusals;
  }

  private void reclaim() {
    Set<Block> pinned = new HashSet<>();
    pins.values().forEach(pinned::addAll);
    uses.entrySet()
        .removeIf(e ->
            e.getValue() == Use.QUARANTINE
                && !pinned.contains(e.getKey())
                && isWithdrawn(writers.get(e.getKey())));
  }

  private boolean isWithdrawn(@Nullable Long writer) {
    return writer == null || withdrawn.contains(writer);
  }

  @Override
  public void use(Extent extent) {
    forEach(extent, block -> move(block, Use.RESERVED, Use.USED));
  }

  @Override
  public void release(Extent extent, Reuse reuse) {
    switch (reuse) {
      case AT_ONCE ->
          forEach(
              extent,
              block -> {
                if (told.contains(block)) {
                  throw new AssertionError(
                      block + " can be given out again, and may be written to");
                }
                move(block, Use.RESERVED, Use.QUARANTINE);
                uses.remove(block);
              });
      case AFTER_TICKETS -> forEach(extent, block -> move(block, Use.RESERVED, Use.QUARANTINE));
      case AFTER_PINS -> forEach(extent, block -> move(block, Use.USED, Use.QUARANTINE));
    }
  }

  /// A client was answered.
  void told(Answer answer) {
    for (Outcome outcome : answer.outcomes()) {
      if (outcome instanceof Outcome.Allocation(List<GrantedExtent> extents)) {
        extents.forEach(granted -> forEach(granted.extent(), told::add));
      }
    }
  }

  private void move(Block block, @Nullable Use from, Use to) {
    Use was = uses.put(block, to);
    if (was != from) {
      throw new AssertionError(block + " becomes " + to + " and was " + was + ", not " + from);
    }
  }

  @Override
  public void pin(long transactionKey, Extent extent) {
    forEach(extent, pins.computeIfAbsent(transactionKey, k -> new HashSet<>())::add);
  }

  @Override
  public void unpin(long transactionKey) {
    pins.remove(transactionKey);
  }

  /// Blocks of a crashed engine's files: they are used from the start.
  public void recover(Extent extent) {
    forEach(extent, block -> move(block, null, Use.USED));
  }

  /// All blocks that are content of files.
  public Set<Block> usedBlocks() {
    Set<Block> used = new HashSet<>();
    uses.forEach((block, use) -> {
      if (use == Use.USED) {
        used.add(block);
      }
    });
    return used;
  }

  public static void forEach(Extent extent, java.util.function.Consumer<Block> action) {
    for (Replica replica : extent.replicas()) {
      for (int i = 0; i < extent.count(); i++) {
        action.accept(new Block(replica.datanode().value(), replica.firstBlock() + i));
      }
    }
  }

  @Override
  public long total() {
    return datanodes * blocksEach;
  }

  @Override
  public long used() {
    return uses.values().stream().filter(use -> use == Use.USED).count();
  }

  @Override
  public long reserved() {
    return uses.values().stream().filter(use -> use == Use.RESERVED).count();
  }

  boolean isPinned(Block block) {
    return pins.values().stream().anyMatch(pinned -> pinned.contains(block));
  }

  public int pinningTransactions() {
    return pins.size();
  }

  @Override
  public GrantedExtent grant(Extent extent, Ticket.Right right, long transactionKey) {
    if (withdrawn.contains(transactionKey)) {
      throw new AssertionError("transaction " + transactionKey + " has ended");
    }
    if (right == Ticket.Right.WRITE) {
      forEach(extent, block -> writers.put(block, transactionKey));
    }
    return granted(extent, right, transactionKey);
  }

  static GrantedExtent granted(Extent extent, Ticket.Right right, long transactionKey) {
    List<Ticket> tickets = new ArrayList<>();
    for (Replica replica : extent.replicas()) {
      tickets.add(
          new Ticket(
              replica.datanode(),
              1,
              1,
              replica.firstBlock(),
              extent.count(),
              extent.generation(),
              right,
              transactionKey,
              0,
              NO_MAC));
    }
    return new GrantedExtent(extent, tickets);
  }

  @Override
  public void withdraw(long transactionKey) {
    withdrawn.add(transactionKey);
  }
}
