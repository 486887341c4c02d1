package io.plasmafs.namenode.simulation;

import io.plasmafs.model.FsStatus;

/// What the model expects of an operation that cannot succeed.
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  final FsStatus status;

  Refused(FsStatus status, String why) {
    super(why, null, false, false);
    this.status = status;
  }
}
