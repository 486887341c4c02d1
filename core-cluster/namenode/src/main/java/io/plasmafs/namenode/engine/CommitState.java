package io.plasmafs.namenode.engine;

/// What became of a commit.
///
/// @param sequence number of the commit, if it is done, else 0
public record CommitState(Stage stage, long sequence) {

  /// How far a commit got. The numbers are those of the wire.
  public enum Stage {
    /// None of that token is known: it did not happen, or longer ago than the cluster remembers.
    UNKNOWN(0),
    /// It is being written, or its outcome is being found out.
    IN_PROGRESS(1),
    /// It is durable and visible.
    DONE(2),
    /// It was undone.
    ABORTED(3);

    private final int code;

    Stage(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }
}
