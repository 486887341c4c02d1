package io.plasmafs.model.operation;

import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;

/// An object, or the place for one: a path relative to a base. An empty path is the base itself.
/// Symbolic links on the way are followed; one at the end only where the operation says so.
public record Location(Base base, FsPath path) {

  /// Where the path starts.
  public sealed interface Base {
    /// The root directory.
    record Root() implements Base {}

    /// An inode that is known by its number.
    record Inode(InodeId inode) implements Base {}

    /// The inode that an earlier operation of the same compound found or created.
    ///
    /// @param operation index of that operation
    record Result(int operation) implements Base {}
  }

  private static final Base ROOT_BASE = new Base.Root();

  /// A path from the root.
  public static Location of(FsPath path) {
    return new Location(ROOT_BASE, path);
  }

  /// A path from the root, spelled in UTF-8.
  public static Location of(String path) {
    return of(FsPath.of(path));
  }

  /// The inode itself.
  public static Location of(InodeId inode) {
    return new Location(new Base.Inode(inode), FsPath.EMPTY);
  }

  /// A name in a directory that is known by its number.
  public static Location of(InodeId directory, Name name) {
    return new Location(new Base.Inode(directory), FsPath.of(name));
  }

  /// The inode that an earlier operation of the same compound found or created.
  public static Location ofResult(int operation) {
    return new Location(new Base.Result(operation), FsPath.EMPTY);
  }

  /// For messages.
  @Override
  public String toString() {
    return switch (base) {
      case Base.Root root -> path.toString();
      case Base.Inode(InodeId inode) -> path.isEmpty() ? inode.toString() : inode + ":" + path;
      case Base.Result(int operation) ->
          "the result of operation " + operation + (path.isEmpty() ? "" : ":" + path);
    };
  }
}
