package io.plasmafs.model.operation;

import io.plasmafs.model.FsException;
import java.util.List;
import java.util.Optional;

/// What a [Compound] came to.
///
/// @param outcomes of the operations that succeeded, in order
/// @param failure of the first one that did not
/// @param sequence number of the commit if the compound was a transaction of its own and changed
///   something, else 0; within a transaction, of the last commit that the server has published
public record Answer(List<Outcome> outcomes, Optional<Failure> failure, long sequence) {
  public Answer {
    outcomes = List.copyOf(outcomes);
  }

  /// What stopped a compound.
  ///
  /// @param operation index of the operation that failed; -1 if it was none of them
  public record Failure(int operation, FsException cause) {}
}
