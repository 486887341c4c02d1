package io.plasmafs.client.tree;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.nio.file.Path;

/// Copies a local file or directory, with all below it, into a cluster within one transaction:
/// small files many to a call, large ones side by side through the datanodes.
@SuppressWarnings("DoNotCallSuggester")
public final class TreeUpload {

  /// An upload within `transaction`, which the caller commits.
  public TreeUpload(Transaction transaction, TreeOptions options, TransferListener listener) {
    throw new UnsupportedOperationException();
  }

  /// Copies `source` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists. Symbolic links stay links; files of one inode become one file
  /// with several names.
  public Summary copy(Path source, FsPath target) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// What was copied.
  public record Summary(long files, long directories, long links, long bytes) {}
}
