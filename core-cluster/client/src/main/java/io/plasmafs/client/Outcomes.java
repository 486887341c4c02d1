package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Outcome;

/// Narrows what a server answered to what its question asks for.
final class Outcomes {
  private Outcomes() {}

  /// The outcome, if it is of that type.
  ///
  /// @throws FsException EFAILED if the server answered something else
  static <T extends Outcome> T expect(Class<T> type, Outcome outcome) {
    if (type.isInstance(outcome)) {
      return type.cast(outcome);
    }
    throw new FsException(
        FsStatus.EFAILED,
        "the server answered "
            + outcome.getClass().getSimpleName()
            + " where "
            + type.getSimpleName()
            + " was expected");
  }
}
