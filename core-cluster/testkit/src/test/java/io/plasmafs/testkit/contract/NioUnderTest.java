package io.plasmafs.testkit.contract;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.nio.PlasmaFileAttributes;
import io.plasmafs.nio.PlasmaFileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// A cluster as `java.nio.file` shows it, by what [Files] offers wherever it offers it.
class NioUnderTest implements FilesystemUnderTest {
  private final PlasmaFileSystem fileSystem;

  NioUnderTest(Namespace namespace) {
    this.fileSystem = (PlasmaFileSystem) namespace.fileSystem();
  }

  private interface Io<T> {
    T run() throws IOException;
  }

  private interface Deed {
    void run() throws IOException;
  }

  /// The failure of the cluster is the cause of what `java.nio.file` throws.
  private static <T> T io(Io<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw failure(e);
    } catch (DirectoryIteratorException e) {
      throw failure(Objects.requireNonNull(e.getCause()));
    }
  }

  private static RuntimeException failure(IOException e) {
    return e.getCause() instanceof FsException failure ? failure : new UncheckedIOException(e);
  }

  private static void perform(Deed deed) {
    boolean unused =
        io(() -> {
          deed.run();
          return true;
        });
  }

  private Path path(FsPath path) {
    return fileSystem.path(path);
  }

  @Override
  public FilesystemUnderTest as(Principal who) {
    return switch (fileSystem.namespace()) {
      case PlasmaClient client -> new NioUnderTest(client.as(who));
      case Transaction transaction -> FilesystemUnderTest.super.as(who);
    };
  }

  @Override
  public TransactionUnderTest begin() {
    return switch (fileSystem.namespace()) {
      case PlasmaClient client -> new Within(client.begin());
      case Transaction transaction -> FilesystemUnderTest.super.begin();
    };
  }

  private Attributes attributes(FsPath path, LinkOption... options) {
    return io(
        () -> Files.readAttributes(path(path), PlasmaFileAttributes.class, options).attributes());
  }

  @Override
  public Attributes stat(FsPath path) {
    return attributes(path);
  }

  @Override
  public Attributes lstat(FsPath path) {
    return attributes(path, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public List<Name> list(FsPath directory) {
    return io(() -> {
      List<Name> names = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(directory))) {
        entries.forEach(entry -> names.add(fileSystem.locate(entry).last()));
      }
      return names;
    });
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder();
    for (int shift = 6; shift >= 0; shift -= 3) {
      text.append((mode >> shift & 4) != 0 ? 'r' : '-')
          .append((mode >> shift & 2) != 0 ? 'w' : '-')
          .append((mode >> shift & 1) != 0 ? 'x' : '-');
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  /// A new file cannot ask for more than nine bits: the others follow.
  private void addUpperBits(FsPath path, int mode) throws IOException {
    if ((mode & ~0777) != 0) {
      Object unused = Files.setAttribute(path(path), "unix:mode", mode);
    }
  }

  @Override
  public void mkdir(FsPath path, int mode) {
    perform(() -> {
      Object unused =
          Files.createDirectory(
              path(path), PosixFilePermissions.asFileAttribute(permissions(mode)));
      addUpperBits(path, mode);
    });
  }

  @Override
  public void mkdirs(FsPath path) {
    Object unused = io(() -> Files.createDirectories(path(path)));
  }

  /// [Files#delete] takes both; so what is there is looked at before.
  private void delete(FsPath path, boolean directory) {
    perform(() -> {
      boolean found = !path.isEmpty() && lstat(path).isDirectory();
      if (found != directory && !path.isEmpty()) {
        throw new FsException(directory ? FsStatus.ENOTDIR : FsStatus.EISDIR, path.toString());
      }
      Files.delete(path(path));
    });
  }

  @Override
  public void unlink(FsPath path) {
    delete(path, false);
  }

  @Override
  public void rmdir(FsPath path) {
    delete(path, true);
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    CopyOption[] options =
        switch (how) {
          case REPLACE -> new CopyOption[] {StandardCopyOption.ATOMIC_MOVE};
          case NO_REPLACE -> new CopyOption[0];
          case EXCHANGE ->
              throw new UnsupportedOperationException("names cannot be made to change places");
        };
    Object unused = io(() -> Files.move(path(from), path(to), options));
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    Object unused = io(() -> Files.createLink(path(path), path(existing)));
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    Path to = fileSystem.getPath(new String(target.bytes(), StandardCharsets.UTF_8));
    Object unused = io(() -> Files.createSymbolicLink(path(path), to));
  }

  @Override
  public LinkTarget readLink(FsPath path) {
    return io(() -> LinkTarget.of(Files.readSymbolicLink(path(path)).toString()));
  }

  @Override
  public void create(FsPath path, int mode) {
    perform(() -> {
      Object unused =
          Files.createFile(path(path), PosixFilePermissions.asFileAttribute(permissions(mode)));
      addUpperBits(path, mode);
    });
  }

  @Override
  public void write(FsPath path, byte[] content) {
    Object unused = io(() -> Files.write(path(path), content));
  }

  @Override
  public byte[] read(FsPath path) {
    return io(() -> Files.readAllBytes(path(path)));
  }

  @Override
  public byte[] read(FsPath path, long position, int length) {
    try (OpenFile open = open(path)) {
      return open.read(position, length);
    }
  }

  @Override
  public void writeAt(FsPath path, long position, byte[] bytes) {
    perform(() -> {
      try (FileChannel channel = FileChannel.open(path(path), StandardOpenOption.WRITE)) {
        int unused = channel.write(ByteBuffer.wrap(bytes), position);
      }
    });
  }

  @Override
  public void append(FsPath path, byte[] bytes) {
    Object unused =
        io(() ->
            Files.write(path(path), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  @Override
  public void truncate(FsPath path, long size) {
    Object unused = io(() -> Files.setAttribute(path(path), "plasma:size", size));
  }

  /// A directory can be opened too, so that it can be forced; but it is no file.
  @Override
  public OpenFile open(FsPath path) {
    if (!path.isEmpty() && stat(path).isDirectory()) {
      throw new FsException(FsStatus.EISDIR, path + " is a directory");
    }
    FileChannel channel = io(() -> FileChannel.open(path(path)));
    return new OpenFile() {
      @Override
      public byte[] read(long position, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = io(() -> channel.read(target, position));
        return Arrays.copyOf(target.array(), Math.max(0, count));
      }

      @Override
      public void close() {
        perform(channel::close);
      }
    };
  }

  /// One by one: `java.nio.file` has no change of several attributes in one step.
  @Override
  public void setAttributes(FsPath path, AttributeChanges changes) {
    UserPrincipalLookupService users = fileSystem.getUserPrincipalLookupService();
    Path file = path(path);
    perform(() -> {
      if (changes.group().isPresent()) {
        Object unused =
            Files.setAttribute(
                file, "posix:group", users.lookupPrincipalByGroupName(changes.group().get()));
      }
      if (changes.mode().isPresent()) {
        Object unused = Files.setAttribute(file, "unix:mode", changes.mode().get());
      }
      if (changes.mtime() instanceof TimeChange.Given(var time)) {
        Object unused = Files.setLastModifiedTime(file, FileTime.from(time));
      }
      if (changes.owner().isPresent()) {
        Object unused = Files.setOwner(file, users.lookupPrincipalByName(changes.owner().get()));
      }
    });
  }

  private static String withoutPrefix(XattrName name) {
    return new String(name.bytes(), StandardCharsets.UTF_8).substring("user.".length());
  }

  private UserDefinedFileAttributeView xattrs(FsPath path) {
    return Files.getFileAttributeView(path(path), UserDefinedFileAttributeView.class);
  }

  @Override
  public void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    int unused = io(() -> xattrs(path).write(withoutPrefix(name), ByteBuffer.wrap(value)));
  }

  @Override
  public byte[] getXattr(FsPath path, XattrName name) {
    return io(() -> {
      ByteBuffer value = ByteBuffer.allocate(xattrs(path).size(withoutPrefix(name)));
      int unused = xattrs(path).read(withoutPrefix(name), value);
      return value.array();
    });
  }

  @Override
  public List<XattrName> listXattrs(FsPath path) {
    return io(
        () -> xattrs(path).list().stream().map(name -> XattrName.of("user." + name)).toList());
  }

  @Override
  public void removeXattr(FsPath path, XattrName name) {
    perform(() -> xattrs(path).delete(withoutPrefix(name)));
  }

  private static final class Within extends NioUnderTest implements OpenTransaction {
    private final Transaction transaction;

    Within(Transaction transaction) {
      super(transaction);
      this.transaction = transaction;
    }

    @Override
    public Transaction transaction() {
      return transaction;
    }
  }
}
