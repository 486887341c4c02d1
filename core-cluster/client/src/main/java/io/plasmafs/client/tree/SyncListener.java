package io.plasmafs.client.tree;

import io.plasmafs.model.FsPath;
import java.nio.file.Path;

/// Learns what a sync has found to be different, and how the transfer goes on. As with all
/// listeners of transfers, several threads may call it.
public interface SyncListener extends TransferListener {

  /// Hears nothing.
  SyncListener SILENT = new SyncListener() {};

  /// What something in the target needs.
  enum Difference {
    /// It is missing, or has another content.
    COPY,
    /// Its content is right, its attributes are not.
    TOUCH,
    /// The source does not have it, or has something of another type.
    REMOVE
  }

  /// Something in a cluster is, or with a dry run would be, changed. If others change the target
  /// meanwhile, it may be told of the same again.
  default void differs(Difference difference, FsPath place) {}

  /// Something on the local disk is, or with a dry run would be, changed.
  default void differs(Difference difference, Path place) {}
}
