package io.plasmafs.client.wire;

import java.util.concurrent.atomic.LongAdder;

/// Counts reads of a client from the files of datanodes of its host. Safe for use by several
/// threads.
public final class LocalReads {
  private final LongAdder read = new LongAdder();
  private final LongAdder useless = new LongAdder();

  void countRead() {
    read.increment();
  }

  void countUseless() {
    useless.increment();
  }

  /// Ranges of blocks that were read from a file and were right.
  public long read() {
    return read.sum();
  }

  /// Ranges that could not be read, or were not right, so that the datanode was asked for them.
  public long useless() {
    return useless.sum();
  }
}
