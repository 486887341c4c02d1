package io.plasmafs.namenode.namespace;

import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;

/// Attributes of an object. Needs search permission on the way, none on the object.
final class Stat {
  private Stat() {}

  static Outcome run(Step step, Operation.Stat op) {
    Place place = step.existing(op.where(), op.follow());
    return new Outcome.Inode(place.existing().attributes(), false);
  }
}
