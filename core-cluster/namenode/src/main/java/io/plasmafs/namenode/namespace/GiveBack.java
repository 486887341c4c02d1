package io.plasmafs.namenode.namespace;

import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;

/// Frees blocks that were reserved and are not going to be attached.
final class GiveBack {
  private GiveBack() {}

  static Outcome run(Step step, Operation.GiveBack op) {
    step.transaction.giveBack(op.generation());
    return new Outcome.Done();
  }
}
