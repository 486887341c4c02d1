package io.plasmafs.testkit.contract;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.XattrMode;
import java.util.List;

/// The filesystem as the contract drives it: an adapter in front of the engine, the client or a
/// door. Each call is durable and visible to everybody when it returns, except within a
/// [TransactionUnderTest]. A failure that the filesystem knows is an [FsException], whatever form
/// the door gives it.
///
/// An adapter leaves a method that its door has nothing for as it is: it throws
/// [UnsupportedOperationException], and the groups of cases that need it say so. Calls may come
/// from several threads.
public interface FilesystemUnderTest {

  // ---- whose and when

  /// The same filesystem, used by somebody else. May be called often with the same principal.
  default FilesystemUnderTest as(Principal who) {
    throw missing("act for " + who.user());
  }

  /// A transaction, to be committed or aborted by the caller.
  default TransactionUnderTest begin() {
    throw missing("begin a transaction");
  }

  // ---- looking

  /// Attributes of what the path leads to; a symbolic link at the end is followed. Fields that a
  /// door does not tell may have any value.
  Attributes stat(FsPath path);

  /// Attributes of the object itself.
  Attributes lstat(FsPath path);

  /// Names in a directory, in the order in which they are told.
  List<Name> list(FsPath directory);

  // ---- names

  /// Makes a directory.
  void mkdir(FsPath path, int mode);

  /// Makes a directory, and its missing parents; what exists is fine.
  default void mkdirs(FsPath path) {
    throw missing("make missing parents");
  }

  /// Removes a name of something that is no directory.
  void unlink(FsPath path);

  /// Removes an empty directory.
  void rmdir(FsPath path);

  /// Removes anything, with all below it.
  default void removeTree(FsPath path) {
    throw missing("remove a tree");
  }

  /// Moves a name.
  void rename(FsPath from, FsPath to, RenameMode how);

  /// Gives a file one more name, `path`.
  default void link(FsPath existing, FsPath path) {
    throw missing("make hard links");
  }

  /// Makes a symbolic link at `path`.
  default void symlink(FsPath path, LinkTarget target) {
    throw missing("make symbolic links");
  }

  /// Where a symbolic link points.
  default LinkTarget readLink(FsPath path) {
    throw missing("read symbolic links");
  }

  // ---- content

  /// Creates an empty file, which must not exist.
  void create(FsPath path, int mode);

  /// Makes `content` the whole content of a file, which is created with mode 0644 if it is missing;
  /// its inode stays the same if it exists.
  void write(FsPath path, byte[] content);

  /// All content of a file.
  byte[] read(FsPath path);

  /// Up to `length` bytes from `position` on: fewer at the end of the file, none behind it.
  byte[] read(FsPath path, long position, int length);

  /// Changes bytes of an existing file, which grows if need be.
  default void writeAt(FsPath path, long position, byte[] bytes) {
    throw missing("change a part of a file");
  }

  /// Adds bytes to the end of a file, which is created if it is missing.
  default void append(FsPath path, byte[] bytes) {
    throw missing("append to files");
  }

  /// Cuts a file off, or extends it by a hole.
  default void truncate(FsPath path, long size) {
    throw missing("cut files off");
  }

  /// Opens a file for reads, all of one instant.
  default OpenFile open(FsPath path) {
    throw missing("keep files open");
  }

  /// A file that is open for reads: what it shows is of the moment when it was opened.
  interface OpenFile extends AutoCloseable {

    /// Up to `length` bytes from `position` on: fewer at the end of the file, none behind it.
    byte[] read(long position, int length);

    @Override
    void close();
  }

  // ---- attributes

  /// Changes attributes other than the size; a symbolic link at the end is followed.
  default void setAttributes(FsPath path, AttributeChanges changes) {
    throw missing("change attributes");
  }

  /// Sets an extended attribute.
  default void setXattr(FsPath path, XattrName name, byte[] value, XattrMode how) {
    throw missing("set extended attributes");
  }

  /// Value of an extended attribute.
  default byte[] getXattr(FsPath path, XattrName name) {
    throw missing("read extended attributes");
  }

  /// Names of all extended attributes.
  default List<XattrName> listXattrs(FsPath path) {
    throw missing("list extended attributes");
  }

  /// Takes an extended attribute away.
  default void removeXattr(FsPath path, XattrName name) {
    throw missing("remove extended attributes");
  }

  private UnsupportedOperationException missing(String what) {
    return new UnsupportedOperationException(getClass().getSimpleName() + " cannot " + what);
  }
}
