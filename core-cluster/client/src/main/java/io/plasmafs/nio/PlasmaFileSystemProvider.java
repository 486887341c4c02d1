package io.plasmafs.nio;

import io.plasmafs.client.ClientConfig;
import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Clusters as file systems: `plasma://cluster/path`. The JDK finds it as a service.
///
/// The authority of a URI is the name of a cluster, which the configuration must lead to (see
/// [ClientConfig#fromEnvironment()]), or the namenodes themselves: `plasma://host:2727/path`. A
/// file system is opened once for each authority, when a path of it is first asked for, and is kept
/// until it is closed. One can be had of a client or a transaction too:
/// [io.plasmafs.client.Namespace#fileSystem()].
public final class PlasmaFileSystemProvider extends FileSystemProvider {
  /// In the environment of [#newFileSystem(URI, Map)]: namenodes, `host:port,host:port,…`.
  public static final String NAMENODES = "namenodes";

  /// In the environment of [#newFileSystem(URI, Map)]: a [Namespace] that does the work. The file
  /// system is not known by its URI then, and closing it leaves the namespace as it is.
  public static final String NAMESPACE = "namespace";

  private static final String SCHEME = "plasma";
  private static final int NEW_FILE = 0644;
  private static final int NEW_DIRECTORY = 0755;

  /// By authority. Guarded by itself.
  private final Map<String, PlasmaFileSystem> open = new HashMap<>();

  /// Made by the JDK, once.
  public PlasmaFileSystemProvider() {}

  @Override
  public String getScheme() {
    return SCHEME;
  }

  // ---- file systems and paths

  private static String authority(URI uri) {
    if (!SCHEME.equalsIgnoreCase(uri.getScheme())) {
      throw new IllegalArgumentException(uri + " does not begin with " + SCHEME + "://");
    }
    String authority = uri.getRawAuthority();
    if (authority == null || authority.isEmpty()) {
      throw new IllegalArgumentException(
          uri + " names no cluster: plasma://cluster/path is expected");
    }
    return authority;
  }

  /// Opens a file system.
  ///
  /// @param environment may have [#NAMENODES] or [#NAMESPACE]
  /// @throws FileSystemAlreadyExistsException if it is open
  @Override
  public PlasmaFileSystem newFileSystem(URI uri, Map<String, ?> environment) throws IOException {
    String authority = authority(uri);
    if (environment.get(NAMESPACE) instanceof Namespace namespace) {
      return new PlasmaFileSystem(this, namespace, Optional.empty(), SCHEME + "://" + authority);
    }
    synchronized (open) {
      if (open.containsKey(authority)) {
        throw new FileSystemAlreadyExistsException(SCHEME + "://" + authority);
      }
      return connect(authority, environment.get(NAMENODES));
    }
  }

  private PlasmaFileSystem connect(String authority, @Nullable Object namenodes)
      throws IOException {
    PlasmaClient client;
    try {
      client = PlasmaClient.connect(configuration(authority, namenodes));
    } catch (FsException e) {
      throw new IOException(SCHEME + "://" + authority + ": " + e.getMessage(), e);
    }
    PlasmaFileSystem fileSystem =
        new PlasmaFileSystem(this, client, Optional.of(client), SCHEME + "://" + authority);
    synchronized (open) {
      open.put(authority, fileSystem);
    }
    return fileSystem;
  }

  private static ClientConfig configuration(String authority, @Nullable Object namenodes) {
    if (namenodes != null) {
      return ClientConfig.of(authority.contains(":") ? "" : authority, namenodes.toString());
    }
    return authority.contains(":")
        ? ClientConfig.of(authority)
        : ClientConfig.fromEnvironment().withCluster(authority);
  }

  @Override
  public PlasmaFileSystem getFileSystem(URI uri) {
    String authority = authority(uri);
    synchronized (open) {
      PlasmaFileSystem fileSystem = open.get(authority);
      if (fileSystem == null) {
        throw new FileSystemNotFoundException(SCHEME + "://" + authority + " is not open");
      }
      return fileSystem;
    }
  }

  /// The path that a URI names; its file system is opened if need be.
  @Override
  public Path getPath(URI uri) {
    String authority = authority(uri);
    synchronized (open) {
      PlasmaFileSystem fileSystem = open.get(authority);
      if (fileSystem == null) {
        try {
          fileSystem = connect(authority, null);
        } catch (IOException e) {
          throw (FileSystemNotFoundException)
              new FileSystemNotFoundException(String.valueOf(e.getMessage())).initCause(e);
        }
      }
      return PlasmaPath.parse(fileSystem, UriBytes.decode(uri.getRawPath()));
    }
  }

  void forget(PlasmaFileSystem fileSystem) {
    synchronized (open) {
      boolean unused = open.values().remove(fileSystem);
    }
  }

  private static FsPath located(PlasmaPath path) {
    return path.getFileSystem().locate(path);
  }

  private static Namespace namespace(PlasmaPath path) {
    return path.getFileSystem().namespace();
  }

  // ---- content

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  /// Opens a channel. A file that is to be created is there at once; what is written into it is
  /// seen by others after `force` and `close`.
  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    OpenMode mode = OpenMode.of(options);
    int bits = Modes.wished(NEW_FILE, attributes);
    return Failures.translate(
        file, () -> mode.write() ? writing(file, mode, bits) : reading(file, mode));
  }

  private static FileChannel reading(PlasmaPath path, OpenMode mode) {
    Location where = where(path, mode);
    PlasmaFile file;
    try {
      file = namespace(path).openFile(where);
    } catch (FsException e) {
      if (e.status() != FsStatus.EISDIR) {
        throw e;
      }
      // As everywhere on Unix: programs open directories to force them.
      Attributes directory = namespace(path).stat(where.path());
      return PlasmaFileChannel.ofDirectory(path, mode, directory.inode());
    }
    return PlasmaFileChannel.reading(path, mode, file);
  }

  private static Location where(PlasmaPath path, OpenMode mode) {
    FsPath located = located(path);
    if (!mode.follow()) {
      Optional<Attributes> found = namespace(path).find(located);
      if (found.isPresent() && found.get().isSymlink()) {
        throw new FsException(FsStatus.ELOOP, located + " is a symbolic link");
      }
    }
    return Location.of(located);
  }

  private static FileChannel writing(PlasmaPath path, OpenMode mode, int bits) throws IOException {
    Namespace namespace = namespace(path);
    Location where = where(path, mode);
    if (mode.create()) {
      CreateMode how = mode.createNew() ? CreateMode.EXCLUSIVE : CreateMode.OPEN;
      Outcome.Inode made = namespace.create(where.path(), how, bits, 0);
      where = Location.of(made.attributes().inode());
    }
    var channel =
        namespace.openChannel(where, WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING));
    if (mode.truncate()) {
      Object unused = channel.truncate(0);
    }
    return PlasmaFileChannel.writing(path, mode, channel);
  }

  @Override
  public InputStream newInputStream(Path path, OpenOption... options) throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    OpenMode mode = OpenMode.of(Set.of(options));
    if (mode.write()) {
      throw new UnsupportedOperationException("an input stream cannot be opened for writing");
    }
    if (mode.deleteOnClose()) {
      return java.nio.channels.Channels.newInputStream(newFileChannel(path, Set.of(options)));
    }
    return Failures.translate(file, () -> namespace(file).openInput(where(file, mode)));
  }

  /// Opens a stream. What is written into it appears, all of it in one step, when it is closed.
  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    Set<OpenOption> wanted =
        options.length == 0
            ? Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)
            : new HashSet<>(List.of(options));
    wanted = new HashSet<>(wanted);
    wanted.add(StandardOpenOption.WRITE);
    OpenMode mode = OpenMode.of(wanted);
    if (mode.sync() || mode.deleteOnClose()) {
      return java.nio.channels.Channels.newOutputStream(newFileChannel(path, wanted));
    }
    return Failures.translate(file, () -> output(file, mode));
  }

  private static PlasmaOutputStream output(PlasmaPath path, OpenMode mode) {
    Location where = where(path, mode);
    if (!mode.create()) {
      Object unused = namespace(path).stat(where.path());
    }
    return namespace(path)
        .openOutput(where, WriteOptions.DEFAULT.with(mode.how()).withMode(NEW_FILE));
  }

  // ---- directories and names

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    PlasmaPath path = PlasmaPath.of(directory);
    return Failures.translate(
        path, () -> new DirectoryEntries(path, namespace(path).list(located(path)), filter));
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    PlasmaPath path = PlasmaPath.of(directory);
    int mode = Modes.wished(NEW_DIRECTORY, attributes);
    Failures.perform(
        path,
        null,
        () -> {
          FsPath located = located(path);
          if (located.isEmpty()) {
            throw new FsException(FsStatus.EEXIST, "the root exists already");
          }
          Object unused = namespace(path).mkdir(located, mode);
        });
  }

  @Override
  public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes)
      throws IOException {
    PlasmaPath path = PlasmaPath.of(link);
    int unusedMode = Modes.wished(0777, attributes);
    LinkTarget points = LinkTarget.of(PlasmaPath.of(target).bytes());
    Failures.perform(
        path,
        target,
        () -> {
          Object unused = namespace(path).symlink(located(path), points);
        });
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    PlasmaPath path = PlasmaPath.of(link);
    PlasmaPath file = PlasmaPath.of(existing);
    checkTogether(path, file);
    Failures.perform(
        path,
        existing,
        () -> {
          Object unused = namespace(path).link(located(file), located(path));
        });
  }

  private static void checkTogether(PlasmaPath one, PlasmaPath other) throws IOException {
    if (one.getFileSystem() != other.getFileSystem()) {
      throw new java.nio.file.FileSystemException(
          one.toString(), other.toString(), "they are in different file systems");
    }
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    PlasmaPath path = PlasmaPath.of(link);
    return Failures.translate(
        path,
        () -> {
          try {
            LinkTarget target = namespace(path).readLink(located(path));
            return PlasmaPath.parse(path.getFileSystem(), target.bytes());
          } catch (FsException e) {
            if (e.status() == FsStatus.EINVAL) {
              throw Failures.notLink(e, path);
            }
            throw e;
          }
        });
  }

  @Override
  public void delete(Path path) throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    Failures.perform(
        file,
        null,
        () -> {
          FsPath located = located(file);
          try {
            namespace(file).unlink(located);
          } catch (FsException e) {
            if (e.status() != FsStatus.EISDIR) {
              throw e;
            }
            namespace(file).rmdir(located);
          }
        });
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    PlasmaPath from = PlasmaPath.of(source);
    PlasmaPath to = PlasmaPath.of(target);
    Failures.perform(from, to, () -> new Transfers(options).copy(from, to));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    PlasmaPath from = PlasmaPath.of(source);
    PlasmaPath to = PlasmaPath.of(target);
    Failures.perform(from, to, () -> new Transfers(options).move(from, to));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    if (path.equals(other)) {
      return true;
    }
    if (!(other instanceof PlasmaPath second)) {
      return false;
    }
    PlasmaPath first = PlasmaPath.of(path);
    if (!first.getFileSystem().uriPrefix().equals(second.getFileSystem().uriPrefix())) {
      return false;
    }
    return Failures.translate(
        first,
        second,
        () ->
            namespace(first)
                .stat(located(first))
                .inode()
                .equals(namespace(second).stat(located(second)).inode()));
  }

  @Override
  public boolean isHidden(Path path) {
    PlasmaPath name = PlasmaPath.of(path).getFileName();
    return name != null && name.toString().startsWith(".");
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    return Failures.translate(
        file,
        () -> {
          Object unused = namespace(file).stat(located(file));
          return new PlasmaFileStore(namespace(file));
        });
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    PlasmaPath file = PlasmaPath.of(path);
    Failures.perform(
        file,
        null,
        () -> {
          FsPath located = located(file);
          Permissions permissions = new Permissions(namespace(file));
          Attributes attributes = namespace(file).stat(located);
          for (AccessMode mode : modes) {
            permissions.check(located, attributes, mode);
          }
        });
  }

  // ---- attributes

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    PlasmaPath file = PlasmaPath.of(path);
    boolean follow = Links.follow(options);
    FileAttributeView view;
    if (type == BasicFileAttributeView.class) {
      view = new AttributeView("basic", file, follow);
    } else if (type == PosixFileAttributeView.class) {
      view = new AttributeView("posix", file, follow);
    } else if (type == FileOwnerAttributeView.class) {
      view = new AttributeView("owner", file, follow);
    } else if (type == UserDefinedFileAttributeView.class) {
      view = new XattrView(file, follow);
    } else {
      return null;
    }
    return type.cast(view);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class
        && type != PosixFileAttributes.class
        && type != PlasmaFileAttributes.class) {
      throw new UnsupportedOperationException("attributes cannot be read as " + type.getName());
    }
    return type.cast(
        new AttributeView("posix", PlasmaPath.of(path), Links.follow(options)).readAttributes());
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return new NamedAttributes(PlasmaPath.of(path), Links.follow(options)).read(attributes);
  }

  @Override
  public void setAttribute(
      Path path, String attribute, @Nullable Object value, LinkOption... options)
      throws IOException {
    new NamedAttributes(PlasmaPath.of(path), Links.follow(options)).set(attribute, value);
  }
}
