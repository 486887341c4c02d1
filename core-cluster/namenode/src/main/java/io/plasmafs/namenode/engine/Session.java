package io.plasmafs.namenode.engine;

import io.plasmafs.model.Principal;
import io.plasmafs.namenode.transaction.Budget;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// A client's connection as the engine sees it: the home of its open transactions. What changes in
/// it is confined to the engine's thread.
public final class Session {
  /// How many transactions that timed out are remembered, to be told apart from those that never
  /// were.
  private static final int TIMED_OUT_REMEMBERED = 256;

  private final long number;
  private final boolean actsForOthers;
  private final Map<Long, OpenTransaction> open = new HashMap<>();
  private final Set<Long> timedOut = new LinkedHashSet<>();
  private final Budget budget;
  private Principal principal;
  private boolean closed;

  Session(long number, Principal principal, boolean actsForOthers, Budget budget) {
    this.number = number;
    this.budget = budget;
    this.principal = principal;
    this.actsForOthers = actsForOthers;
  }

  /// Unique in the life of the engine, for logs.
  public long number() {
    return number;
  }

  /// Whether its transactions may name a principal of their own.
  boolean actsForOthers() {
    return actsForOthers;
  }

  /// Who acts, where a transaction does not say otherwise.
  Principal principal() {
    return principal;
  }

  /// Memory that its transactions may take.
  Budget budget() {
    return budget;
  }

  void principal(Principal newPrincipal) {
    principal = newPrincipal;
  }

  Map<Long, OpenTransaction> open() {
    return open;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  void timedOut(long id) {
    timedOut.add(id);
    if (timedOut.size() > TIMED_OUT_REMEMBERED) {
      timedOut.remove(timedOut.iterator().next());
    }
  }

  /// Whether the transaction timed out; it is told once.
  boolean takeTimedOut(long id) {
    return timedOut.remove(id);
  }
}
