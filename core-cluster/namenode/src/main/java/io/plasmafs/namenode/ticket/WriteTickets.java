package io.plasmafs.namenode.ticket;

import io.plasmafs.model.DatanodeId;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Knows which allocations might still be written to, so that no block is given to other data while
/// a late write of a dead transaction could reach it.
///
/// A ticket to write is dead on a datanode when its transaction has ended and the datanode has
/// acknowledged that it is withdrawn, or when its expiry has passed by a margin for clocks.
///
/// ```
///           granted               ended              acknowledged, expired
///  (none) ----------> open ------------------> ended ----------------------> dead
/// ```
///
/// Of the ended ones the last [#REMEMBERED] are known one by one. Older ones are held together as
/// one: all of them die when the last of them does.
///
/// Confined to the engine's thread.
public final class WriteTickets {
  /// How many ended allocations are known one by one.
  static final int REMEMBERED = 1 << 16;

  private final Clock clock;
  private final Duration margin;
  private final Withdrawals withdrawals;

  private final Map<Long, Grant> byGeneration = new HashMap<>();
  private final Map<Long, List<Grant>> open = new HashMap<>();
  private final Deque<Grant> ended = new ArrayDeque<>();
  private final Map<DatanodeId, Long> acknowledged = new HashMap<>();
  private final Grant forgotten = new Grant(0);

  /// Nothing granted.
  ///
  /// @param margin by which the clocks of coordinator and datanodes may differ over a ticket's life
  public WriteTickets(Clock clock, Duration margin, Withdrawals withdrawals) {
    this.clock = clock;
    this.margin = margin;
    this.withdrawals = withdrawals;
  }

  private static final class Grant {
    private long generation;
    private long expiresMillis;
    private long withdrawal;

    private Grant(long generation) {
      this.generation = generation;
    }
  }

  /// Tickets to write this allocation went out.
  public void granted(long generation, long transactionKey, long expiresMillis) {
    Grant grant = byGeneration.get(generation);
    if (grant == null || grant.withdrawal != 0) {
      // After its end a transaction is given nothing. A run that is copied keeps its generation,
      // one transaction at a time; what was granted for an earlier copy may live longer.
      long before = grant == null ? 0 : grant.expiresMillis;
      grant = new Grant(generation);
      grant.expiresMillis = before;
      byGeneration.put(generation, grant);
      open.computeIfAbsent(transactionKey, key -> new ArrayList<>()).add(grant);
    }
    grant.expiresMillis = Math.max(grant.expiresMillis, expiresMillis);
  }

  /// The transaction has ended: its tickets are to be withdrawn.
  public void ended(long transactionKey) {
    List<Grant> grants = open.remove(transactionKey);
    if (grants == null) {
      return;
    }
    long number = withdrawals.add(transactionKey);
    for (Grant grant : grants) {
      grant.withdrawal = number;
      ended.add(grant);
    }
    while (ended.size() > REMEMBERED) {
      Grant oldest = ended.remove();
      byGeneration.remove(oldest.generation, oldest);
      forgotten.generation = Math.max(forgotten.generation, oldest.generation);
      forgotten.expiresMillis = Math.max(forgotten.expiresMillis, oldest.expiresMillis);
      forgotten.withdrawal = Math.max(forgotten.withdrawal, oldest.withdrawal);
    }
  }

  /// A datanode honours no ticket of the transactions up to this number of [Withdrawals] any more.
  public void acknowledged(DatanodeId datanode, long withdrawal) {
    acknowledged.merge(datanode, withdrawal, Math::max);
  }

  /// The datanode is gone for good.
  public void forget(DatanodeId datanode) {
    acknowledged.remove(datanode);
  }

  /// Whether a ticket may be about with which blocks of this allocation can be written on this
  /// datanode.
  public boolean mayBeWritten(long generation, DatanodeId datanode) {
    Grant grant = byGeneration.get(generation);
    if (grant == null) {
      if (generation > forgotten.generation || forgotten.withdrawal == 0) {
        return false;
      }
      grant = forgotten;
    } else if (grant.withdrawal == 0) {
      return clock.millis() <= grant.expiresMillis + margin.toMillis();
    }
    return acknowledged.getOrDefault(datanode, 0L) < grant.withdrawal
        && clock.millis() <= grant.expiresMillis + margin.toMillis();
  }

  /// Transactions that hold tickets to write.
  int writers() {
    return open.size();
  }
}
