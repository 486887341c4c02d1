package io.plasmafs.client.wire;

/// What became of a commit.
///
/// @param sequence its number, if it is done
public record CommitState(Kind kind, long sequence) {

  /// How far it came.
  public enum Kind {
    UNKNOWN,
    IN_PROGRESS,
    DONE,
    ABORTED
  }
}
