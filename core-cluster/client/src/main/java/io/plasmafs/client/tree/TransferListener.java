package io.plasmafs.client.tree;

import java.nio.file.Path;

/// Learns how a transfer of a tree goes on. Called by several threads, one at a time for each
/// event; must return quickly.
public interface TransferListener {

  /// Hears nothing.
  TransferListener SILENT = new TransferListener() {};

  /// How much there is to do, once that is known.
  ///
  /// @param objects files, directories and links
  default void planned(long objects, long bytes) {}

  /// So many bytes of content more were sent or received.
  default void bytes(long count) {}

  /// One object more is done.
  default void done() {}

  /// An object is left out, since it is neither file, directory nor symbolic link.
  default void skipped(Path local, String reason) {}
}
