package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.client.tree.SyncListener.Difference;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes a local tree like one of a cluster, and fetches only what differs. If it is stopped, the
/// next run goes on from there: a file has the right time only when it has its content. It needs
/// memory for the paths of all objects. Each name of a file with several names becomes a file.
public final class SyncDownload {
  private final Namespace source;
  private final SyncOptions options;
  private final SyncListener listener;

  private record Finished(Attributes attributes, Path local) {}

  private record Fetched(FsPath place, ClusterObject file, Path local) {}

  private final Set<Path> wanted = new HashSet<>();

  /// What is, or would be, replaced by something of another type.
  private final Set<Path> replaced = new HashSet<>();

  private final List<Finished> directories = new ArrayList<>();
  private final List<Fetched> fetched = new ArrayList<>();
  private long same;
  private long copied;
  private long touched;
  private long removed;
  private long bytes;

  /// A download from a client, or from within a transaction.
  public SyncDownload(Namespace source, SyncOptions options, SyncListener listener) {
    this.source = source;
    this.options = options;
    this.listener = listener;
  }

  /// Makes `to` like `from`. Missing directories above it are made if it is to be one.
  ///
  /// @throws IOException if something local cannot be written
  /// @throws FsException if the cluster refuses something
  public SyncSummary run(FsPath from, Path to) throws IOException {
    Path target = to.toAbsolutePath();
    checkTarget(source.lstat(from), target);
    FileComparison comparison =
        new FileComparison(
            options.comparison(),
            new SyncMemory.Pair(source, SyncMemory.Pair.name(from), SyncMemory.Pair.name(target)));
    try (FileDownloads downloads = new FileDownloads(source, options.tree(), listener);
        Stream<TreeEntry> walk = source.walk(from)) {
      // The local directory of each depth on the way down.
      List<Path> parents = new ArrayList<>();
      for (Iterator<TreeEntry> entries = walk.iterator(); entries.hasNext(); ) {
        TreeEntry entry = entries.next();
        while (parents.size() > entry.depth()) {
          Path unused = parents.removeLast();
        }
        Path local =
            entry.depth() == 0
                ? target
                : LocalNames.resolve(parents.get(entry.depth() - 1), entry.path().last());
        boolean unused = wanted.add(local);
        compare(downloads, comparison, entry, local);
        if (entry.attributes().isDirectory()) {
          parents.add(local);
          directories.add(new Finished(entry.attributes(), local));
        }
      }
      downloads.finish();
      if (options.delete()) {
        removeOthers(target);
      }
      if (options.dryRun()) {
        return summary();
      }
      for (Finished directory : directories.reversed()) {
        LocalObject now = LocalObject.of(directory.local());
        if (!sameAttributes(now, directory.attributes())) {
          downloads.setAttributes(directory.attributes(), directory.local());
        }
      }
    }
    remember(comparison);
    return summary();
  }

  /// Leaves to the next sync what is known of the files: of those that were fetched, unless
  /// somebody has changed them since.
  private void remember(FileComparison comparison) throws IOException {
    for (Fetched one : fetched) {
      if (Files.isRegularFile(one.local(), LinkOption.NOFOLLOW_LINKS)) {
        LocalObject local = LocalObject.of(one.local());
        if (local.size() == one.file().size() && sameAttributes(local, one.file().attributes())) {
          comparison.copied(one.place(), one.file(), local);
        }
      }
    }
    comparison.keep();
  }

  private SyncSummary summary() {
    return new SyncSummary(same, copied, touched, removed, bytes);
  }

  private static void checkTarget(Attributes from, Path target) throws IOException {
    boolean isDirectory = Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS);
    if (from.isDirectory() && !isDirectory && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(target.toString());
    }
    if (!from.isDirectory() && isDirectory) {
      throw new FileSystemException(
          target.toString(), null, "is a directory, what it is to be like is none");
    }
  }

  private void compare(
      FileDownloads downloads, FileComparison comparison, TreeEntry entry, Path local)
      throws IOException {
    Attributes attributes = entry.attributes();
    Optional<LocalObject> found =
        Files.exists(local, LinkOption.NOFOLLOW_LINKS)
            ? Optional.of(LocalObject.of(local))
            : Optional.empty();
    if (found.isPresent() && !found.get().type().equals(Optional.of(attributes.type()))) {
      makeRoom(found.get(), attributes.type());
      found = Optional.empty();
    }
    if (found.isPresent() && sameContent(comparison, entry, found.get())) {
      if (attributes.isDirectory() || sameAttributes(found.get(), attributes)) {
        same++;
      } else {
        touched++;
        listener.differs(Difference.TOUCH, local);
        if (!options.dryRun()) {
          downloads.setAttributes(attributes, local);
        }
      }
      return;
    }
    copied++;
    bytes += attributes.isRegular() ? attributes.size() : 0;
    listener.differs(Difference.COPY, local);
    if (!options.dryRun()) {
      fetch(downloads, entry, local);
      if (comparison.isByVersion() && attributes.isRegular()) {
        fetched.add(new Fetched(inTree(entry), object(entry), local));
      }
    }
  }

  private ClusterObject object(TreeEntry entry) {
    return new ClusterObject(source, entry.path(), entry.attributes());
  }

  /// Where something is within the tree.
  private static FsPath inTree(TreeEntry entry) {
    List<Name> names = entry.path().names();
    return new FsPath(names.subList(names.size() - entry.depth(), names.size()));
  }

  private void fetch(FileDownloads downloads, TreeEntry entry, Path local) throws IOException {
    switch (entry.attributes().type()) {
      case DIRECTORY -> {
        Path unused = Files.createDirectories(local);
      }
      case SYMLINK -> {
        boolean unused = Files.deleteIfExists(local);
        LinkTarget target = source.readLink(entry.path());
        Path unusedLink = Files.createSymbolicLink(local, LocalNames.target(target));
      }
      case REGULAR -> downloads.file(entry.attributes(), local);
    }
  }

  private void makeRoom(LocalObject found, FileType type) throws IOException {
    if (found.type().equals(Optional.of(FileType.DIRECTORY)) && !options.delete()) {
      throw new FileSystemException(
          found.path().toString(),
          null,
          "is a directory in the way of a " + SyncPlan.name(type) + "; deletion would remove it");
    }
    boolean unused = replaced.add(found.path());
    removeTree(found.path());
  }

  private boolean sameContent(FileComparison comparison, TreeEntry entry, LocalObject local)
      throws IOException {
    Attributes attributes = entry.attributes();
    return switch (attributes.type()) {
      case DIRECTORY -> true;
      case SYMLINK -> source.readLink(entry.path()).equals(local.target());
      case REGULAR -> comparison.isSame(inTree(entry), object(entry), local);
    };
  }

  private static boolean sameAttributes(LocalObject local, Attributes attributes) {
    return local.type().equals(Optional.of(FileType.SYMLINK))
        || (local.mode() == attributes.mode() && local.modified().equals(attributes.mtime()));
  }

  private void removeOthers(Path target) throws IOException {
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> others = new ArrayList<>();
    Files.walkFileTree(
        target,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            if (wanted.contains(path)) {
              return replaced.contains(path)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }
            others.add(path);
            return FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            if (!wanted.contains(path)) {
              others.add(path);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path other : others) {
      removeTree(other);
    }
  }

  private void removeTree(Path path) throws IOException {
    removed++;
    listener.differs(Difference.REMOVE, path);
    if (options.dryRun()) {
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
