package io.plasmafs.namenode.namespace;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.metadata.InodeRecord;

/// Target of a symbolic link, exactly as it was given (POSIX readlink).
final class ReadLink {
  private ReadLink() {}

  static Outcome run(Step step, Operation.ReadLink op) {
    InodeRecord link = step.existing(op.where(), false).existing();
    return new Outcome.Value(
        Bytes.wrap(
            link.target()
                .orElseThrow(
                    () -> new FsException(FsStatus.EINVAL, op.where() + " is not a symbolic link"))
                .bytes()));
  }
}
