package fsbench;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// What the load generator needs from a filesystem. One instance is shared by all its threads.
/// Paths are absolute.
public interface BenchFs extends Closeable {

  /// What must hold when the stream of [#create] has been closed.
  enum Durability {
    /// Whatever the filesystem gives by default.
    CLOSE,
    /// Synced once before it was closed.
    HSYNC,
    /// Every byte on stable storage of every replica.
    SYNC
  }

  /// How a file is written; 0 stands for the filesystem's default.
  record WriteOptions(short replication, long blockSize, Durability durability) {}

  /// A file open for reads at any position.
  interface RandomReader extends Closeable {
    /// Fills `length` bytes of `buffer`, or fails.
    void readFully(long position, byte[] buffer, int offset, int length) throws IOException;
  }

  /// A new or emptied file; closing the stream publishes it.
  OutputStream create(String path, WriteOptions options) throws IOException;

  /// Makes stable what was written so far.
  void sync(OutputStream stream) throws IOException;

  /// A file to be read from its start.
  InputStream open(String path) throws IOException;

  /// A file to be read anywhere.
  RandomReader openRandom(String path) throws IOException;

  /// An empty file that must not exist yet.
  void createEmpty(String path) throws IOException;

  /// A directory and its parents.
  void mkdirs(String path) throws IOException;

  /// Length of a file, -1 for a directory.
  long stat(String path) throws IOException;

  /// How many entries there are, their attributes read.
  int list(String path) throws IOException;

  /// Moves a file.
  void rename(String from, String to) throws IOException;

  /// Takes away a file or a tree; whether there was one.
  boolean delete(String path, boolean recursive) throws IOException;
}
