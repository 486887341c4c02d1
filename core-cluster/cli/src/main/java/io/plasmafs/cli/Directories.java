package io.plasmafs.cli;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.util.Optional;
import java.util.function.Consumer;

/// Reads directories page by page, by their inode: a symbolic link to one is followed, and a rename
/// meanwhile changes nothing.
final class Directories {
  private static final int PAGE = 2000;

  private Directories() {}

  /// Gives all entries, with their attributes, in the order of the bytes of their names.
  ///
  /// @throws FsException ENOTDIR if it is no directory
  static void forEach(Namespace files, FsPath path, Consumer<Outcome.Entry> consumer) {
    Attributes attributes = files.stat(path);
    if (!attributes.isDirectory()) {
      throw new FsException(FsStatus.ENOTDIR, path + ": not a directory");
    }
    forEach(files, attributes.inode(), consumer);
  }

  /// Gives all entries, with their attributes, in the order of the bytes of their names.
  static void forEach(Namespace files, InodeId directory, Consumer<Outcome.Entry> consumer) {
    Optional<Name> after = Optional.empty();
    while (true) {
      Outcome outcome =
          files.execute(new Operation.ListDirectory(Location.of(directory), after, PAGE, true));
      if (!(outcome instanceof Outcome.Listing listing)) {
        throw new FsException(FsStatus.EFAILED, "the server answered a listing with " + outcome);
      }
      listing.entries().forEach(consumer);
      if (listing.complete() || listing.entries().isEmpty()) {
        return;
      }
      after = Optional.of(listing.entries().get(listing.entries().size() - 1).name());
    }
  }
}
