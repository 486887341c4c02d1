package io.plasmafs.client;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/// Everything that can be done with the files of a cluster, by paths from its root. A [Transaction]
/// does it within itself; a [PlasmaClient] does each call as a transaction of its own, durable when
/// the call returns.
///
/// Calls block, and are made for virtual threads; [#submit] is the asynchronous form below all of
/// them. A failure that the filesystem knows is an [FsException] with its [FsStatus]; streams and
/// channels throw it wrapped in a [PlasmaIOException], as their interfaces demand.
///
/// A path given as text is UTF-8, absolute or not makes no difference, and has no `.` or `..`.
public sealed interface Namespace permits PlasmaClient, Transaction {

  /// Who acts.
  Principal principal();

  /// Constants of the cluster, as they were when the client last connected.
  ClusterDescription cluster();

  /// The same as a file system of `java.nio.file`, for all that works with [java.nio.file.Path].
  /// Closing it ends the use of its paths and nothing else.
  ///
  /// ```java
  /// Path report = client.fileSystem().getPath("/reports/2026/sum.txt");
  /// ```
  default FileSystem fileSystem() {
    try {
      return FileSystems.newFileSystem(
          URI.create("plasma://" + cluster().name() + "/"),
          Map.of("namespace", this),
          Namespace.class.getClassLoader());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- operations as values ----

  /// Runs operations in order, in one round trip and one step, until one fails. The answer has what
  /// succeeded and what failed; a client undoes all of it if one fails, a transaction keeps what
  /// succeeded.
  ///
  /// The future fails with an [FsException] if no answer could be had.
  ///
  /// @param operations at most [io.plasmafs.model.operation.Compound#MAX_OPERATIONS], no begin,
  ///   commit or abort among them
  CompletableFuture<Answer> submit(List<Operation> operations);

  /// Runs operations in order, in one round trip and one step, and waits.
  ///
  /// @return one outcome for each
  /// @throws FsException the failure of the first operation that did not succeed
  default List<Outcome> execute(List<Operation> operations) {
    Answer answer = Waiting.on(submit(operations));
    if (answer.failure().isPresent()) {
      throw answer.failure().get().cause();
    }
    return answer.outcomes();
  }

  /// Runs one operation and waits.
  ///
  /// @throws FsException if it fails
  default Outcome execute(Operation operation) {
    return execute(List.of(operation)).get(0);
  }

  // ---- looking ----

  /// Attributes, of a symbolic link's target if the path ends with one.
  default Attributes stat(FsPath path) {
    return inode(new Operation.Stat(Location.of(path), true));
  }

  /// Attributes, of a symbolic link's target if the path ends with one.
  default Attributes stat(String path) {
    return stat(FsPath.of(path));
  }

  /// Attributes, of a symbolic link itself if the path ends with one.
  default Attributes lstat(FsPath path) {
    return inode(new Operation.Stat(Location.of(path), false));
  }

  /// Attributes, of a symbolic link itself if the path ends with one.
  default Attributes lstat(String path) {
    return lstat(FsPath.of(path));
  }

  /// Attributes of an inode known by its number.
  default Attributes stat(InodeId inode) {
    return inode(new Operation.Stat(Location.of(inode), false));
  }

  /// Attributes of what a location leads to: a path, an inode, a name in a directory that is known
  /// by its number.
  default Attributes stat(Location where, boolean follow) {
    return inode(new Operation.Stat(where, follow));
  }

  /// Attributes of many objects in one round trip for each
  /// [io.plasmafs.model.operation.Compound#MAX_OPERATIONS] of them, in the order asked for; one
  /// that cannot be had fails alone.
  ///
  /// @param follow whether a symbolic link at the end of a path is followed
  default List<Outcome.Found> statMany(List<FsPath> paths, boolean follow) {
    List<Outcome.Found> results = new ArrayList<>(paths.size());
    for (int from = 0; from < paths.size(); from += Compound.MAX_OPERATIONS) {
      List<Operation.Stat> objects =
          paths.subList(from, Math.min(paths.size(), from + Compound.MAX_OPERATIONS)).stream()
              .map(path -> new Operation.Stat(Location.of(path), follow))
              .toList();
      results.addAll(
          expect(Outcome.Inodes.class, execute(new Operation.StatMany(objects))).results());
    }
    return results;
  }

  /// Committed versions of many inodes in one round trip: the cheap check whether something that
  /// was read before is still current.
  default List<Outcome.VersionPair> versions(List<InodeId> inodes) {
    return expect(Outcome.Versions.class, execute(new Operation.Versions(inodes))).versions();
  }

  /// Attributes as [#lstat(FsPath)], or nothing where there is nothing.
  default Optional<Attributes> find(FsPath path) {
    try {
      return Optional.of(lstat(path));
    } catch (FsException e) {
      if (e.status() == FsStatus.ENOENT || e.status() == FsStatus.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Attributes as [#lstat(String)], or nothing where there is nothing.
  default Optional<Attributes> find(String path) {
    return find(FsPath.of(path));
  }

  /// Whether the path leads to something; a dangling symbolic link counts.
  default boolean exists(String path) {
    return find(path).isPresent();
  }

  /// One page of a directory, in the order of the bytes of the names, of one instant.
  ///
  /// @param after only names after this one
  /// @param limit entries wanted; fewer may come
  default Outcome.Listing listPage(
      FsPath path, Optional<Name> after, int limit, boolean withAttributes) {
    return expect(
        Outcome.Listing.class,
        execute(new Operation.ListDirectory(Location.of(path), after, limit, withAttributes)));
  }

  /// All entries of a directory with their attributes, in the order of the bytes of the names.
  /// Pages are fetched as the stream is consumed: each is of one instant, all together are only if
  /// one page holds them.
  default Stream<Outcome.Entry> list(FsPath path) {
    return DirectoryPages.entries(this, path);
  }

  /// As [#list(FsPath)].
  default Stream<Outcome.Entry> list(String path) {
    return list(FsPath.of(path));
  }

  /// The object at `path` and everything below it, parents before what they hold, names in the
  /// order of their bytes; symbolic links are not followed. Directories are fetched as the stream
  /// is consumed; memory is needed for one page of each directory on the way down.
  ///
  /// What goes away meanwhile is left out.
  default Stream<TreeEntry> walk(FsPath path) {
    return TreeWalk.of(this, path);
  }

  /// As [#walk(FsPath)].
  default Stream<TreeEntry> walk(String path) {
    return walk(FsPath.of(path));
  }

  /// Where a symbolic link points.
  default LinkTarget readLink(FsPath path) {
    Outcome.Value value =
        expect(Outcome.Value.class, execute(new Operation.ReadLink(Location.of(path))));
    return LinkTarget.of(value.bytes().unsafeArray());
  }

  /// Where a symbolic link points.
  default LinkTarget readLink(String path) {
    return readLink(FsPath.of(path));
  }

  /// Space and counts of the whole filesystem.
  default Outcome.Filesystem statFilesystem() {
    return expect(Outcome.Filesystem.class, execute(new Operation.StatFilesystem()));
  }

  // ---- changing the namespace ----

  /// Creates an empty regular file, or opens, empties or replaces one as `how` says.
  ///
  /// @param mode permission bits
  /// @param replication copies of each block; 0 for the cluster's default
  default Outcome.Inode create(FsPath path, CreateMode how, int mode, int replication) {
    return expect(
        Outcome.Inode.class,
        execute(new Operation.Create(Location.of(path), how, mode, replication)));
  }

  /// Creates an empty regular file of mode 0644.
  ///
  /// @throws FsException EEXIST if the name exists
  default Attributes create(String path) {
    return create(FsPath.of(path), CreateMode.EXCLUSIVE, 0644, 0).attributes();
  }

  /// Makes a directory.
  ///
  /// @throws FsException EEXIST if the name exists
  default Attributes mkdir(FsPath path, int mode) {
    return inode(new Operation.MakeDirectory(Location.of(path), mode, false));
  }

  /// Makes a directory of mode 0755.
  ///
  /// @throws FsException EEXIST if the name exists
  default Attributes mkdir(String path) {
    return mkdir(FsPath.of(path), 0755);
  }

  /// Makes a directory and its missing parents; an existing directory is fine.
  default Attributes mkdirs(FsPath path, int mode) {
    return inode(new Operation.MakeDirectory(Location.of(path), mode, true));
  }

  /// Makes a directory of mode 0755 and its missing parents; an existing directory is fine.
  default Attributes mkdirs(String path) {
    return mkdirs(FsPath.of(path), 0755);
  }

  /// Makes a symbolic link at `path`.
  default Attributes symlink(FsPath path, LinkTarget target) {
    return inode(new Operation.MakeSymlink(Location.of(path), target));
  }

  /// Makes a symbolic link at `path`.
  default Attributes symlink(String path, String target) {
    return symlink(FsPath.of(path), LinkTarget.of(target));
  }

  /// Gives an existing object that is no directory one more name, `path`.
  default Attributes link(FsPath existing, FsPath path) {
    return inode(new Operation.Link(Location.of(existing), Location.of(path)));
  }

  /// Gives an existing object that is no directory one more name, `path`.
  default Attributes link(String existing, String path) {
    return link(FsPath.of(existing), FsPath.of(path));
  }

  /// Removes a name of something that is no directory.
  default void unlink(FsPath path) {
    execute(new Operation.Unlink(Location.of(path)));
  }

  /// Removes a name of something that is no directory.
  default void unlink(String path) {
    unlink(FsPath.of(path));
  }

  /// Removes an empty directory.
  default void rmdir(FsPath path) {
    execute(new Operation.RemoveDirectory(Location.of(path)));
  }

  /// Removes an empty directory.
  default void rmdir(String path) {
    rmdir(FsPath.of(path));
  }

  /// Removes anything, with all below it, in one step.
  ///
  /// @return how many names went away
  default long removeTree(FsPath path) {
    return expect(Outcome.Removed.class, execute(new Operation.RemoveTree(Location.of(path))))
        .entries();
  }

  /// Removes anything, with all below it, in one step.
  ///
  /// @return how many names went away
  default long removeTree(String path) {
    return removeTree(FsPath.of(path));
  }

  /// Copies anything, with all below it, to a path where nothing is, in one step. The server copies
  /// what is metadata, small contents included, however large the tree; contents that are in blocks
  /// travel through this client. Symbolic links are copied as such; each name of a file becomes a
  /// file of its own. Nothing of the original is locked.
  ///
  /// @param preserve keep owners, groups, all mode bits and times of the originals; without it the
  ///   copies belong to who acts
  /// @return how many names the copy has
  /// @throws FsException EEXIST if something is at `to`, EHIER if that is within `from`; EPERM if
  ///   something is to be given to others by who may not do that
  long copyTree(FsPath from, FsPath to, boolean preserve);

  /// As [#copyTree(FsPath, FsPath, boolean)], without preserving anything.
  default long copyTree(String from, String to) {
    return copyTree(FsPath.of(from), FsPath.of(to), false);
  }

  /// Moves a name; replaces what is there as rename(2) does, or as `how` says.
  default void rename(FsPath from, FsPath to, RenameMode how) {
    execute(new Operation.Rename(Location.of(from), Location.of(to), how));
  }

  /// Moves a name; replaces what is there as rename(2) does.
  default void rename(String from, String to) {
    rename(FsPath.of(from), FsPath.of(to), RenameMode.REPLACE);
  }

  // ---- attributes ----

  /// Changes attributes; what the changes leave out stays. A symbolic link at the end is followed.
  default Attributes setAttributes(FsPath path, AttributeChanges changes) {
    return inode(new Operation.SetAttributes(Location.of(path), true, changes));
  }

  /// Changes the attributes of the object itself, even if it is a symbolic link.
  default Attributes setLinkAttributes(FsPath path, AttributeChanges changes) {
    return inode(new Operation.SetAttributes(Location.of(path), false, changes));
  }

  /// Sets the permission bits.
  default Attributes chmod(String path, int mode) {
    return setAttributes(FsPath.of(path), AttributeChanges.NONE.withMode(mode));
  }

  /// Sets owner and group.
  default Attributes chown(String path, String owner, String group) {
    return setAttributes(FsPath.of(path), AttributeChanges.NONE.withOwner(owner).withGroup(group));
  }

  /// Sets the time of the last change of content.
  default Attributes setModified(String path, Instant time) {
    return setAttributes(FsPath.of(path), AttributeChanges.NONE.withMtime(TimeChange.to(time)));
  }

  /// Sets how many copies of each block are wanted.
  default Attributes setReplication(String path, int copies) {
    return setAttributes(FsPath.of(path), AttributeChanges.NONE.withReplication(copies));
  }

  /// Cuts a file off at `size` bytes, or extends it by a hole. Right in the middle of a block too.
  default void truncate(String path, long size) {
    truncate(Location.of(path), size);
  }

  /// As [#truncate(String, long)].
  void truncate(Location where, long size);

  /// Makes a hole of whole blocks of the cluster's block size; the size of the file stays.
  ///
  /// @param firstBlock of the file, counted from 0
  default void punch(FsPath path, long firstBlock, long blocks) {
    execute(new Operation.Punch(Location.of(path), firstBlock, blocks));
  }

  // ---- extended attributes ----

  /// Sets an extended attribute; a symbolic link at the end is followed.
  default void setXattr(FsPath path, XattrName name, Bytes value, XattrMode how) {
    execute(new Operation.SetXattr(Location.of(path), true, how, name, value));
  }

  /// Sets an extended attribute, whether it exists or not.
  default void setXattr(String path, String name, byte[] value) {
    setXattr(FsPath.of(path), XattrName.of(name), Bytes.wrap(value.clone()), XattrMode.SET);
  }

  /// Value of an extended attribute; a symbolic link at the end is followed.
  ///
  /// @throws FsException ENOATTR if there is none of that name
  default byte[] getXattr(FsPath path, XattrName name) {
    return expect(
            Outcome.Value.class, execute(new Operation.GetXattr(Location.of(path), true, name)))
        .bytes()
        .toArray();
  }

  /// Value of an extended attribute.
  ///
  /// @throws FsException ENOATTR if there is none of that name
  default byte[] getXattr(String path, String name) {
    return getXattr(FsPath.of(path), XattrName.of(name));
  }

  /// Names of all extended attributes, sorted.
  default List<XattrName> listXattrs(FsPath path) {
    return expect(Outcome.Names.class, execute(new Operation.ListXattrs(Location.of(path), true)))
        .names();
  }

  /// Takes an extended attribute away.
  ///
  /// @throws FsException ENOATTR if there is none of that name
  default void removeXattr(FsPath path, XattrName name) {
    execute(new Operation.RemoveXattr(Location.of(path), true, name));
  }

  // ---- content ----

  /// The whole content of a file. Small files, stored with the metadata, come in one round trip.
  ///
  /// @throws FsException EFBIG if it does not fit into an array
  default byte[] readAll(String path) {
    return readAll(Location.of(path));
  }

  /// As [#readAll(String)].
  byte[] readAll(Location where);

  /// Contents of many small files, each of one instant: one round trip for all, and all blocks are
  /// read side by side. Symbolic links at the end of a path are not followed.
  ///
  /// @param files at most [io.plasmafs.model.operation.Compound#MAX_OPERATIONS]
  /// @return the contents, in the same order; absent is that of a file which is larger than 1 MiB,
  ///   which together with those before is larger than 16 MiB, or which cannot be read or changed
  ///   meanwhile, and perhaps of all behind it: such files are to be opened by themselves
  List<Optional<ByteBuffer>> readMany(List<Location> files);

  /// Makes `content` the whole content of a file, which is created (mode 0644) if it is missing.
  /// Small content goes in one round trip.
  default Attributes write(String path, byte[] content) {
    return write(Location.of(path), ByteBuffer.wrap(content), WriteOptions.DEFAULT);
  }

  /// Adds bytes to the end of a file, which is created (mode 0644) if it is missing.
  default Attributes append(String path, byte[] content) {
    return write(Location.of(path), ByteBuffer.wrap(content), WriteOptions.APPEND);
  }

  /// Creates, replaces, changes or extends a file, as the options say, by `content`, of which
  /// everything remaining is consumed.
  ///
  /// @return the attributes that the file had before its content was written; the inode is right
  Attributes write(Location where, ByteBuffer content, WriteOptions options);

  /// Reads up to `target.remaining()` bytes from `position` on.
  ///
  /// @return bytes read; fewer than asked for only at the end of the file; -1 at or after it
  default int read(String path, long position, ByteBuffer target) {
    try (PlasmaFile file = openFile(Location.of(path))) {
      return file.read(target, position);
    } catch (PlasmaIOException e) {
      throw e.failure();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens a file for random reads, by several threads if wanted.
  PlasmaFile openFile(Location where);

  /// Opens a file for random reads, by several threads if wanted.
  default PlasmaFile openFile(String path) {
    return openFile(Location.of(path));
  }

  /// Opens a file to be read from its start to its end, with read-ahead. What is read is of one
  /// instant, whatever is committed meanwhile.
  PlasmaInputStream openInput(Location where);

  /// As [#openInput(Location)].
  default PlasmaInputStream openInput(String path) {
    return openInput(Location.of(path));
  }

  /// Opens a file to be written from its start on, or as the options say.
  ///
  /// Within a transaction what was written is part of the file when the stream is closed, and
  /// durable and visible when the transaction commits. Of a client, the stream is a transaction of
  /// its own and its `close()` commits it; see [PlasmaOutputStream#abort()].
  PlasmaOutputStream openOutput(Location where, WriteOptions options);

  /// Opens a file to be written from its start on; it is created if it is missing, else emptied.
  default PlasmaOutputStream openOutput(String path) {
    return openOutput(Location.of(path), WriteOptions.DEFAULT);
  }

  /// As [#openOutput(Location, WriteOptions)].
  default PlasmaOutputStream openOutput(String path, WriteOptions options) {
    return openOutput(Location.of(path), options);
  }

  /// Opens a file for reads and writes anywhere. What was written is seen by reads of the same
  /// channel at once; it becomes part of the file at `force` and `close`, as with
  /// [#openOutput(Location, WriteOptions)].
  PlasmaChannel openChannel(Location where, WriteOptions options);

  /// As [#openChannel(Location, WriteOptions)].
  default PlasmaChannel openChannel(String path, WriteOptions options) {
    return openChannel(Location.of(path), options);
  }

  /// Where the bytes of a file are: its extents, in order, with the datanodes that hold them.
  default Stream<io.plasmafs.model.Extent> extents(FsPath path) {
    return BlockLists.extents(this, Location.of(path));
  }

  // ---- preconditions ----

  /// Lets the commit fail with ECONFLICT unless the path leads to something (PRESENT), to nothing
  /// (ABSENT), or to something of this version or content version. Of use in a transaction; on a
  /// client it is checked at once.
  default void require(FsPath path, Requirement kind, long value) {
    execute(new Operation.Require(Location.of(path), kind, InodeId.NONE, value));
  }

  private Attributes inode(Operation operation) {
    return expect(Outcome.Inode.class, execute(operation)).attributes();
  }

  private static <T extends Outcome> T expect(Class<T> type, Outcome outcome) {
    return Outcomes.expect(type, outcome);
  }
}
