package io.plasmafs.datanode.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A file of a volume. Safe for use by several threads; threads that use it must never be
/// interrupted, because that closes the file under all others.
public interface DiskFile extends AutoCloseable {
  /// Reads until `target` is full.
  ///
  /// @throws java.io.EOFException if the file ends before
  void read(ByteBuffer target, long position) throws IOException;

  /// Writes all remaining bytes of `source`.
  void write(ByteBuffer source, long position) throws IOException;

  /// Returns when everything written before is on stable storage. After a failure nobody knows what
  /// is: whoever asked must not ask again and believe the answer.
  void sync() throws IOException;

  /// Whether a range is in memory, as far as can be told without touching the disk.
  boolean isCached(long position, int bytes);

  /// Length in bytes.
  long size() throws IOException;

  /// The open file itself, for transfers to a socket.
  FileChannel channel();

  @Override
  void close() throws IOException;
}
