package io.plasmafs.cli;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;

/// Removes from the local disk what was moved into the cluster: what was there when this was made
/// and has not changed since. It needs memory for all paths.
final class LocalRemoval {
  private record State(boolean directory, FileTime modified, long size) {
    static State of(BasicFileAttributes attributes) {
      return new State(
          attributes.isDirectory(),
          attributes.isDirectory() ? FileTime.fromMillis(0) : attributes.lastModifiedTime(),
          attributes.isDirectory() ? 0 : attributes.size());
    }
  }

  /// Parents before what they hold.
  private final LinkedHashMap<Path, State> states = new LinkedHashMap<>();

  /// Remembers a file or a tree, as it is.
  void add(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
            states.put(path, State.of(attributes));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
            // What is neither file nor link was not copied.
            if (!attributes.isOther()) {
              states.put(path, State.of(attributes));
            }
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Removes it, and tells of what has to stay.
  void run(Session session) throws IOException {
    for (Map.Entry<Path, State> entry : states.reversed().entrySet()) {
      Path path = entry.getKey();
      session.attempt(
          LocalPaths.text(path),
          () -> {
            State now =
                State.of(
                    Files.readAttributes(
                        path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
            if (!now.equals(entry.getValue())) {
              throw new FileSystemException(
                  path.toString(), null, "was changed while it was moved, and stays");
            }
            remove(path);
          });
    }
  }

  private static void remove(Path path) throws IOException {
    try {
      Files.delete(path);
    } catch (DirectoryNotEmptyException e) {
      throw new FileSystemException(path.toString(), null, "is not empty, and stays");
    }
  }
}
