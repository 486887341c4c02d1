package io.plasmafs.namenode.engine;

import io.plasmafs.model.Principal;

/// A client's connection as the engine sees it: the home of its open transactions.
public final class Session {
  private final long number;
  private final boolean actsForOthers;
  private Principal principal;

  Session(long number, Principal principal, boolean actsForOthers) {
    this.number = number;
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

  /// Who acts, where a transaction does not say otherwise. Engine's thread only.
  Principal principal() {
    return principal;
  }

  void principal(Principal newPrincipal) {
    this.principal = newPrincipal;
  }
}
