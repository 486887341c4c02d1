package io.plasmafs.client.tree;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.model.FileType;
import io.plasmafs.model.LinkTarget;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/// What is needed to know of something on the local disk; symbolic links are not followed.
///
/// @param mode permission bits, 07777
/// @param changed when anything of it was changed; set by the system alone
/// @param inode equal for all names of one file
/// @param names how many names the file has
/// @param type absent if it is neither file nor directory nor symbolic link
record LocalObject(
    Path path,
    int mode,
    long size,
    Instant modified,
    Instant changed,
    Object inode,
    int names,
    Optional<FileType> type)
    implements SourceObject {
  private static final String ATTRIBUTES =
      "unix:mode,size,lastModifiedTime,ctime,ino,dev,nlink,isDirectory,isRegularFile,isSymbolicLink";

  static LocalObject of(Path path) throws IOException {
    Map<String, Object> a = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    return new LocalObject(
        path,
        (Integer) value(a, "mode") & 07777,
        (Long) value(a, "size"),
        ((FileTime) value(a, "lastModifiedTime")).toInstant(),
        ((FileTime) value(a, "ctime")).toInstant(),
        value(a, "dev") + "." + value(a, "ino"),
        (Integer) value(a, "nlink"),
        type(a));
  }

  @Override
  public String version() {
    return inode + "." + size + "." + modified + "." + changed;
  }

  @Override
  public Ownership ownership() throws IOException {
    Map<String, Object> names =
        Files.readAttributes(path, "posix:owner,group", LinkOption.NOFOLLOW_LINKS);
    return new Ownership(String.valueOf(names.get("owner")), String.valueOf(names.get("group")));
  }

  @Override
  public LinkTarget target() throws IOException {
    return LocalNames.targetOf(path);
  }

  @Override
  public ByteBuffer content() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(path));
  }

  @Override
  public InputStream open() throws IOException {
    return Files.newInputStream(path);
  }

  @Override
  public void send(PlasmaOutputStream out, LongConsumer progress) throws IOException {
    try (FileChannel in = FileChannel.open(path)) {
      long sent = out.transferFrom(in, progress);
      if (sent < size) {
        throw new IOException(path + " shrank while it was read");
      }
    }
  }

  private static Optional<FileType> type(Map<String, Object> attributes) throws IOException {
    if ((Boolean) value(attributes, "isRegularFile")) {
      return Optional.of(FileType.REGULAR);
    }
    if ((Boolean) value(attributes, "isDirectory")) {
      return Optional.of(FileType.DIRECTORY);
    }
    return (Boolean) value(attributes, "isSymbolicLink")
        ? Optional.of(FileType.SYMLINK)
        : Optional.empty();
  }

  private static Object value(Map<String, Object> attributes, String name) throws IOException {
    Object value = attributes.get(name);
    if (value == null) {
      throw new IOException("the local file system does not tell the attribute '" + name + "'");
    }
    return value;
  }
}
