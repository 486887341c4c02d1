package io.plasmafs.namenode.namespace;

import io.plasmafs.model.operation.Outcome;

/// Space and counts of the whole filesystem (POSIX statvfs).
final class StatFilesystem {
  private StatFilesystem() {}

  static Outcome run(Step step) {
    return new Outcome.Filesystem(
        step.blocks.total(),
        step.blocks.used(),
        step.blocks.reserved(),
        step.rules.blockSize(),
        step.surroundings.inodes(),
        step.surroundings.sequence());
  }
}
