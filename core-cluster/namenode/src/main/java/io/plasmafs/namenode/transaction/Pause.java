package io.plasmafs.namenode.transaction;

/// A long operation lets others pass: it keeps what it did, and goes on when it is run again.
/// Carries no stack trace.
public final class Pause extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Lets others pass.
  public Pause() {
    super("to be continued", null, false, false);
  }
}
