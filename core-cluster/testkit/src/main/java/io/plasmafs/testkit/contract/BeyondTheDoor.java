package io.plasmafs.testkit.contract;

import org.opentest4j.TestAbortedException;

/// A case asks for something that the protocol of a door has no words for. The case is reported as
/// skipped, with the reason; what a door could say and does not is a failure.
public final class BeyondTheDoor extends TestAbortedException {
  private static final long serialVersionUID = 1L;

  /// @param reason what cannot be said, and why
  public BeyondTheDoor(String reason) {
    super(reason);
  }
}
