package io.plasmafs.cli;

import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/// Where `get`, `cp` and `mv` put what on the local disk: into a directory if there is one of that
/// name, else under that name.
record LocalDestination(Path path, boolean isDirectory) {

  /// The destination that an argument names.
  ///
  /// @param sources how many objects are to go there: more than one need a directory
  /// @param mayBecomeDirectory whether a directory of that name would be made, so that it may be
  ///   spelled like one
  static LocalDestination of(String argument, int sources, boolean mayBecomeDirectory)
      throws IOException {
    Path path = LocalPaths.of(argument);
    boolean directory = Files.isDirectory(path);
    if (!directory && sources > 1) {
      throw Files.exists(path)
          ? new NotDirectoryException(argument)
          : new NoSuchFileException(argument);
    }
    if (!directory && !mayBecomeDirectory && ClusterPath.meansDirectory(argument)) {
      throw new NotDirectoryException(argument);
    }
    return new LocalDestination(path, directory);
  }

  /// The path of the copy of an object of the cluster.
  Path of(FsPath source) {
    return isDirectory && !source.isEmpty() ? LocalPaths.resolve(path, source.last()) : path;
  }
}
