package io.plasmafs.model;

/// A datanode as the coordinator knows it.
///
/// @param identity of its store, 32 hexadecimal digits
/// @param address host:port
/// @param local `unix:/path` for clients on the same host, or empty
/// @param host failure domain: no two replicas of a block are on one host
/// @param rack wider failure domain, or empty
/// @param blocks capacity
/// @param reserved blocks of open transactions and in quarantine
public record Datanode(
    DatanodeId id,
    String identity,
    String address,
    String local,
    String host,
    String rack,
    State state,
    long blocks,
    long used,
    long reserved,
    long heartbeatAgeMillis) {

  /// What it may be used for. The numbers are those of the wire and of the tables.
  public enum State {
    /// Announced itself, not yet enabled.
    NEW(0),
    /// Read and allocated.
    ALIVE(1),
    /// Its heartbeats are late: read, not allocated.
    SUSPECT(2),
    /// Gone: neither.
    DEAD(3),
    /// Switched off by an operator: neither.
    DISABLED(4),
    /// Being emptied by an operator: read, not allocated.
    DRAINING(5);

    private final int code;

    State(int code) {
      this.code = code;
    }

    /// The number on the wire and in the tables.
    public int code() {
      return code;
    }

    /// Whether blocks on it may be read.
    public boolean isReadable() {
      return this == ALIVE || this == SUSPECT || this == DRAINING;
    }
  }
}
