package io.plasmafs.namenode.namespace;

import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.transaction.Transaction;

/// Notes what must hold at the moment of the commit.
final class Require {
  private Require() {}

  static Outcome run(Step step, Operation.Require op) {
    Location where =
        op.where().base() instanceof Location.Base.Result
            ? new Location(new Location.Base.Inode(step.base(op.where())), op.where().path())
            : op.where();
    step.transaction.require(
        new Transaction.Precondition(
            new Operation.Require(where, op.kind(), op.inode(), op.value())));
    return new Outcome.Done();
  }
}
