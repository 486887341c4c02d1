package io.plasmafs.testkit.contract;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/// What a client and a transaction of it have in common.
class NamespaceUnderTest implements FilesystemUnderTest {
  private final Namespace namespace;

  NamespaceUnderTest(Namespace namespace) {
    this.namespace = namespace;
  }

  /// Something that can fail as streams and channels do.
  private interface Io<T> {
    T run() throws IOException;
  }

  private static <T> T io(Io<T> action) {
    try {
      return action.run();
    } catch (PlasmaIOException e) {
      throw e.failure();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Attributes stat(FsPath path) {
    return namespace.stat(path);
  }

  @Override
  public Attributes lstat(FsPath path) {
    return namespace.lstat(path);
  }

  @Override
  public List<Name> list(FsPath directory) {
    return namespace.list(directory).map(Outcome.Entry::name).toList();
  }

  @Override
  public void mkdir(FsPath path, int mode) {
    Object unused = namespace.mkdir(path, mode);
  }

  @Override
  public void mkdirs(FsPath path) {
    Object unused = namespace.mkdirs(path, 0755);
  }

  @Override
  public void unlink(FsPath path) {
    namespace.unlink(path);
  }

  @Override
  public void rmdir(FsPath path) {
    namespace.rmdir(path);
  }

  @Override
  public void removeTree(FsPath path) {
    long unused = namespace.removeTree(path);
  }

  @Override
  public void rename(FsPath from, FsPath to, RenameMode how) {
    namespace.rename(from, to, how);
  }

  @Override
  public void link(FsPath existing, FsPath path) {
    Object unused = namespace.link(existing, path);
  }

  @Override
  public void symlink(FsPath path, LinkTarget target) {
    Object unused = namespace.symlink(path, target);
  }

  @Override
  public LinkTarget readLink(FsPath path) {
    return namespace.readLink(path);
  }

  @Override
  public void create(FsPath path, int mode) {
    Object unused = namespace.create(path, CreateMode.EXCLUSIVE, mode, 0);
  }

  @Override
  public void write(FsPath path, byte[] content) {
    Object unused =
        namespace.write(Location.of(path), ByteBuffer.wrap(content), WriteOptions.DEFAULT);
  }

  @Override
  public byte[] read(FsPath path) {
    return namespace.readAll(Location.of(path));
  }

  @Override
  public byte[] read(FsPath path, long position, int length) {
    try (OpenFile open = open(path)) {
      return open.read(position, length);
    }
  }

  @Override
  public void writeAt(FsPath path, long position, byte[] bytes) {
    boolean unused =
        io(() -> {
          try (PlasmaChannel channel =
              namespace.openChannel(
                  Location.of(path), WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING))) {
            ByteBuffer from = ByteBuffer.wrap(bytes);
            channel.position(position);
            while (from.hasRemaining()) {
              int unusedCount = channel.write(from);
            }
          }
          return true;
        });
  }

  @Override
  public void append(FsPath path, byte[] bytes) {
    Object unused = namespace.write(Location.of(path), ByteBuffer.wrap(bytes), WriteOptions.APPEND);
  }

  @Override
  public void truncate(FsPath path, long size) {
    namespace.truncate(Location.of(path), size);
  }

  @Override
  public OpenFile open(FsPath path) {
    PlasmaFile file = namespace.openFile(Location.of(path));
    return new OpenFile() {
      @Override
      public byte[] read(long position, int length) {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = io(() -> file.read(target, position));
        return Arrays.copyOf(target.array(), Math.max(0, count));
      }

      @Override
      public void close() {
        file.close();
      }
    };
  }

  @Override
  public void setAttributes(FsPath path, AttributeChanges changes) {
    Object unused = namespace.setAttributes(path, changes);
  }

  @Override
  public void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    namespace.setXattr(path, name, Bytes.wrap(value), how);
  }

  @Override
  public byte[] getXattr(FsPath path, XattrName name) {
    return namespace.getXattr(path, name);
  }

  @Override
  public List<XattrName> listXattrs(FsPath path) {
    return namespace.listXattrs(path);
  }

  @Override
  public void removeXattr(FsPath path, XattrName name) {
    namespace.removeXattr(path, name);
  }
}
