package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.nio.file.Path;

/// Copies a file or directory of a cluster, with all below it, to the local disk: small files many
/// to a call, large ones side by side from the datanodes.
@SuppressWarnings("DoNotCallSuggester")
public final class TreeDownload {

  /// A download from a client, or from within a transaction.
  public TreeDownload(Namespace source, TreeOptions options, TransferListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Copies `source` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists.
  public TreeUpload.Summary copy(FsPath source, Path target) throws IOException {
    throw new UnsupportedOperationException();
  }
}
