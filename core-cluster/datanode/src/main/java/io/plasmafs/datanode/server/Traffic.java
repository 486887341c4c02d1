package io.plasmafs.datanode.server;

import java.util.concurrent.atomic.LongAdder;

/// Counts what a datanode has done since it started.
public final class Traffic {
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();

  void read(long bytes) {
    bytesRead.add(bytes);
  }

  void written(long bytes) {
    bytesWritten.add(bytes);
  }

  /// Bytes of blocks sent to readers.
  public long bytesRead() {
    return bytesRead.sum();
  }

  /// Bytes of blocks stored.
  public long bytesWritten() {
    return bytesWritten.sum();
  }
}
