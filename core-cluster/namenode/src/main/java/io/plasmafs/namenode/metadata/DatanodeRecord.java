package io.plasmafs.namenode.metadata;

import io.plasmafs.model.DatanodeId;

/// A datanode as it is stored. Its address and whether it lives are not: it announces them itself.
///
/// @param identity of its store, 32 hexadecimal digits
/// @param blocks capacity
/// @param order what an operator said
public record DatanodeRecord(
    DatanodeId id, String identity, String host, String rack, long blocks, Order order) {

  /// What an operator said of it. The numbers are those of the tables.
  public enum Order {
    ENABLED(1),
    DISABLED(4),
    DRAINING(5);

    private final int code;

    Order(int code) {
      this.code = code;
    }

    /// The number in the tables.
    public int code() {
      return code;
    }
  }
}
