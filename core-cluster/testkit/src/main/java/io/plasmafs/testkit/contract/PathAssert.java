package io.plasmafs.testkit.contract;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import java.time.Instant;

/// Statements about what is at a path: each fails if it is not true now.
public final class PathAssert {
  private final FilesystemUnderTest fs;
  private final FsPath path;

  PathAssert(FilesystemUnderTest fs, FsPath path) {
    this.fs = fs;
    this.path = path;
  }

  private Attributes attributes() {
    return fs.lstat(path);
  }

  /// Nothing is there.
  public PathAssert isMissing() {
    Throwable thrown = catchThrowable(this::attributes);
    assertThat(thrown).as("%s should be missing", path).isInstanceOf(FsException.class);
    assertThat(((FsException) thrown).status()).as("%s", path).isEqualTo(FsStatus.ENOENT);
    return this;
  }

  /// Something is there; a dangling symbolic link counts.
  public PathAssert exists() {
    assertThat(catchThrowable(this::attributes)).as("%s should exist", path).isNull();
    return this;
  }

  /// A regular file is there.
  public PathAssert isFile() {
    return isOf(FileType.REGULAR);
  }

  /// A directory is there.
  public PathAssert isDirectory() {
    return isOf(FileType.DIRECTORY);
  }

  /// Something of this type is there.
  public PathAssert isOf(FileType type) {
    assertThat(attributes().type()).as("type of %s", path).isEqualTo(type);
    return this;
  }

  /// A symbolic link with this target is there.
  public PathAssert isLinkTo(String target) {
    assertThat(fs.readLink(path)).as("target of %s", path).isEqualTo(LinkTarget.of(target));
    return isOf(FileType.SYMLINK);
  }

  /// The directory has these entries and no others, and tells them in the order of their bytes.
  public PathAssert hasChildren(String... names) {
    assertThat(fs.list(path))
        .as("entries of %s", path)
        .containsExactlyElementsOf(java.util.Arrays.stream(names).map(Name::of).sorted().toList());
    return this;
  }

  /// The file has this content, and its length.
  public PathAssert hasContent(String text) {
    return hasContent(text.getBytes(UTF_8));
  }

  /// The file has this content, and its length.
  public PathAssert hasContent(byte[] content) {
    byte[] found = fs.read(path);
    assertThat(found.length).as("bytes read of %s", path).isEqualTo(content.length);
    int difference = java.util.Arrays.mismatch(found, content);
    assertThat(difference).as("first byte of %s that differs", path).isEqualTo(-1);
    assertThat(fs.stat(path).size()).as("size of %s", path).isEqualTo(content.length);
    return this;
  }

  /// It has this size.
  public PathAssert hasSize(long size) {
    assertThat(fs.stat(path).size()).as("size of %s", path).isEqualTo(size);
    return this;
  }

  /// So many names point to it; of a directory 2 and its subdirectories.
  public PathAssert hasLinks(int count) {
    assertThat(attributes().nlink()).as("links of %s", path).isEqualTo(count);
    return this;
  }

  /// It has these permission bits.
  public PathAssert hasMode(int mode) {
    assertThat(Integer.toOctalString(attributes().mode()))
        .as("mode of %s", path)
        .isEqualTo(Integer.toOctalString(mode));
    return this;
  }

  /// It belongs to this user and this group.
  public PathAssert belongsTo(String owner, String group) {
    Attributes attributes = attributes();
    assertThat(attributes.owner() + ":" + attributes.group())
        .as("owner and group of %s", path)
        .isEqualTo(owner + ":" + group);
    return this;
  }

  /// Its content was last changed at this time.
  public PathAssert wasModifiedAt(Instant time) {
    assertThat(attributes().mtime()).as("mtime of %s", path).isEqualTo(time);
    return this;
  }

  /// It is the same inode as that at the other path.
  public PathAssert isSameAs(FsPath other) {
    assertThat(attributes().inode())
        .as("inode of %s, compared with %s", path, other)
        .isEqualTo(fs.lstat(other).inode());
    return this;
  }
}
