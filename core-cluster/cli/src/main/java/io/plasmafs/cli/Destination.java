package io.plasmafs.cli;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.util.Optional;

/// Where `cp`, `mv`, `ln` and `put` put what: into a directory if there is one of that name, else
/// under that name.
record Destination(FsPath path, boolean isDirectory) {

  /// The destination that an argument names.
  ///
  /// @param sources how many objects are to go there: more than one need a directory
  /// @param mayBecomeDirectory whether a directory of that name would be made, so that it may be
  ///   spelled like one
  static Destination of(
      Session session, Namespace files, String argument, int sources, boolean mayBecomeDirectory) {
    FsPath path = session.single(argument);
    Optional<Attributes> found = Session.lookup(files, path);
    boolean directory = found.isPresent() && found.get().isDirectory();
    boolean directoryNeeded =
        sources > 1
            || (ClusterPath.meansDirectory(argument) && !(mayBecomeDirectory && found.isEmpty()));
    if (directoryNeeded && !directory) {
      throw new CommandFailure(
          session.out().shown(path)
              + (found.isPresent() ? ": not a directory" : ": no such directory"));
    }
    return new Destination(path, directory);
  }

  /// The path of an object of this name there.
  FsPath of(Name name) {
    return isDirectory ? path.resolve(name) : path;
  }
}
