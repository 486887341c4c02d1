package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Operation;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A compound that was sent to the engine, and what came back.
final class Request {
  final Owner owner;
  final Compound compound;

  /// The last reading of the clock before it was sent.
  final int sentAt;

  /// Sent while another one of the same transaction may be on its way.
  final boolean overlapping;

  /// Sent before its transaction had rested for too long: the engine takes requests before it looks
  /// for who rests.
  final boolean inTime;

  @Nullable Answer answer;

  /// Number of the commit in the log that bears its token, once that is published; else 0.
  long sequence;

  /// It was answered that nobody knows how the commit ended.
  boolean answeredUnknown;

  Request(Owner owner, Compound compound, int sentAt, long sentNanos, boolean overlapping) {
    this.owner = owner;
    this.inTime = owner.mayRest(sentNanos);
    this.compound = compound;
    this.sentAt = sentAt;
    this.overlapping = overlapping;
  }

  List<Operation> operations() {
    return compound.operations();
  }

  boolean begins() {
    return compound.transaction() != 0
        && !operations().isEmpty()
        && operations().get(0) instanceof Operation.Begin;
  }

  /// Where the commit would be reported to fail.
  int commitIndex() {
    if (compound.transaction() == 0) {
      return -1;
    }
    int last = operations().size() - 1;
    return last >= 0 && operations().get(last) instanceof Operation.Commit ? last : -2;
  }

  boolean aborts() {
    return compound.transaction() != 0
        && !operations().isEmpty()
        && operations().get(operations().size() - 1) instanceof Operation.Abort;
  }

  boolean commits() {
    return commitIndex() != -2;
  }

  Optional<CommitToken> token() {
    if (compound.transaction() == 0) {
      return compound.token();
    }
    return commits()
        ? ((Operation.Commit) operations().get(commitIndex())).token()
        : Optional.empty();
  }

  /// How many operations there are before the commit.
  int toRun() {
    return commitIndex() < 0 ? operations().size() : commitIndex();
  }

  @Override
  public String toString() {
    return owner.user + " " + compound + " sent at " + sentAt + ", answered " + answer;
  }
}
