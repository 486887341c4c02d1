package io.plasmafs.cli;

/// A command cannot do what it was asked to; the message is all that its user is shown, in one line
/// that names the object and says what to do.
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// A failure to tell.
  public CommandFailure(String message) {
    super(message);
  }

  /// A failure to tell, with its cause for the log.
  public CommandFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
