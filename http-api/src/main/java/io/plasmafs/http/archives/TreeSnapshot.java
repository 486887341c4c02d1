package io.plasmafs.http.archives;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Outcome;
import java.util.List;
import java.util.stream.Stream;

/// A directory with all below it as it was at one instant.
///
/// Nothing holds a tree still, so it is looked at twice: first its entries are read, then all their
/// versions are asked for. If none has changed, all that was read was true between the two.
final class TreeSnapshot {
  private static final int MAX_ENTRIES = 200_000;
  private static final int VERSIONS_AT_A_TIME = 4000;
  private static final int ATTEMPTS = 10;

  private TreeSnapshot() {}

  /// The object at `path` and everything below, parents before what they hold.
  ///
  /// @throws FsException ECONFLICT if the tree changes all the time
  static List<TreeEntry> of(Namespace namespace, FsPath path) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<TreeEntry> entries;
      try (Stream<TreeEntry> walk = namespace.walk(path)) {
        entries = walk.limit(MAX_ENTRIES + 1L).toList();
      }
      if (entries.size() > MAX_ENTRIES) {
        throw Problem.tooLarge(
            path + " has more than " + MAX_ENTRIES + " entries: too many for one archive");
      }
      if (isCurrent(namespace, entries)) {
        return entries;
      }
    }
    throw new FsException(
        FsStatus.ECONFLICT, path + " changes too fast to be seen as it is at one instant");
  }

  private static boolean isCurrent(Namespace namespace, List<TreeEntry> entries) {
    for (int from = 0; from < entries.size(); from += VERSIONS_AT_A_TIME) {
      List<TreeEntry> some =
          entries.subList(from, Math.min(entries.size(), from + VERSIONS_AT_A_TIME));
      List<InodeId> inodes = some.stream().map(entry -> entry.attributes().inode()).toList();
      List<Outcome.VersionPair> now = namespace.versions(inodes);
      for (int i = 0; i < some.size(); i++) {
        long seen = some.get(i).attributes().contentVersion();
        // A transaction's own changes have no version, and nobody else can change them.
        if (seen != 0 && seen != now.get(i).contentVersion()) {
          return false;
        }
      }
    }
    return true;
  }
}
