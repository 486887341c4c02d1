package io.plasmafs.namenode.metadata;

/// The store could not do what it was asked to.
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /// A failure of this kind.
  public StoreException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /// What is known about what was asked.
  public Kind kind() {
    return kind;
  }

  /// What is known about what was asked.
  public enum Kind {
    /// It was certainly not done; trying again later may help.
    UNAVAILABLE,
    /// It may have been done or not: the connection broke while it was.
    UNKNOWN,
    /// Another coordinator has taken over: the caller must stop.
    FENCED,
    /// The database refused it for a reason that trying again will not change: our bug, or a
    /// foreign or damaged database.
    BROKEN
  }
}
