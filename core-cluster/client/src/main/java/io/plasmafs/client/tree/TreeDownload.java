package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.tree.TreeUpload.Summary;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Copies a file or directory of a cluster, with all below it, to the local disk: small files many
/// to a call, large ones side by side from the datanodes.
public final class TreeDownload {
  private final Namespace source;
  private final TreeOptions options;
  private final TransferListener listener;

  private record Finished(Attributes attributes, Path local) {}

  private record FurtherName(Path first, Path local) {}

  private final List<Finished> finishedDirectories = new ArrayList<>();
  private final List<FurtherName> furtherNames = new ArrayList<>();
  private final Map<InodeId, Path> firstNames = new HashMap<>();
  private long files;
  private long directories;
  private long links;
  private long bytes;

  /// A download from a client, or from within a transaction.
  public TreeDownload(Namespace source, TreeOptions options, TransferListener listener) {
    this.source = source;
    this.options = options;
    this.listener = listener;
  }

  /// Copies `from` to `target`: the copy is called `target`, whose parent must exist. A directory
  /// is merged into one that exists.
  ///
  /// @throws IOException if a local file cannot be written
  /// @throws FsException if the cluster refuses something
  public Summary copy(FsPath from, Path target) throws IOException {
    try (FileDownloads downloads = new FileDownloads(source, options, listener);
        Stream<TreeEntry> walk = source.walk(from)) {
      // The local directory of each depth on the way down.
      List<Path> parents = new ArrayList<>();
      for (Iterator<TreeEntry> entries = walk.iterator(); entries.hasNext(); ) {
        TreeEntry entry = entries.next();
        while (parents.size() > entry.depth()) {
          parents.remove(parents.size() - 1);
        }
        Path local =
            entry.depth() == 0
                ? target
                : LocalNames.resolve(parents.get(entry.depth() - 1), entry.path().last());
        switch (entry.attributes().type()) {
          case DIRECTORY -> {
            makeDirectory(local);
            parents.add(local);
            directories++;
            finishedDirectories.add(new Finished(entry.attributes(), local));
            listener.done(local);
          }
          case SYMLINK -> link(downloads, entry, local);
          case REGULAR -> file(downloads, entry.attributes(), local);
        }
      }
      downloads.finish();
      for (FurtherName name : furtherNames) {
        downloads.makeRoom(name.local());
        Path unused = Files.createLink(name.local(), name.first());
      }
      for (Finished directory : finishedDirectories.reversed()) {
        downloads.setAttributes(directory.attributes(), directory.local());
      }
    }
    return new Summary(files, directories, links, bytes);
  }

  private static void makeDirectory(Path local) throws IOException {
    try {
      Path unused = Files.createDirectory(local);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(local)) {
        throw e;
      }
    }
  }

  private void link(FileDownloads downloads, TreeEntry entry, Path local) throws IOException {
    links++;
    downloads.makeRoom(local);
    Path unused = Files.createSymbolicLink(local, LocalNames.target(source.readLink(entry.path())));
    listener.done(local);
  }

  private void file(FileDownloads downloads, Attributes attributes, Path local) throws IOException {
    if (attributes.nlink() > 1) {
      Path first = firstNames.putIfAbsent(attributes.inode(), local);
      if (first != null) {
        links++;
        furtherNames.add(new FurtherName(first, local));
        listener.done(local);
        return;
      }
    }
    files++;
    bytes += attributes.size();
    downloads.file(attributes, local);
  }
}
