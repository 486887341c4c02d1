package io.plasmafs.model;

/// One thing that stood in the way of a transaction.
///
/// @param inode the object, or [InodeId#NONE]
/// @param path as far as it is known; may be a bare name
/// @param expected the version that a precondition asked for, or 0
/// @param found the version that is there, or 0
/// @param user of the transaction that was first; empty if unknown
/// @param ageMillis for how long that transaction has held it; -1 if unknown
public record Conflict(
    Kind kind, InodeId inode, FsPath path, long expected, long found, String user, long ageMillis) {

  /// What stands in the way. The numbers are those of the wire.
  public enum Kind {
    INODE_LOCKED(1),
    NAME_EXISTS(2),
    NAME_CREATING(3),
    NAME_REMOVING(4),
    CHANGED(5),
    VERSION(6),
    CONTENT_VERSION(7),
    PRESENT(8),
    ABSENT(9);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }
}
