package io.plasmafs.postgres;

/// A private server could not be set up, started or stopped; the message says what to do.
public final class PostgresException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// With a message for people.
  public PostgresException(String message) {
    super(message);
  }

  /// With what caused it.
  public PostgresException(String message, Throwable cause) {
    super(message, cause);
  }
}
