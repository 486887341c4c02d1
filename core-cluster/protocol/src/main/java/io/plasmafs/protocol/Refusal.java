package io.plasmafs.protocol;

import io.plasmafs.model.FsException;

/// An argument of a compound that has the form of the contract and yet cannot be: a name with a
/// slash in it, a path that is too long.
final class Refusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int operation;
  private final transient FsException reason;

  /// @param operation index of the operation that has the argument; -1 for the compound itself
  Refusal(int operation, FsException reason) {
    super(reason.getMessage(), reason, false, false);
    this.operation = operation;
    this.reason = reason;
  }

  int operation() {
    return operation;
  }

  FsException reason() {
    return reason;
  }
}
