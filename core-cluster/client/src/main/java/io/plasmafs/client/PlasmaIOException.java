package io.plasmafs.client;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;

/// A failure of the filesystem, thrown where an interface of the JDK demands an [IOException].
public final class PlasmaIOException extends IOException {
  private static final long serialVersionUID = 1L;

  private final FsException failure;

  PlasmaIOException(FsException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /// The failure itself.
  public FsException failure() {
    return failure;
  }

  /// What kind of failure it is.
  public FsStatus status() {
    return failure.status();
  }
}
