package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A walk down a tree, parents before what they hold, with one page of one directory of each level
/// in memory.
final class TreeWalk implements Iterator<TreeEntry> {
  private record Level(FsPath path, DirectoryPages entries) {}

  private final Namespace namespace;
  private final Deque<Level> levels = new ArrayDeque<>();
  private Optional<TreeEntry> next;

  private TreeWalk(Namespace namespace, TreeEntry start) {
    this.namespace = namespace;
    this.next = Optional.of(start);
    descend(start);
  }

  /// The walk from `path` on, which must exist.
  static Stream<TreeEntry> of(Namespace namespace, FsPath path) {
    TreeEntry start = new TreeEntry(path, namespace.lstat(path), 0);
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new TreeWalk(namespace, start), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public boolean hasNext() {
    if (next.isEmpty()) {
      next = advance();
    }
    return next.isPresent();
  }

  @Override
  public TreeEntry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    TreeEntry entry = next.orElseThrow();
    next = Optional.empty();
    return entry;
  }

  private Optional<TreeEntry> advance() {
    while (!levels.isEmpty()) {
      Level level = levels.getLast();
      if (!hasMore(level)) {
        levels.removeLast();
        continue;
      }
      Outcome.Entry found = level.entries().next();
      if (found.attributes().isEmpty()) {
        continue;
      }
      TreeEntry entry =
          new TreeEntry(
              level.path().resolve(found.name()), found.attributes().get(), levels.size());
      descend(entry);
      return Optional.of(entry);
    }
    return Optional.empty();
  }

  private static boolean hasMore(Level level) {
    try {
      return level.entries().hasNext();
    } catch (FsException e) {
      if (e.status() == FsStatus.ESTALE || e.status() == FsStatus.ENOENT) {
        return false;
      }
      throw e;
    }
  }

  private void descend(TreeEntry entry) {
    Attributes attributes = entry.attributes();
    if (attributes.isDirectory()) {
      levels.addLast(
          new Level(entry.path(), new DirectoryPages(namespace, Location.of(attributes.inode()))));
    }
  }
}
