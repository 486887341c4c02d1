package io.plasmafs.cli;

import io.plasmafs.client.Transaction;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.tree.TreeDownload;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.client.tree.TreeUpload;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Moves trees from the cluster to the local disk. They are removed from the cluster, in one
/// transaction, once all of them are on the disk, and only if nobody has changed them since they
/// were looked at. It needs memory for the versions of all objects.
final class MoveOut {
  private static final int VERSIONS_AT_A_TIME = 10_000;

  private final Session session;
  private final boolean noClobber;
  private long files;
  private long bytes;

  MoveOut(Session session, boolean noClobber) {
    this.session = session;
    this.noClobber = noClobber;
  }

  /// @param arguments sources, and the destination at the end
  void run(List<String> arguments) throws IOException {
    List<FsPath> sources = new ArrayList<>();
    for (String source : arguments.subList(0, arguments.size() - 1)) {
      sources.addAll(session.expand(source));
    }
    LocalDestination to = LocalDestination.of(arguments.getLast(), sources.size(), true);
    try (Progress progress = new Progress("mv", session)) {
      long unused =
          session.inTransaction(transaction -> {
            for (FsPath source : sources) {
              move(transaction, source, to.of(source), progress);
            }
          });
    }
    session.summary("moved " + Counts.of(files, "file", "files") + ", " + Counts.bytes(bytes));
  }

  private void move(Transaction transaction, FsPath source, Path target, Progress progress)
      throws IOException {
    if (source.isEmpty()) {
      throw new CommandFailure("/: the root cannot be moved");
    }
    Attributes attributes = transaction.lstat(source);
    boolean exists = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    if (exists && noClobber) {
      throw new FileAlreadyExistsException(LocalPaths.text(target));
    }
    if (exists && !attributes.isDirectory() && Files.isDirectory(target)) {
      throw new CommandFailure(LocalPaths.text(target) + " is a directory in its way");
    }
    Map<InodeId, Long> versions = versions(transaction, source);
    TreeUpload.Summary summary =
        new TreeDownload(transaction, TreeOptions.DEFAULT, progress).copy(source, target);
    long unused = transaction.removeTree(source);
    checkUnchanged(source, versions);
    files += summary.files();
    bytes += summary.bytes();
  }

  private static Map<InodeId, Long> versions(Transaction transaction, FsPath source) {
    Map<InodeId, Long> versions = new LinkedHashMap<>();
    try (Stream<TreeEntry> walk = transaction.walk(source)) {
      walk.map(TreeEntry::attributes).forEach(one -> versions.put(one.inode(), one.version()));
    }
    return versions;
  }

  /// What others have committed since the tree was looked at is seen here. What they commit from
  /// now on they do to files without a name, as with any removal.
  private void checkUnchanged(FsPath source, Map<InodeId, Long> expected) {
    List<Map.Entry<InodeId, Long>> all = List.copyOf(expected.entrySet());
    for (int from = 0; from < all.size(); from += VERSIONS_AT_A_TIME) {
      var some = all.subList(from, Math.min(all.size(), from + VERSIONS_AT_A_TIME));
      List<Outcome.VersionPair> now =
          session.client().versions(some.stream().map(Map.Entry::getKey).toList());
      for (int i = 0; i < some.size(); i++) {
        if (some.get(i).getValue() != now.get(i).version()) {
          throw new FsException(
              FsStatus.ECONFLICT,
              session.out().shown(source) + " has changed since it was copied, and stays");
        }
      }
    }
  }
}
