package io.plasmafs.datanode.store;

import java.io.IOException;

/// A store cannot be made or opened. The message is one line for the operator: which file, what was
/// found, what was expected.
public final class StoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /// A refusal.
  public StoreException(String message) {
    super(message);
  }

  /// A refusal with what the operating system said.
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
