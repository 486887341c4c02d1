package io.plasmafs.client;

/// What operators order about datanodes, which are named by the identity of their store: 32
/// hexadecimal digits. Each order is durable when its call returns.
@SuppressWarnings("DoNotCallSuggester")
public final class DatanodeOrders {

  DatanodeOrders() {}

  /// Read it and allocate on it.
  public void enable(String identity) {
    throw new UnsupportedOperationException();
  }

  /// Neither read it nor allocate on it.
  public void disable(String identity) {
    throw new UnsupportedOperationException();
  }

  /// Read it, and copy its blocks away.
  public void drain(String identity) {
    throw new UnsupportedOperationException();
  }

  /// Forget it.
  public void remove(String identity) {
    throw new UnsupportedOperationException();
  }
}
