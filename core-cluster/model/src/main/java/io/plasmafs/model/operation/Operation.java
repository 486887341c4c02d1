package io.plasmafs.model.operation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One thing to do within a transaction. Each says which [Outcome] it answers.
public sealed interface Operation {

  /// Whether it changes files, directories or blocks; if not, it only looks, or is about the
  /// transaction itself.
  default boolean isChange() {
    return switch (this) {
      case Begin o -> false;
      case Commit o -> false;
      case Abort o -> false;
      case Require o -> false;
      case Stat o -> false;
      case StatMany o -> false;
      case Versions o -> false;
      case ListDirectory o -> false;
      case ReadLink o -> false;
      case StatFilesystem o -> false;
      case GetXattr o -> false;
      case ListXattrs o -> false;
      case Read o -> false;
      case Create o -> true;
      case MakeDirectory o -> true;
      case MakeSymlink o -> true;
      case Link o -> true;
      case Unlink o -> true;
      case RemoveDirectory o -> true;
      case RemoveTree o -> true;
      case CopyTree o -> true;
      case Rename o -> true;
      case SetAttributes o -> true;
      case SetXattr o -> true;
      case RemoveXattr o -> true;
      case Allocate o -> true;
      case Attach o -> true;
      case WriteInline o -> true;
      case ExtendInline o -> true;
      case Punch o -> true;
      case GiveBack o -> true;
    };
  }

  /// Starts the transaction that the compound names. First operation of its first compound. Answers
  /// [Outcome.Done].
  ///
  /// @param idleTimeout after so long without a call it is aborted; zero for the server's default
  /// @param principal who acts; the connection's if absent
  record Begin(Duration idleTimeout, Optional<Principal> principal) implements Operation {}

  /// Makes everything durable and then visible in one step. Last operation of a transaction.
  /// Answers [Outcome.Committed].
  record Commit(Optional<CommitToken> token) implements Operation {}

  /// Undoes everything. Last operation of a transaction. Answers [Outcome.Done].
  record Abort() implements Operation {}

  /// Lets the commit fail with ECONFLICT unless this holds at its moment. Answers [Outcome.Done].
  ///
  /// @param inode the inode that must be there, or [InodeId#NONE] for any
  /// @param value the version expected, where the kind asks for one
  record Require(Location where, Requirement kind, InodeId inode, long value)
      implements Operation {}

  /// What [Require] can ask for. The numbers are those of the wire.
  enum Requirement {
    PRESENT(1),
    ABSENT(2),
    VERSION(3),
    CONTENT_VERSION(4);

    private final int code;

    Requirement(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// Attributes of an object. Answers [Outcome.Inode].
  record Stat(Location where, boolean follow) implements Operation {}

  /// Attributes of many objects; one that cannot be had does not fail the others. Answers
  /// [Outcome.Inodes].
  record StatMany(List<Stat> objects) implements Operation {
    public StatMany {
      objects = List.copyOf(objects);
    }
  }

  /// Committed versions of many inodes. Answers [Outcome.Versions].
  record Versions(List<InodeId> inodes) implements Operation {
    public Versions {
      inodes = List.copyOf(inodes);
    }
  }

  /// A page of a directory, in the order of the bytes of the names, of one instant. Answers
  /// [Outcome.Listing].
  ///
  /// @param after only names after this one
  /// @param limit entries wanted; the server may answer fewer
  record ListDirectory(Location where, Optional<Name> after, int limit, boolean withAttributes)
      implements Operation {}

  /// Target of a symbolic link. Answers [Outcome.Value].
  record ReadLink(Location where) implements Operation {}

  /// Space and counts of the whole filesystem. Answers [Outcome.Filesystem].
  record StatFilesystem() implements Operation {}

  /// A regular file. Answers [Outcome.Inode].
  ///
  /// @param mode permission bits, 07777
  /// @param replication copies of each block; 0 for the cluster's default
  record Create(Location where, CreateMode how, int mode, int replication) implements Operation {}

  /// What [Create] does if the name exists. The numbers are those of the wire.
  enum CreateMode {
    /// EEXIST.
    EXCLUSIVE(1),
    /// A regular file is left as it is.
    OPEN(2),
    /// A regular file is emptied.
    TRUNCATE(3),
    /// A file or symbolic link gives way to a new inode.
    REPLACE(4);

    private final int code;

    CreateMode(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// A directory. Answers [Outcome.Inode].
  ///
  /// @param parents make missing parents too, and take an existing directory as success
  record MakeDirectory(Location where, int mode, boolean parents) implements Operation {}

  /// A symbolic link. Answers [Outcome.Inode].
  record MakeSymlink(Location where, LinkTarget target) implements Operation {}

  /// One more name for an inode that is no directory. Answers [Outcome.Inode].
  record Link(Location existing, Location where) implements Operation {}

  /// Takes away a name of something that is no directory. Answers [Outcome.Done].
  record Unlink(Location where) implements Operation {}

  /// Takes away an empty directory. Answers [Outcome.Done].
  record RemoveDirectory(Location where) implements Operation {}

  /// Takes away anything, with all below it. Answers [Outcome.Removed].
  record RemoveTree(Location where) implements Operation {}

  /// Copies anything, with all below it, to a name that is free, as far as it is metadata. Answers
  /// [Outcome.Copied], which tells what copies are still to be given their content.
  ///
  /// @param preserve keep owners, groups, all mode bits and times; without it the copies belong to
  ///   who acts, and have permission bits only
  record CopyTree(Location from, Location to, boolean preserve) implements Operation {}

  /// Moves a name. Answers [Outcome.Done].
  record Rename(Location from, Location to, RenameMode how) implements Operation {}

  /// What [Rename] does if the new name exists. The numbers are those of the wire.
  enum RenameMode {
    /// Replaces it as rename(2) does.
    REPLACE(0),
    /// EEXIST.
    NO_REPLACE(1),
    /// Both must exist, and change places.
    EXCHANGE(2);

    private final int code;

    RenameMode(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// Changes what is present and keeps what is absent. Answers [Outcome.Inode].
  record SetAttributes(Location where, boolean follow, AttributeChanges changes)
      implements Operation {}

  /// Attributes to change; what is absent stays.
  ///
  /// @param size cuts the file off there, or extends it by a hole
  record AttributeChanges(
      Optional<Integer> mode,
      Optional<String> owner,
      Optional<String> group,
      Optional<Long> size,
      Optional<Integer> replication,
      TimeChange mtime,
      TimeChange ctime,
      TimeChange birth) {
    /// Changes nothing: a start for the `with` methods.
    public static final AttributeChanges NONE =
        new AttributeChanges(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            TimeChange.KEEP,
            TimeChange.KEEP,
            TimeChange.KEEP);

    /// These changes, and this mode.
    public AttributeChanges withMode(int value) {
      return new AttributeChanges(
          Optional.of(value), owner, group, size, replication, mtime, ctime, birth);
    }

    /// These changes, and this owner.
    public AttributeChanges withOwner(String value) {
      return new AttributeChanges(
          mode, Optional.of(value), group, size, replication, mtime, ctime, birth);
    }

    /// These changes, and this group.
    public AttributeChanges withGroup(String value) {
      return new AttributeChanges(
          mode, owner, Optional.of(value), size, replication, mtime, ctime, birth);
    }

    /// These changes, and this size in bytes.
    public AttributeChanges withSize(long value) {
      return new AttributeChanges(
          mode, owner, group, Optional.of(value), replication, mtime, ctime, birth);
    }

    /// These changes, and so many copies of each block.
    public AttributeChanges withReplication(int value) {
      return new AttributeChanges(
          mode, owner, group, size, Optional.of(value), mtime, ctime, birth);
    }

    /// These changes, and this time of the last change of content.
    public AttributeChanges withMtime(TimeChange value) {
      return new AttributeChanges(mode, owner, group, size, replication, value, ctime, birth);
    }

    /// These changes, and this time of the last change of anything.
    public AttributeChanges withCtime(TimeChange value) {
      return new AttributeChanges(mode, owner, group, size, replication, mtime, value, birth);
    }

    /// These changes, and this time of creation.
    public AttributeChanges withBirth(TimeChange value) {
      return new AttributeChanges(mode, owner, group, size, replication, mtime, ctime, value);
    }
  }

  /// What becomes of a time.
  sealed interface TimeChange {
    /// It stays.
    TimeChange KEEP = new Keep();

    /// It becomes the coordinator's.
    TimeChange SERVER = new Server();

    /// It becomes this one.
    static TimeChange to(Instant time) {
      return new Given(time);
    }

    /// It stays.
    record Keep() implements TimeChange {}

    /// It becomes the coordinator's.
    record Server() implements TimeChange {}

    /// It becomes this one.
    record Given(Instant time) implements TimeChange {}
  }

  /// Sets an extended attribute. Answers [Outcome.Done].
  record SetXattr(Location where, boolean follow, XattrMode how, XattrName name, Bytes value)
      implements Operation {}

  /// What [SetXattr] does with an attribute that exists or not. The numbers are those of the wire.
  enum XattrMode {
    /// Sets it in any case.
    SET(0),
    /// EEXIST if it is there.
    CREATE(1),
    /// ENOATTR if it is not.
    REPLACE(2);

    private final int code;

    XattrMode(int code) {
      this.code = code;
    }

    /// The number on the wire.
    public int code() {
      return code;
    }
  }

  /// Value of an extended attribute. Answers [Outcome.Value].
  record GetXattr(Location where, boolean follow, XattrName name) implements Operation {}

  /// Names of all extended attributes. Answers [Outcome.Names].
  record ListXattrs(Location where, boolean follow) implements Operation {}

  /// Takes an extended attribute away. Answers [Outcome.Done].
  record RemoveXattr(Location where, boolean follow, XattrName name) implements Operation {}

  /// Where the bytes of a file are. Blocks named to a transaction are pinned until it ends. Answers
  /// [Outcome.Content].
  ///
  /// @param first block of the file
  /// @param count blocks; 0 for all of a small file, and nothing of others
  record Read(Location where, boolean follow, long first, int count) implements Operation {}

  /// Reserves blocks for a file until the transaction ends. Answers [Outcome.Allocation].
  ///
  /// @param index block of the file that the run will become
  /// @param replication copies; 0 for as many as the file wants
  /// @param preferred datanodes wished for, best first
  /// @param avoided datanodes that must not be used
  record Allocate(
      Location where,
      long index,
      int count,
      int replication,
      List<DatanodeId> preferred,
      Set<DatanodeId> avoided)
      implements Operation {
    public Allocate {
      preferred = List.copyOf(preferred);
      avoided = Set.copyOf(avoided);
    }
  }

  /// Makes reserved blocks, written and synced by the caller, the content of the file from
  /// `extent.index()` on. Answers [Outcome.Done].
  ///
  /// @param extent part of what [Allocate] gave, with all or some of its replicas, with checksums
  /// @param minimumSize the file becomes at least so many bytes long
  record Attach(Location where, Extent extent, long minimumSize) implements Operation {}

  /// Makes these bytes the whole content of a file. Answers [Outcome.Done].
  record WriteInline(Location where, Bytes content) implements Operation {}

  /// Keeps the end of a file with the metadata: one block, in place of what was there, or more
  /// bytes behind those of it that are kept so already. The file becomes at least as long. Answers
  /// [Outcome.Done]; ECONFLICT if another block is kept with the metadata, or other bytes of this
  /// one.
  ///
  /// @param index of the block in the file
  /// @param kept how many bytes of the block are with the metadata, and stay there; 0 to put all
  ///   anew
  /// @param content what follows them, at least a byte; with them at most a block, and 64 KiB
  record ExtendInline(Location where, long index, int kept, Bytes content) implements Operation {}

  /// Makes a hole of whole blocks; the size stays. Answers [Outcome.Done].
  record Punch(Location where, long first, long count) implements Operation {}

  /// Frees blocks that [Allocate] reserved. Answers [Outcome.Done].
  record GiveBack(long generation) implements Operation {}
}
