package io.plasmafs.model.operation;

import io.plasmafs.model.CommitToken;
import java.util.List;
import java.util.Optional;

/// Operations that are run in order, in one step, until one fails.
///
/// @param transaction 0 for a transaction of its own, committed if all succeed and undone if one
///   fails; otherwise the id that the client chose
/// @param token of the commit, if `transaction` is 0
public record Compound(long transaction, Optional<CommitToken> token, List<Operation> operations) {
  /// The most operations that one compound can have.
  public static final int MAX_OPERATIONS = 4096;

  public Compound {
    operations = List.copyOf(operations);
  }
}
