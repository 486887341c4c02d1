package io.plasmafs.protocol;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.AttributeChanges;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Operation.Requirement;
import io.plasmafs.model.operation.Operation.TimeChange;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.base_kind;
import io.plasmafs.protocol.xdr.operation_code;
import io.plasmafs.protocol.xdr.time_how;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// [Compound] as `compound_args` of `3-filesystem.x`, straight between the model and the wire.
final class CompoundCodec {
  /// Fewest bytes of an operation: its code.
  private static final int MIN_OPERATION = 4;

  /// Fewest bytes of an object to look at: base, path and whether to follow.
  private static final int MIN_OBJECT = 12;

  private CompoundCodec() {}

  // Writing.

  static void write(NettyXdrEncodingStream out, Compound compound) throws XdrException {
    ValueCodec.writeCounter(out, "transaction", compound.transaction());
    ValueCodec.writeToken(out, compound.token());
    List<Operation> operations = compound.operations();
    out.writeCount("operations", operations.size(), Contract.OPERATIONS_MAX);
    for (Operation operation : operations) {
      writeOperation(out, operation);
    }
  }

  private static void writeOperation(NettyXdrEncodingStream out, Operation operation)
      throws XdrException {
    switch (operation) {
      case Operation.Begin begin -> {
        out.writeInt(operation_code.OP_BEGIN);
        out.writeInt(millis(begin.idleTimeout()));
        Optional<Principal> principal = begin.principal();
        out.writeBoolean(principal.isPresent());
        if (principal.isPresent()) {
          ValueCodec.writePrincipal(out, principal.get());
        }
      }
      case Operation.Commit commit -> {
        out.writeInt(operation_code.OP_COMMIT);
        ValueCodec.writeToken(out, commit.token());
      }
      case Operation.Abort abort -> out.writeInt(operation_code.OP_ABORT);
      case Operation.Require require -> {
        out.writeInt(operation_code.OP_REQUIRE);
        writeLocation(out, require.where());
        out.writeInt(require.kind().code());
        out.writeLong(require.inode().value());
        ValueCodec.writeCounter(out, "value", require.value());
      }
      case Operation.Stat stat -> {
        out.writeInt(operation_code.OP_STAT);
        writeObject(out, stat.where(), stat.follow());
      }
      case Operation.StatMany many -> {
        out.writeInt(operation_code.OP_STAT_MANY);
        out.writeCount("objects", many.objects().size(), Contract.OPERATIONS_MAX);
        for (Operation.Stat stat : many.objects()) {
          writeObject(out, stat.where(), stat.follow());
        }
      }
      case Operation.Versions versions -> {
        out.writeInt(operation_code.OP_VERSIONS);
        out.writeCount("inodes", versions.inodes().size(), Contract.VERSIONS_MAX);
        for (InodeId inode : versions.inodes()) {
          out.writeLong(inode.value());
        }
      }
      case Operation.ListDirectory list -> {
        out.writeInt(operation_code.OP_LIST);
        writeLocation(out, list.where());
        Optional<Name> after = list.after();
        if (after.isPresent()) {
          out.writeOpaque("after", after.get().bytes(), Contract.NAME_MAX);
        } else {
          out.writeInt(0);
        }
        out.writeInt(list.limit());
        out.writeBoolean(list.withAttributes());
      }
      case Operation.ReadLink link -> {
        out.writeInt(operation_code.OP_READ_LINK);
        writeObject(out, link.where(), false);
      }
      case Operation.StatFilesystem stat -> out.writeInt(operation_code.OP_FILESYSTEM);
      case Operation.Create create -> {
        out.writeInt(operation_code.OP_CREATE);
        writeLocation(out, create.where());
        out.writeInt(create.how().code());
        out.writeInt(create.mode());
        out.writeInt(create.replication());
      }
      case Operation.MakeDirectory make -> {
        out.writeInt(operation_code.OP_MAKE_DIR);
        writeLocation(out, make.where());
        out.writeInt(make.mode());
        out.writeBoolean(make.parents());
      }
      case Operation.MakeSymlink make -> {
        out.writeInt(operation_code.OP_SYMLINK);
        writeLocation(out, make.where());
        out.writeOpaque("target", make.target().bytes(), Contract.PATH_MAX);
      }
      case Operation.Link link -> {
        out.writeInt(operation_code.OP_LINK);
        writeLocation(out, link.existing());
        writeLocation(out, link.where());
      }
      case Operation.Unlink unlink -> {
        out.writeInt(operation_code.OP_UNLINK);
        writeLocation(out, unlink.where());
      }
      case Operation.RemoveDirectory remove -> {
        out.writeInt(operation_code.OP_REMOVE_DIR);
        writeLocation(out, remove.where());
      }
      case Operation.RemoveTree remove -> {
        out.writeInt(operation_code.OP_REMOVE_TREE);
        writeLocation(out, remove.where());
      }
      case Operation.CopyTree copy -> {
        out.writeInt(operation_code.OP_COPY_TREE);
        writeLocation(out, copy.from());
        writeLocation(out, copy.to());
        out.writeBoolean(copy.preserve());
      }
      case Operation.Rename rename -> {
        out.writeInt(operation_code.OP_RENAME);
        writeLocation(out, rename.from());
        writeLocation(out, rename.to());
        out.writeInt(rename.how().code());
      }
      case Operation.SetAttributes set -> {
        out.writeInt(operation_code.OP_SET_ATTRIBUTES);
        writeObject(out, set.where(), set.follow());
        writeChanges(out, set.changes());
      }
      case Operation.SetXattr set -> {
        out.writeInt(operation_code.OP_SET_XATTR);
        writeObject(out, set.where(), set.follow());
        out.writeInt(set.how().code());
        out.writeOpaque("name", set.name().bytes(), Contract.XATTR_NAME_MAX);
        ValueCodec.writeBytes(out, "value", set.value(), Contract.XATTR_VALUE_MAX);
      }
      case Operation.GetXattr get -> {
        out.writeInt(operation_code.OP_GET_XATTR);
        writeObject(out, get.where(), get.follow());
        out.writeOpaque("name", get.name().bytes(), Contract.XATTR_NAME_MAX);
      }
      case Operation.ListXattrs list -> {
        out.writeInt(operation_code.OP_LIST_XATTRS);
        writeObject(out, list.where(), list.follow());
      }
      case Operation.RemoveXattr remove -> {
        out.writeInt(operation_code.OP_REMOVE_XATTR);
        writeObject(out, remove.where(), remove.follow());
        out.writeOpaque("name", remove.name().bytes(), Contract.XATTR_NAME_MAX);
      }
      case Operation.Read read -> {
        out.writeInt(operation_code.OP_READ);
        writeObject(out, read.where(), read.follow());
        ValueCodec.writeCounter(out, "first", read.first());
        out.writeInt(read.count());
      }
      case Operation.Allocate allocate -> {
        out.writeInt(operation_code.OP_ALLOCATE);
        writeLocation(out, allocate.where());
        ValueCodec.writeCounter(out, "index", allocate.index());
        out.writeInt(allocate.count());
        out.writeInt(allocate.replication());
        out.writeCount("preferred", allocate.preferred().size(), Contract.REPLICAS_MAX);
        for (DatanodeId datanode : allocate.preferred()) {
          out.writeInt(datanode.value());
        }
        out.writeCount("avoided", allocate.avoided().size(), Contract.NODES_MAX);
        if (!allocate.avoided().isEmpty()) {
          for (DatanodeId datanode : new TreeSet<>(allocate.avoided())) {
            out.writeInt(datanode.value());
          }
        }
      }
      case Operation.Attach attach -> {
        out.writeInt(operation_code.OP_ATTACH);
        writeLocation(out, attach.where());
        ValueCodec.writeExtent(out, attach.extent());
        ValueCodec.writeCounter(out, "minimum_size", attach.minimumSize());
      }
      case Operation.WriteInline write -> {
        out.writeInt(operation_code.OP_WRITE_INLINE);
        writeLocation(out, write.where());
        ValueCodec.writeBytes(out, "content", write.content(), Contract.INLINE_MAX);
      }
      case Operation.ExtendInline extend -> {
        out.writeInt(operation_code.OP_EXTEND_INLINE);
        writeLocation(out, extend.where());
        ValueCodec.writeCounter(out, "index", extend.index());
        out.writeInt(extend.kept());
        ValueCodec.writeBytes(out, "content", extend.content(), Contract.INLINE_MAX);
      }
      case Operation.Punch punch -> {
        out.writeInt(operation_code.OP_PUNCH);
        writeLocation(out, punch.where());
        ValueCodec.writeCounter(out, "first", punch.first());
        ValueCodec.writeCounter(out, "count", punch.count());
      }
      case Operation.GiveBack back -> {
        out.writeInt(operation_code.OP_GIVE_BACK);
        ValueCodec.writeCounter(out, "generation", back.generation());
      }
    }
  }

  private static int millis(Duration timeout) throws XdrException {
    if (timeout.isNegative() || timeout.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0) {
      throw new XdrException(
          "idle_timeout_millis is " + timeout + ", expected 0 to " + Integer.MAX_VALUE + " ms");
    }
    // Zero means the server's default, so that a shorter time than the wire knows must not become
    // 0.
    long millis = timeout.toMillis();
    return millis == 0 && !timeout.isZero() ? 1 : (int) millis;
  }

  private static void writeLocation(NettyXdrEncodingStream out, Location where)
      throws XdrException {
    switch (where.base()) {
      case Location.Base.Root root -> out.writeInt(base_kind.BASE_ROOT);
      case Location.Base.Inode(InodeId inode) -> {
        out.writeInt(base_kind.BASE_INODE);
        out.writeLong(inode.value());
      }
      case Location.Base.Result(int operation) -> {
        out.writeInt(base_kind.BASE_RESULT);
        out.writeInt(operation);
      }
    }
    ValueCodec.writePath(out, "path", where.path());
  }

  private static void writeObject(NettyXdrEncodingStream out, Location where, boolean follow)
      throws XdrException {
    writeLocation(out, where);
    out.writeBoolean(follow);
  }

  private static void writeChanges(NettyXdrEncodingStream out, AttributeChanges changes)
      throws XdrException {
    writeOptionalInt(out, changes.mode());
    writeOptionalName(out, "owner", changes.owner());
    writeOptionalName(out, "group", changes.group());
    Optional<Long> size = changes.size();
    out.writeBoolean(size.isPresent());
    if (size.isPresent()) {
      ValueCodec.writeCounter(out, "size", size.get());
    }
    writeOptionalInt(out, changes.replication());
    writeTimeChange(out, changes.mtime());
    writeTimeChange(out, changes.ctime());
    writeTimeChange(out, changes.birth());
  }

  private static void writeOptionalInt(NettyXdrEncodingStream out, Optional<Integer> value) {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      out.writeInt(value.get());
    }
  }

  private static void writeOptionalName(
      NettyXdrEncodingStream out, String field, Optional<String> value) throws XdrException {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      out.writeString(field, value.get(), Contract.USER_MAX);
    }
  }

  private static void writeTimeChange(NettyXdrEncodingStream out, TimeChange change) {
    switch (change) {
      case TimeChange.Keep keep -> out.writeInt(time_how.TIME_KEEP);
      case TimeChange.Server server -> out.writeInt(time_how.TIME_SERVER);
      case TimeChange.Given(Instant time) -> {
        out.writeInt(time_how.TIME_GIVEN);
        ValueCodec.writeTime(out, time);
      }
    }
  }

  // Reading.

  /// @throws Refusal if an argument breaks the rules for names and paths; the rest is not read
  static Compound read(NettyXdrDecodingStream in) throws XdrException, Refusal {
    int at = -1;
    try {
      long transaction = ValueCodec.readCounter(in, "transaction");
      Optional<CommitToken> token = ValueCodec.readToken(in);
      int count = in.readCount("operations", Contract.OPERATIONS_MAX, MIN_OPERATION);
      List<Operation> operations = new ArrayList<>(count);
      for (at = 0; at < count; at++) {
        operations.add(readOperation(in));
      }
      return new Compound(transaction, token, operations);
    } catch (FsException e) {
      throw new Refusal(at, e);
    }
  }

  private static Operation readOperation(NettyXdrDecodingStream in) throws XdrException {
    int code = in.readInt("code");
    return switch (code) {
      case operation_code.OP_BEGIN -> readBegin(in);
      case operation_code.OP_COMMIT -> new Operation.Commit(ValueCodec.readToken(in));
      case operation_code.OP_ABORT -> new Operation.Abort();
      case operation_code.OP_REQUIRE ->
          new Operation.Require(
              readLocation(in),
              requirement(in.readInt("kind")),
              ValueCodec.readInode(in, "inode"),
              ValueCodec.readCounter(in, "value"));
      case operation_code.OP_STAT -> readStat(in);
      case operation_code.OP_STAT_MANY -> {
        int count = in.readCount("objects", Contract.OPERATIONS_MAX, MIN_OBJECT);
        List<Operation.Stat> objects = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          objects.add(readStat(in));
        }
        yield new Operation.StatMany(objects);
      }
      case operation_code.OP_VERSIONS -> {
        int count = in.readCount("inodes", Contract.VERSIONS_MAX, 8);
        List<InodeId> inodes = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          inodes.add(ValueCodec.readInode(in, "inodes"));
        }
        yield new Operation.Versions(inodes);
      }
      case operation_code.OP_LIST -> {
        Location where = readLocation(in);
        byte[] after = in.readOpaque("after", Contract.NAME_MAX);
        yield new Operation.ListDirectory(
            where,
            after.length == 0 ? Optional.empty() : Optional.of(Name.of(after)),
            in.readInt("limit"),
            in.readBoolean("with_attributes"));
      }
      case operation_code.OP_READ_LINK -> {
        Location where = readLocation(in);
        in.readBoolean("follow"); // has no meaning here: a link is what is asked for
        yield new Operation.ReadLink(where);
      }
      case operation_code.OP_FILESYSTEM -> new Operation.StatFilesystem();
      case operation_code.OP_CREATE ->
          new Operation.Create(
              readLocation(in),
              createMode(in.readInt("how")),
              in.readInt("mode"),
              in.readInt("replication"));
      case operation_code.OP_MAKE_DIR ->
          new Operation.MakeDirectory(
              readLocation(in), in.readInt("mode"), in.readBoolean("parents"));
      case operation_code.OP_SYMLINK ->
          new Operation.MakeSymlink(
              readLocation(in), LinkTarget.of(in.readOpaque("target", Contract.PATH_MAX)));
      case operation_code.OP_LINK -> new Operation.Link(readLocation(in), readLocation(in));
      case operation_code.OP_UNLINK -> new Operation.Unlink(readLocation(in));
      case operation_code.OP_REMOVE_DIR -> new Operation.RemoveDirectory(readLocation(in));
      case operation_code.OP_REMOVE_TREE -> new Operation.RemoveTree(readLocation(in));
      case operation_code.OP_COPY_TREE ->
          new Operation.CopyTree(readLocation(in), readLocation(in), in.readBoolean("preserve"));
      case operation_code.OP_RENAME ->
          new Operation.Rename(readLocation(in), readLocation(in), renameMode(in.readInt("how")));
      case operation_code.OP_SET_ATTRIBUTES ->
          new Operation.SetAttributes(readLocation(in), in.readBoolean("follow"), readChanges(in));
      case operation_code.OP_SET_XATTR ->
          new Operation.SetXattr(
              readLocation(in),
              in.readBoolean("follow"),
              xattrMode(in.readInt("how")),
              readXattrName(in),
              ValueCodec.readBytes(in, "value", Contract.XATTR_VALUE_MAX));
      case operation_code.OP_GET_XATTR ->
          new Operation.GetXattr(readLocation(in), in.readBoolean("follow"), readXattrName(in));
      case operation_code.OP_LIST_XATTRS ->
          new Operation.ListXattrs(readLocation(in), in.readBoolean("follow"));
      case operation_code.OP_REMOVE_XATTR ->
          new Operation.RemoveXattr(readLocation(in), in.readBoolean("follow"), readXattrName(in));
      case operation_code.OP_READ ->
          new Operation.Read(
              readLocation(in),
              in.readBoolean("follow"),
              ValueCodec.readCounter(in, "first"),
              in.readInt("count"));
      case operation_code.OP_ALLOCATE -> readAllocate(in);
      case operation_code.OP_ATTACH -> {
        Location where = readLocation(in);
        Extent extent = ValueCodec.readExtent(in);
        yield new Operation.Attach(where, extent, ValueCodec.readCounter(in, "minimum_size"));
      }
      case operation_code.OP_WRITE_INLINE ->
          new Operation.WriteInline(
              readLocation(in), ValueCodec.readBytes(in, "content", Contract.INLINE_MAX));
      case operation_code.OP_EXTEND_INLINE ->
          new Operation.ExtendInline(
              readLocation(in),
              ValueCodec.readCounter(in, "index"),
              in.readInt("kept"),
              ValueCodec.readBytes(in, "content", Contract.INLINE_MAX));
      case operation_code.OP_PUNCH ->
          new Operation.Punch(
              readLocation(in),
              ValueCodec.readCounter(in, "first"),
              ValueCodec.readCounter(in, "count"));
      case operation_code.OP_GIVE_BACK ->
          new Operation.GiveBack(ValueCodec.readCounter(in, "generation"));
      default -> throw new XdrException("code is " + code + ", no operation has that number");
    };
  }

  private static Operation readBegin(NettyXdrDecodingStream in) throws XdrException {
    int millis = in.readInt("idle_timeout_millis");
    if (millis < 0) {
      throw new XdrException("idle_timeout_millis is " + millis + ", it cannot be negative");
    }
    return new Operation.Begin(
        Duration.ofMillis(millis),
        in.readBoolean("principal") ? Optional.of(ValueCodec.readPrincipal(in)) : Optional.empty());
  }

  private static Operation.Stat readStat(NettyXdrDecodingStream in) throws XdrException {
    return new Operation.Stat(readLocation(in), in.readBoolean("follow"));
  }

  private static Operation readAllocate(NettyXdrDecodingStream in) throws XdrException {
    Location where = readLocation(in);
    long index = ValueCodec.readCounter(in, "index");
    int count = in.readInt("count");
    int replication = in.readInt("replication");
    int[] preferredNumbers = in.readIntArray("preferred", Contract.REPLICAS_MAX);
    List<DatanodeId> preferred = new ArrayList<>(preferredNumbers.length);
    for (int number : preferredNumbers) {
      preferred.add(ValueCodec.datanode("preferred", number));
    }
    Set<DatanodeId> avoided = new TreeSet<>();
    for (int number : in.readIntArray("avoided", Contract.NODES_MAX)) {
      avoided.add(ValueCodec.datanode("avoided", number));
    }
    return new Operation.Allocate(where, index, count, replication, preferred, avoided);
  }

  private static Location readLocation(NettyXdrDecodingStream in) throws XdrException {
    int kind = in.readInt("kind");
    return switch (kind) {
      case base_kind.BASE_ROOT -> Location.of(ValueCodec.readPath(in, "path"));
      case base_kind.BASE_INODE ->
          new Location(
              new Location.Base.Inode(ValueCodec.readInode(in, "inode")),
              ValueCodec.readPath(in, "path"));
      case base_kind.BASE_RESULT ->
          new Location(
              new Location.Base.Result(in.readInt("operation")), ValueCodec.readPath(in, "path"));
      default -> throw new XdrException("kind is " + kind + ", no base has that number");
    };
  }

  private static XattrName readXattrName(NettyXdrDecodingStream in) throws XdrException {
    return XattrName.of(in.readOpaque("name", Contract.XATTR_NAME_MAX));
  }

  private static AttributeChanges readChanges(NettyXdrDecodingStream in) throws XdrException {
    return new AttributeChanges(
        readOptionalInt(in, "mode"),
        readOptionalName(in, "owner"),
        readOptionalName(in, "group"),
        in.readBoolean("size") ? Optional.of(ValueCodec.readCounter(in, "size")) : Optional.empty(),
        readOptionalInt(in, "replication"),
        readTimeChange(in, "mtime"),
        readTimeChange(in, "ctime"),
        readTimeChange(in, "birth"));
  }

  private static Optional<Integer> readOptionalInt(NettyXdrDecodingStream in, String field)
      throws XdrException {
    return in.readBoolean(field) ? Optional.of(in.readInt(field)) : Optional.empty();
  }

  private static Optional<String> readOptionalName(NettyXdrDecodingStream in, String field)
      throws XdrException {
    return in.readBoolean(field)
        ? Optional.of(in.readString(field, Contract.USER_MAX))
        : Optional.empty();
  }

  private static TimeChange readTimeChange(NettyXdrDecodingStream in, String field)
      throws XdrException {
    int how = in.readInt(field);
    return switch (how) {
      case time_how.TIME_KEEP -> TimeChange.KEEP;
      case time_how.TIME_SERVER -> TimeChange.SERVER;
      case time_how.TIME_GIVEN -> TimeChange.to(ValueCodec.readTime(in, field));
      default -> throw new XdrException(field + " is " + how + ", expected 0, 1 or 2");
    };
  }

  private static Requirement requirement(int code) throws XdrException {
    return switch (code) {
      case 1 -> Requirement.PRESENT;
      case 2 -> Requirement.ABSENT;
      case 3 -> Requirement.VERSION;
      case 4 -> Requirement.CONTENT_VERSION;
      default -> throw new XdrException("kind is " + code + ", no requirement has that number");
    };
  }

  private static CreateMode createMode(int code) throws XdrException {
    return switch (code) {
      case 1 -> CreateMode.EXCLUSIVE;
      case 2 -> CreateMode.OPEN;
      case 3 -> CreateMode.TRUNCATE;
      case 4 -> CreateMode.REPLACE;
      default -> throw new XdrException("how is " + code + ", no way to create has that number");
    };
  }

  private static RenameMode renameMode(int code) throws XdrException {
    return switch (code) {
      case 0 -> RenameMode.REPLACE;
      case 1 -> RenameMode.NO_REPLACE;
      case 2 -> RenameMode.EXCHANGE;
      default -> throw new XdrException("how is " + code + ", no way to rename has that number");
    };
  }

  private static XattrMode xattrMode(int code) throws XdrException {
    return switch (code) {
      case 0 -> XattrMode.SET;
      case 1 -> XattrMode.CREATE;
      case 2 -> XattrMode.REPLACE;
      default ->
          throw new XdrException("how is " + code + ", no way to set an attribute has that number");
    };
  }
}
