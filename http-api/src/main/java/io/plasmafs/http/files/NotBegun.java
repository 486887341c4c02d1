package io.plasmafs.http.files;

import io.plasmafs.model.FsException;

/// The first step of a change failed: nothing of it was done, and the transaction is as it was.
public final class NotBegun extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient FsException failure;

  NotBegun(FsException failure) {
    super(failure.getMessage(), failure, false, false);
    this.failure = failure;
  }

  /// Why.
  public FsException failure() {
    return failure;
  }
}
