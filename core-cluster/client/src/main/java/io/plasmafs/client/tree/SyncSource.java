package io.plasmafs.client.tree;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tree that another one is to be like.
sealed interface SyncSource {

  /// Is shown each object.
  interface Visitor {
    /// @param place within the tree; empty for the object that it begins with
    void visit(SourceObject object, FsPath place) throws IOException;
  }

  /// Shows all objects, parents before what they hold.
  void walk(Visitor visitor) throws IOException;

  /// It and the tree that is to be like it.
  SyncMemory.Pair pairWith(Namespace cluster, FsPath target);

  /// A tree of the local disk.
  record Local(Path root) implements SyncSource {
    @Override
    public SyncMemory.Pair pairWith(Namespace cluster, FsPath target) {
      return new SyncMemory.Pair(cluster, SyncMemory.Pair.name(root), SyncMemory.Pair.name(target));
    }

    @Override
    public void walk(Visitor visitor) throws IOException {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            private final List<FsPath> parents = new ArrayList<>();

            private FsPath place(Path path) {
              return parents.isEmpty()
                  ? FsPath.EMPTY
                  : parents.getLast().resolve(LocalNames.nameOf(path));
            }

            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes unused)
                throws IOException {
              FsPath place = place(path);
              visitor.visit(LocalObject.of(path), place);
              parents.add(place);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              FsPath unused = parents.removeLast();
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes unused)
                throws IOException {
              visitor.visit(LocalObject.of(path), place(path));
              return FileVisitResult.CONTINUE;
            }
          });
    }
  }

  /// A tree of a cluster.
  record Cluster(Namespace cluster, FsPath root) implements SyncSource {
    @Override
    public SyncMemory.Pair pairWith(Namespace same, FsPath target) {
      return new SyncMemory.Pair(same, SyncMemory.Pair.name(root), SyncMemory.Pair.name(target));
    }

    @Override
    public void walk(Visitor visitor) throws IOException {
      try (Stream<TreeEntry> walk = cluster.walk(root)) {
        for (Iterator<TreeEntry> entries = walk.iterator(); entries.hasNext(); ) {
          TreeEntry entry = entries.next();
          FsPath path = entry.path();
          FsPath place =
              new FsPath(
                  path.names().subList(path.names().size() - entry.depth(), path.names().size()));
          visitor.visit(new ClusterObject(cluster, path, entry.attributes()), place);
        }
      }
    }
  }
}
