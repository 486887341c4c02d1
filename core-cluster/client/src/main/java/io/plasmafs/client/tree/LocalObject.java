package io.plasmafs.client.tree;

import io.plasmafs.model.FileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is needed to know of something on the local disk; symbolic links are not followed.
///
/// @param mode permission bits, 07777
/// @param inode equal for all names of one file
/// @param names how many names the file has
/// @param type absent if it is neither file nor directory nor symbolic link
record LocalObject(
    Path path,
    int mode,
    long size,
    FileTime modified,
    Object inode,
    int names,
    Optional<FileType> type) {
  private static final String ATTRIBUTES =
      "unix:mode,size,lastModifiedTime,ino,dev,nlink,isDirectory,isRegularFile,isSymbolicLink";

  static LocalObject of(Path path) throws IOException {
    Map<String, Object> a = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
    return new LocalObject(
        path,
        (Integer) value(a, "mode") & 07777,
        (Long) value(a, "size"),
        (FileTime) value(a, "lastModifiedTime"),
        List.of(value(a, "dev"), value(a, "ino")),
        (Integer) value(a, "nlink"),
        type(a));
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
