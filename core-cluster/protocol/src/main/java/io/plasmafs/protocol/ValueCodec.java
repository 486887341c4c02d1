package io.plasmafs.protocol;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.GrantedExtent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Principal;
import io.plasmafs.model.Replica;
import io.plasmafs.model.Ticket;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The values of `1-types.x`, between the model and the wire, without the generated objects
/// between.
///
/// Writing fails with an [XdrException] where a value is beyond its bound, reading where the bytes
/// are no such value.
final class ValueCodec {
  private static final byte[] NO_BYTES = new byte[0];

  /// Fewest bytes that one of these takes on the wire, for the check of counts.

  static final int MIN_CONFLICT = 44;

  static final int MIN_TICKET = 88;
  static final int MIN_REPLICA = 12;
  static final int MIN_EXTENT = 28;
  static final int MIN_GRANTED_EXTENT = MIN_EXTENT + 4;

  private ValueCodec() {}

  // Numbers and strings.

  /// Writes a number that counts something.
  static void writeCounter(NettyXdrEncodingStream out, String field, long value)
      throws XdrException {
    if (value < 0) {
      throw new XdrException(field + " is " + value + ", it cannot be negative");
    }
    out.writeLong(value);
  }

  static long readCounter(NettyXdrDecodingStream in, String field) throws XdrException {
    long value = in.readLong(field);
    if (value < 0) {
      throw new XdrException(field + " is " + value + ", it cannot be negative");
    }
    return value;
  }

  static InodeId readInode(NettyXdrDecodingStream in, String field) throws XdrException {
    return new InodeId(readCounter(in, field));
  }

  static DatanodeId readDatanode(NettyXdrDecodingStream in, String field) throws XdrException {
    return datanode(field, in.readInt(field));
  }

  static DatanodeId datanode(String field, int value) throws XdrException {
    if (value < 1) {
      throw new XdrException(field + " is " + value + ", datanodes are numbered from 1");
    }
    return new DatanodeId(value);
  }

  static void writePath(NettyXdrEncodingStream out, String field, FsPath path) throws XdrException {
    out.writeOpaque(field, path.isEmpty() ? NO_BYTES : path.bytes(), Contract.PATH_MAX);
  }

  /// @throws io.plasmafs.model.FsException EBADPATH or ENAMETOOLONG if the bytes are no path
  static FsPath readPath(NettyXdrDecodingStream in, String field) throws XdrException {
    byte[] bytes = in.readOpaque(field, Contract.PATH_MAX);
    return bytes.length == 0 ? FsPath.EMPTY : FsPath.of(bytes);
  }

  static void writeBytes(NettyXdrEncodingStream out, String field, Bytes bytes, int max)
      throws XdrException {
    out.writeOpaque(field, bytes.unsafeArray(), max);
  }

  static Bytes readBytes(NettyXdrDecodingStream in, String field, int max) throws XdrException {
    return Bytes.wrap(in.readOpaque(field, max));
  }

  static void writeToken(NettyXdrEncodingStream out, Optional<CommitToken> token)
      throws XdrException {
    out.writeOpaque(
        "token", token.isPresent() ? token.get().bytes() : NO_BYTES, Contract.TOKEN_MAX);
  }

  static Optional<CommitToken> readToken(NettyXdrDecodingStream in) throws XdrException {
    byte[] bytes = in.readOpaque("token", Contract.TOKEN_MAX);
    return bytes.length == 0 ? Optional.empty() : Optional.of(CommitToken.of(bytes));
  }

  static void writeTime(NettyXdrEncodingStream out, Instant time) {
    out.writeLong(time.getEpochSecond());
    out.writeInt(time.getNano());
  }

  static Instant readTime(NettyXdrDecodingStream in, String field) throws XdrException {
    return time(field, in.readLong(field), in.readInt(field));
  }

  static Instant time(String field, long seconds, int nanoseconds) throws XdrException {
    if (nanoseconds < 0 || nanoseconds > 999_999_999) {
      throw new XdrException(
          field + " has " + nanoseconds + " nanoseconds, expected 0 to 999999999");
    }
    try {
      return Instant.ofEpochSecond(seconds, nanoseconds);
    } catch (DateTimeException e) {
      throw wrong(field + " is " + seconds + " seconds from 1970, beyond all clocks", e);
    }
  }

  /// A failure of decoding that has a cause.
  static XdrException wrong(String message, Exception cause) {
    XdrException failure = new XdrException(message);
    failure.initCause(cause);
    return failure;
  }

  static FsStatus status(String field, int code) throws XdrException {
    Optional<FsStatus> status = FsStatus.ofCode(code);
    if (status.isEmpty()) {
      throw new XdrException(field + " is " + code + ", no status has that number");
    }
    return status.get();
  }

  // Principals.

  static void writePrincipal(NettyXdrEncodingStream out, Principal principal) throws XdrException {
    out.writeString("user", principal.user(), Contract.USER_MAX);
    out.writeString("group", principal.group(), Contract.USER_MAX);
    out.writeString("groups", joinGroups(principal.groups()), Contract.GROUPS_MAX);
  }

  static Principal readPrincipal(NettyXdrDecodingStream in) throws XdrException {
    return principal(
        in.readString("user", Contract.USER_MAX),
        in.readString("group", Contract.USER_MAX),
        in.readString("groups", Contract.GROUPS_MAX));
  }

  static Principal principal(String user, String group, String groups) throws XdrException {
    if (user.isEmpty() || group.isEmpty()) {
      throw new XdrException("user '" + user + "' or group '" + group + "' is empty");
    }
    return new Principal(user, group, splitGroups(groups));
  }

  /// The list on the wire: sorted, so that equal principals look the same.
  static String joinGroups(Set<String> groups) throws XdrException {
    if (groups.isEmpty()) {
      return "";
    }
    for (String group : groups) {
      if (group.isEmpty() || group.indexOf(',') >= 0) {
        throw new XdrException("groups has '" + group + "', which is empty or has a comma");
      }
    }
    return String.join(",", new TreeSet<>(groups));
  }

  private static Set<String> splitGroups(String groups) throws XdrException {
    if (groups.isEmpty()) {
      return Set.of();
    }
    Set<String> names = new TreeSet<>();
    int start = 0;
    while (start <= groups.length()) {
      int comma = groups.indexOf(',', start);
      int end = comma < 0 ? groups.length() : comma;
      if (end == start) {
        throw new XdrException("groups has an empty name at position " + start);
      }
      names.add(groups.substring(start, end));
      start = end + 1;
    }
    return names;
  }

  // Attributes.

  static void writeAttributes(NettyXdrEncodingStream out, Attributes a) throws XdrException {
    out.writeLong(a.inode().value());
    out.writeInt(a.type().code());
    out.writeInt(a.mode());
    out.writeString("owner", a.owner(), Contract.USER_MAX);
    out.writeString("group", a.group(), Contract.USER_MAX);
    out.writeLong(a.size());
    writeTime(out, a.mtime());
    writeTime(out, a.ctime());
    writeTime(out, a.birth());
    out.writeInt(a.nlink());
    out.writeInt(a.replication());
    out.writeLong(a.blocks());
    writeCounter(out, "inode_version", a.version());
    writeCounter(out, "content_version", a.contentVersion());
  }

  static Attributes readAttributes(NettyXdrDecodingStream in, NameCache names) throws XdrException {
    InodeId inode = readInode(in, "inode");
    FileType type = fileType(in.readInt("type"));
    int mode = in.readInt("mode");
    if ((mode & ~07777) != 0) {
      throw new XdrException("mode is " + Integer.toOctalString(mode) + ", expected bits of 7777");
    }
    String owner = names.read(in, "owner", Contract.USER_MAX);
    String group = names.read(in, "group", Contract.USER_MAX);
    long size = readCounter(in, "size");
    Instant mtime = readTime(in, "mtime");
    Instant ctime = readTime(in, "ctime");
    Instant birth = readTime(in, "birth");
    int nlink = in.readInt("nlink");
    if (nlink < 0) {
      throw new XdrException("nlink is " + nlink + ", it cannot be negative");
    }
    int replication = in.readInt("replication");
    long blocks = readCounter(in, "blocks");
    long version = readCounter(in, "inode_version");
    long contentVersion = readCounter(in, "content_version");
    return new Attributes(
        inode,
        type,
        mode,
        owner,
        group,
        size,
        mtime,
        ctime,
        birth,
        nlink,
        replication,
        blocks,
        version,
        contentVersion);
  }

  private static FileType fileType(int code) throws XdrException {
    try {
      return FileType.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw wrong("type is " + code + ", no file type has that number", e);
    }
  }

  // Conflicts.

  static void writeConflict(NettyXdrEncodingStream out, Conflict conflict) throws XdrException {
    out.writeInt(conflict.kind().code());
    out.writeLong(conflict.inode().value());
    writePath(out, "path", conflict.path());
    out.writeLong(conflict.expected());
    out.writeLong(conflict.found());
    out.writeString("user", conflict.user(), Contract.USER_MAX);
    out.writeLong(conflict.ageMillis());
  }

  static Conflict readConflict(NettyXdrDecodingStream in, NameCache names) throws XdrException {
    return new Conflict(
        conflictKind(in.readInt("kind")),
        readInode(in, "inode"),
        readPath(in, "path"),
        in.readLong("expected"),
        in.readLong("found"),
        names.read(in, "user", Contract.USER_MAX),
        in.readLong("age_millis"));
  }

  private static Conflict.Kind conflictKind(int code) throws XdrException {
    return switch (code) {
      case 1 -> Conflict.Kind.INODE_LOCKED;
      case 2 -> Conflict.Kind.NAME_EXISTS;
      case 3 -> Conflict.Kind.NAME_CREATING;
      case 4 -> Conflict.Kind.NAME_REMOVING;
      case 5 -> Conflict.Kind.CHANGED;
      case 6 -> Conflict.Kind.VERSION;
      case 7 -> Conflict.Kind.CONTENT_VERSION;
      case 8 -> Conflict.Kind.PRESENT;
      case 9 -> Conflict.Kind.ABSENT;
      default -> throw new XdrException("kind is " + code + ", no conflict has that number");
    };
  }

  // Extents and tickets.

  static void writeExtent(NettyXdrEncodingStream out, Extent extent) throws XdrException {
    out.writeLong(extent.index());
    out.writeInt(extent.count());
    writeCounter(out, "generation", extent.generation());
    List<Replica> replicas = extent.replicas();
    out.writeCount("replicas", replicas.size(), Contract.REPLICAS_MAX);
    for (Replica replica : replicas) {
      out.writeInt(replica.datanode().value());
      out.writeLong(replica.firstBlock());
    }
    Checksums checksums = extent.checksums();
    out.writeCount("checksums", checksums.count(), Contract.EXTENT_BLOCKS_MAX);
    for (int i = 0; i < checksums.count(); i++) {
      out.writeInt(checksums.at(i));
    }
  }

  static Extent readExtent(NettyXdrDecodingStream in) throws XdrException {
    long index = readCounter(in, "index");
    int count = readBlockCount(in);
    long generation = readCounter(in, "generation");
    int replicaCount = in.readCount("replicas", Contract.REPLICAS_MAX, MIN_REPLICA);
    List<Replica> replicas = new ArrayList<>(replicaCount);
    for (int i = 0; i < replicaCount; i++) {
      replicas.add(new Replica(readDatanode(in, "datanode"), readCounter(in, "first_block")));
    }
    int[] checksums = in.readIntArray("checksums", Contract.EXTENT_BLOCKS_MAX);
    return extent(index, count, generation, replicas, checksums);
  }

  static Extent extent(
      long index, int count, long generation, List<Replica> replicas, int[] checksums)
      throws XdrException {
    if (index > Long.MAX_VALUE - count) {
      throw new XdrException("index is " + index + ", beyond the largest file");
    }
    if (checksums.length != 0 && checksums.length != count) {
      throw new XdrException(
          "checksums has " + checksums.length + " of " + count + " blocks, expected all or none");
    }
    return new Extent(index, count, generation, replicas, Checksums.of(checksums));
  }

  private static int readBlockCount(NettyXdrDecodingStream in) throws XdrException {
    return blockCount(in.readInt("count"));
  }

  static int blockCount(int count) throws XdrException {
    if (count < 1 || count > Contract.EXTENT_BLOCKS_MAX) {
      throw new XdrException(
          "count is " + count + ", expected 1 to " + Contract.EXTENT_BLOCKS_MAX + " blocks");
    }
    return count;
  }

  static void writeTicket(NettyXdrEncodingStream out, Ticket ticket) throws XdrException {
    out.writeInt(ticket.datanode().value());
    out.writeLong(ticket.epoch());
    out.writeInt(ticket.keyId());
    out.writeLong(ticket.firstBlock());
    out.writeInt(ticket.count());
    out.writeLong(ticket.generation());
    out.writeInt(ticket.right().code());
    out.writeLong(ticket.transaction());
    out.writeLong(ticket.expiresMillis());
    out.writeFixedOpaque("mac", ticket.mac().bytes(), Contract.MAC_BYTES);
  }

  static Ticket readTicket(NettyXdrDecodingStream in) throws XdrException {
    return new Ticket(
        readDatanode(in, "datanode"),
        in.readLong("epoch"),
        in.readInt("key_id"),
        in.readLong("first_block"),
        in.readInt("count"),
        in.readLong("generation"),
        right(in.readInt("right")),
        in.readLong("transaction"),
        in.readLong("expires"),
        Ticket.Mac.of(in.readFixedOpaque("mac", Contract.MAC_BYTES)));
  }

  static Ticket.Right right(int code) throws XdrException {
    return switch (code) {
      case 1 -> Ticket.Right.READ;
      case 2 -> Ticket.Right.WRITE;
      case 3 -> Ticket.Right.COPY;
      default -> throw new XdrException("right is " + code + ", expected 1 (read) or 2 (write)");
    };
  }

  static void writeGrantedExtents(NettyXdrEncodingStream out, List<GrantedExtent> extents)
      throws XdrException {
    out.writeCount("extents", extents.size(), Contract.EXTENTS_MAX);
    for (GrantedExtent granted : extents) {
      writeExtent(out, granted.extent());
      out.writeCount("tickets", granted.tickets().size(), Contract.REPLICAS_MAX);
      for (Ticket ticket : granted.tickets()) {
        writeTicket(out, ticket);
      }
    }
  }

  static List<GrantedExtent> readGrantedExtents(NettyXdrDecodingStream in) throws XdrException {
    int count = in.readCount("extents", Contract.EXTENTS_MAX, MIN_GRANTED_EXTENT);
    List<GrantedExtent> extents = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Extent extent = readExtent(in);
      int tickets = in.readCount("tickets", Contract.REPLICAS_MAX, MIN_TICKET);
      if (tickets != extent.replicas().size()) {
        throw new XdrException(
            "tickets has "
                + tickets
                + ", expected one for each of the replicas, of which there are "
                + extent.replicas().size());
      }
      List<Ticket> list = new ArrayList<>(tickets);
      for (int j = 0; j < tickets; j++) {
        list.add(readTicket(in));
      }
      extents.add(new GrantedExtent(extent, list));
    }
    return extents;
  }

  /// Text for people, cut off after so many bytes of UTF-8, between characters.
  static String cut(String text, int maxBytes) {
    if (text.length() <= maxBytes / 3) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= maxBytes) {
      return text;
    }
    int end = maxBytes;
    while (end > 0 && (bytes[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(Arrays.copyOf(bytes, end), StandardCharsets.UTF_8);
  }
}
