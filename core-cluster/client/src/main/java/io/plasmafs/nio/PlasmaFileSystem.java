package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.io.IOException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A cluster as a file system, seen by a client, or by a transaction: what is done then belongs to
/// the transaction, and ends with it.
///
/// Safe for use by several threads.
public final class PlasmaFileSystem extends FileSystem {
  private final PlasmaFileSystemProvider provider;
  private final Namespace namespace;
  private final Optional<PlasmaClient> owned;
  private final String uriPrefix;
  private final FileLocks locks;
  private volatile boolean open = true;

  /// @param owned a client to be closed with the file system
  /// @param uriPrefix scheme and authority
  PlasmaFileSystem(
      PlasmaFileSystemProvider provider,
      Namespace namespace,
      Optional<PlasmaClient> owned,
      String uriPrefix) {
    this.provider = provider;
    this.namespace = namespace;
    this.owned = owned;
    this.uriPrefix = uriPrefix;
    this.locks = new FileLocks(namespace);
  }

  /// What does the work.
  ///
  /// @throws ClosedFileSystemException if the file system is closed
  public Namespace namespace() {
    if (!open) {
      throw new ClosedFileSystemException();
    }
    return namespace;
  }

  FileLocks locks() {
    return locks;
  }

  String uriPrefix() {
    return uriPrefix;
  }

  /// The path of an object, whatever bytes its names have.
  public Path path(FsPath path) {
    return PlasmaPath.of(this, path);
  }

  /// Where a path leads in the cluster. `.` is dropped; `..` leads to the parent of the directory
  /// before it, which is looked up for that, as it may be a symbolic link.
  ///
  /// @throws io.plasmafs.model.FsException if a name is none, or if what is before `..` cannot be
  ///   found
  public FsPath locate(Path path) {
    FsPath located = FsPath.EMPTY;
    for (byte[] name : PlasmaPath.of(path).elements()) {
      if (PlasmaPath.isDots(name)) {
        FsPath real = new RealPaths(namespace()).of(located);
        located = real.isEmpty() ? real : real.parent();
      } else if (!PlasmaPath.isDot(name)) {
        located = located.resolve(Name.of(name));
      }
    }
    return located;
  }

  /// The path without symbolic links, at its end too if they are followed there.
  FsPath realPath(PlasmaPath path, boolean follow) {
    FsPath located = locate(path);
    RealPaths real = new RealPaths(namespace());
    if (follow || located.isEmpty()) {
      return real.of(located);
    }
    FsPath found = real.of(located.parent()).resolve(located.last());
    Object unused = namespace().lstat(found);
    return found;
  }

  @Override
  public PlasmaFileSystemProvider provider() {
    return provider;
  }

  /// Ends the use of these paths. A transaction goes on, and so does a client, unless the file
  /// system was opened by its URI.
  @Override
  public void close() throws IOException {
    if (open) {
      open = false;
      locks.releaseAll();
      provider.forget(this);
      owned.ifPresent(PlasmaClient::close);
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(path(FsPath.EMPTY));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(new PlasmaFileStore(namespace()));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return NamedAttributes.VIEWS;
  }

  @Override
  public Path getPath(String first, String... more) {
    StringBuilder text = new StringBuilder(first);
    for (String part : more) {
      if (!part.isEmpty()) {
        text.append(text.isEmpty() ? "" : "/").append(part);
      }
    }
    return PlasmaPath.parse(this, text.toString());
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    int colon = syntaxAndPattern.indexOf(':');
    String syntax = syntaxAndPattern.substring(0, Math.max(0, colon));
    String pattern = syntaxAndPattern.substring(colon + 1);
    Pattern regex;
    if (syntax.equalsIgnoreCase("glob")) {
      regex = Globs.compile(pattern);
    } else if (syntax.equalsIgnoreCase("regex")) {
      regex = Pattern.compile(pattern);
    } else if (colon <= 0) {
      throw new IllegalArgumentException(
          "'" + syntaxAndPattern + "' has no syntax: glob:… or regex:… is expected");
    } else {
      throw new UnsupportedOperationException(
          "the syntax '" + syntax + "' is not known: glob or regex is expected");
    }
    return path -> regex.matcher(path.toString()).matches();
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return new Principals();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("a cluster does not tell of changes");
  }

  @Override
  public String toString() {
    return uriPrefix;
  }
}
