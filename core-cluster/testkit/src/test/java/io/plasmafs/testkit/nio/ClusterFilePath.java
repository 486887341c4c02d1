package io.plasmafs.testkit.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/// Lets H2 keep its databases in any file system of `java.nio.file`, under `cluster:`.
final class ClusterFilePath extends FilePath {
  private static final String SCHEME = "cluster";

  private final FileSystem fileSystem;
  private final Path path;

  private ClusterFilePath(FileSystem fileSystem, Path path) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.name = SCHEME + ":" + path;
  }

  /// The root of a file system, to be registered.
  static ClusterFilePath of(FileSystem fileSystem) {
    return new ClusterFilePath(fileSystem, fileSystem.getPath("/"));
  }

  private ClusterFilePath at(Path other) {
    return new ClusterFilePath(fileSystem, other);
  }

  private interface Io<T> {
    T run() throws IOException;
  }

  private static <T> T io(Io<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FilePath getPath(String text) {
    return at(fileSystem.getPath(text.substring(SCHEME.length() + 1)));
  }

  @Override
  public long size() {
    return io(() -> Files.size(path));
  }

  @Override
  public void moveTo(FilePath target, boolean atomicReplace) {
    Object unused =
        io(() ->
            Files.move(
                path,
                ((ClusterFilePath) target).path,
                atomicReplace
                    ? StandardCopyOption.ATOMIC_MOVE
                    : StandardCopyOption.REPLACE_EXISTING));
  }

  @Override
  public boolean createFile() {
    if (exists()) {
      return false;
    }
    Object unused = io(() -> Files.createFile(path));
    return true;
  }

  @Override
  public boolean exists() {
    return Files.exists(path);
  }

  @Override
  public void delete() {
    boolean unused = io(() -> Files.deleteIfExists(path));
  }

  @Override
  public List<FilePath> newDirectoryStream() {
    if (!isDirectory()) {
      return List.of();
    }
    return io(() -> {
      List<FilePath> found = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        entries.forEach(entry -> found.add(at(entry)));
      }
      return found;
    });
  }

  @Override
  public FilePath toRealPath() {
    return exists() ? at(io(path::toRealPath)) : at(path.toAbsolutePath().normalize());
  }

  @Override
  public @Nullable FilePath getParent() {
    Path parent = path.getParent();
    return parent == null ? null : at(parent);
  }

  @Override
  public boolean isDirectory() {
    return Files.isDirectory(path);
  }

  @Override
  public boolean isRegularFile() {
    return Files.isRegularFile(path);
  }

  @Override
  public boolean isAbsolute() {
    return path.isAbsolute();
  }

  @Override
  public long lastModified() {
    return io(() -> Files.getLastModifiedTime(path)).toMillis();
  }

  @Override
  public boolean canWrite() {
    return Files.isWritable(path);
  }

  @Override
  public void createDirectory() {
    Object unused = io(() -> Files.createDirectories(path));
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    Set<OpenOption> options =
        mode.equals("r")
            ? Set.of(StandardOpenOption.READ)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    return FileChannel.open(path, options);
  }

  @Override
  public boolean setReadOnly() {
    Object unused = io(() -> Files.setAttribute(path, "unix:mode", 0444));
    return true;
  }
}
