package io.plasmafs.client;

/// How a file is opened to be written. Immutable; start from a constant and go on with the `with`
/// methods:
///
/// ```java
/// WriteOptions.CREATE_NEW.withMode(0600).withReplication(3)
/// ```
///
/// @param how what becomes of a file that exists, and of one that does not
/// @param mode permission bits of a file that is created
/// @param replication copies of each block of a file that is created; 0 for the cluster's default
/// @param fanOut how blocks reach several datanodes
/// @param host label of the host where the first copy of each block is wished; empty for the host
///   of this client. A wish: where it cannot be had, other datanodes are taken
public record WriteOptions(How how, int mode, int replication, FanOut fanOut, String host) {

  /// What becomes of a file that exists, and of one that does not.
  public enum How {
    /// It must not exist: EEXIST.
    CREATE_NEW,
    /// It is created or emptied; an existing inode stays the same.
    TRUNCATE,
    /// It is created; an existing file or symbolic link gives way to a new inode.
    REPLACE,
    /// It is created if it is missing; writing begins at its end.
    APPEND,
    /// It is created if it is missing and kept as it is else; writing begins at its start.
    UPDATE,
    /// It must exist, and is kept as it is; writing begins at its start.
    UPDATE_EXISTING
  }

  /// How blocks reach several datanodes.
  public enum FanOut {
    /// The client sends to the first datanode, which passes on to the next as the bytes arrive.
    CHAIN,
    /// The client sends to each datanode.
    STAR
  }

  /// Create, or empty what is there.
  public static final WriteOptions DEFAULT =
      new WriteOptions(How.TRUNCATE, 0644, 0, FanOut.CHAIN, "");

  /// Create; fail if it exists.
  public static final WriteOptions CREATE_NEW = DEFAULT.with(How.CREATE_NEW);

  /// Create, in place of what is there.
  public static final WriteOptions REPLACE = DEFAULT.with(How.REPLACE);

  /// Create, or write behind what is there.
  public static final WriteOptions APPEND = DEFAULT.with(How.APPEND);

  /// Create, or change what is there.
  public static final WriteOptions UPDATE = DEFAULT.with(How.UPDATE);

  /// These options, opening like this.
  public WriteOptions with(How newHow) {
    return new WriteOptions(newHow, mode, replication, fanOut, host);
  }

  /// These options, with these permission bits for a file that is created.
  public WriteOptions withMode(int newMode) {
    return new WriteOptions(how, newMode, replication, fanOut, host);
  }

  /// These options, with so many copies of each block for a file that is created.
  public WriteOptions withReplication(int copies) {
    return new WriteOptions(how, mode, copies, fanOut, host);
  }

  /// These options, with blocks sent like this.
  public WriteOptions with(FanOut newFanOut) {
    return new WriteOptions(how, mode, replication, newFanOut, host);
  }

  /// These options, with the first copy of each block wished on a datanode of this host: the label
  /// that datanodes have. [PlasmaClient#locate] tells what became of it.
  public WriteOptions withHost(String label) {
    return new WriteOptions(how, mode, replication, fanOut, label);
  }
}
