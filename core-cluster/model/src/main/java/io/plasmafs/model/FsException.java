package io.plasmafs.model;

import java.util.List;

/// An expected failure of a filesystem operation. The message names the object, what was found and
/// what was expected; [#conflicts()] tells who was first when the status is ECONFLICT.
public final class FsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FsStatus status;
  private final transient List<Conflict> conflicts;

  /// A failure with a message for people.
  public FsException(FsStatus status, String message) {
    this(status, message, List.of());
  }

  /// A failure that has a deeper cause, which stays on this side of the wire.
  public FsException(FsStatus status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.conflicts = List.of();
  }

  /// A failure with everything that stood in the way.
  public FsException(FsStatus status, String message, List<Conflict> conflicts) {
    super(message);
    this.status = status;
    this.conflicts = List.copyOf(conflicts);
  }

  private FsException(FsStatus status, String message, List<Conflict> conflicts, boolean traced) {
    super(message, null, true, traced);
    this.status = status;
    this.conflicts = List.copyOf(conflicts);
  }

  /// A failure that is an answer like any other, and has no stack trace: taking one costs more than
  /// the question did, and tells nothing where answers are made and decoded.
  public static FsException untraced(FsStatus status, String message, List<Conflict> conflicts) {
    return new FsException(status, message, conflicts, false);
  }

  /// What kind of failure it is.
  public FsStatus status() {
    return status;
  }

  /// What stood in the way, in no particular order; empty unless the status is ECONFLICT.
  public List<Conflict> conflicts() {
    return conflicts;
  }
}
