package io.plasmafs.namenode.store;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.FsException;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.Replica;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A batch as bytes, the way it is kept in the log.
///
/// | Offset | Width | |
/// |---|---|---|
/// | 0 | 1 | version of this format, 1 |
/// | 1 | 4 | CRC32C of all that follows, highest byte first |
/// | 5 | n | varint epoch, varint first sequence number, varint number of commits, the commits |
///
/// A varint has seven bits in each byte, lowest first, the highest bit set in all but the last;
/// where negative numbers are possible they are zigzag-coded. Bytes and texts (UTF-8) are preceded
/// by their length. A commit is its token (length 0 if it has none), time, user, number of changes,
/// changes; a change is a byte that tells its kind and its fields in the order of the record.
///
/// [#decode] believes nothing: every length is checked against what is left before memory is taken.
final class LogCodec {
  private static final byte FORMAT = 1;
  private static final int HEADER_BYTES = 5;
  private static final int MAX_REPLICAS = 64;
  private static final int MAX_OWNER_BYTES = 1024;

  private static final int PUT_INODE = 1;
  private static final int DELETE_INODE = 2;
  private static final int PUT_ENTRY = 3;
  private static final int DELETE_ENTRY = 4;
  private static final int PUT_EXTENT = 5;
  private static final int DELETE_EXTENT = 6;
  private static final int PUT_INLINE = 7;
  private static final int DELETE_INLINE = 8;
  private static final int PUT_XATTR = 9;
  private static final int DELETE_XATTR = 10;
  private static final int STORED_INLINE = 11;
  private static final int CONTINUED_INLINE = 12;

  private LogCodec() {}

  /// Bytes that are not a batch, and why.
  static final class MalformedBatch extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedBatch(String message) {
      super(message);
    }
  }

  static byte[] encode(CommitBatch batch) {
    Output out = new Output(64 + 256 * batch.commits().size());
    out.skip(HEADER_BYTES);
    out.number(batch.epoch());
    out.number(batch.first());
    out.number(batch.commits().size());
    for (ChangeSet commit : batch.commits()) {
      out.bytes(commit.token().map(CommitToken::bytes).orElse(new byte[0]));
      out.signed(commit.timeMillis());
      out.text(commit.user());
      out.number(commit.changes().size());
      for (Change change : commit.changes()) {
        encode(change, out);
      }
    }
    byte[] bytes = out.toArray();
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    ByteBuffer.wrap(bytes).put(FORMAT).putInt((int) crc.getValue());
    return bytes;
  }

  private static void encode(Change change, Output out) {
    switch (change) {
      case Change.PutInode(InodeRecord inode) -> {
        out.kind(PUT_INODE);
        encode(inode, out);
      }
      case Change.DeleteInode(InodeId inode) -> {
        out.kind(DELETE_INODE);
        out.number(inode.value());
      }
      case Change.PutEntry(InodeId directory, Name name, InodeId inode) -> {
        out.kind(PUT_ENTRY);
        out.number(directory.value());
        out.name(name);
        out.number(inode.value());
      }
      case Change.DeleteEntry(InodeId directory, Name name) -> {
        out.kind(DELETE_ENTRY);
        out.number(directory.value());
        out.name(name);
      }
      case Change.PutExtent(InodeId inode, Extent extent) -> {
        out.kind(PUT_EXTENT);
        out.number(inode.value());
        encode(extent, out);
      }
      case Change.DeleteExtent(InodeId inode, long index) -> {
        out.kind(DELETE_EXTENT);
        out.number(inode.value());
        out.number(index);
      }
      case Change.PutInline(InodeId inode, InlineContent content, int kept) -> {
        if (content.index() != 0 || kept != 0) {
          throw new IllegalArgumentException("the log knows contents of small files only");
        }
        out.kind(PUT_INLINE);
        out.number(inode.value());
        out.bytes(content.bytes().unsafeArray());
      }
      case Change.StoredInline(InodeId inode, boolean continues) -> {
        out.kind(continues ? CONTINUED_INLINE : STORED_INLINE);
        out.number(inode.value());
      }
      case Change.DeleteInline(InodeId inode) -> {
        out.kind(DELETE_INLINE);
        out.number(inode.value());
      }
      case Change.PutXattr(InodeId inode, XattrName name, Bytes value) -> {
        out.kind(PUT_XATTR);
        out.number(inode.value());
        out.bytes(name.bytes());
        out.bytes(value.unsafeArray());
      }
      case Change.DeleteXattr(InodeId inode, XattrName name) -> {
        out.kind(DELETE_XATTR);
        out.number(inode.value());
        out.bytes(name.bytes());
      }
    }
  }

  private static void encode(InodeRecord inode, Output out) {
    out.number(inode.id().value());
    out.kind(inode.type().code());
    out.number(inode.mode());
    out.text(inode.owner());
    out.text(inode.group());
    out.number(inode.size());
    out.instant(inode.mtime());
    out.instant(inode.ctime());
    out.instant(inode.birth());
    out.number(inode.nlink());
    out.number(inode.replication());
    out.number(inode.blocks());
    out.kind(inode.content().code());
    out.number(inode.version());
    out.number(inode.contentVersion());
    out.number(inode.parent().value());
    out.bytes(inode.target().map(LinkTarget::bytes).orElse(new byte[0]));
  }

  private static void encode(Extent extent, Output out) {
    out.number(extent.index());
    out.number(extent.count());
    out.number(extent.generation());
    out.number(extent.replicas().size());
    for (Replica replica : extent.replicas()) {
      out.number(replica.datanode().value());
      out.number(replica.firstBlock());
    }
    out.bytes(checksumBytes(extent.checksums()));
  }

  /// Four bytes each, highest first.
  static byte[] checksumBytes(Checksums checksums) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * checksums.count());
    for (int i = 0; i < checksums.count(); i++) {
      buffer.putInt(checksums.at(i));
    }
    return buffer.array();
  }

  /// What [#checksumBytes] made.
  static Checksums checksums(byte[] bytes) {
    int[] values = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).asIntBuffer().get(values);
    return Checksums.of(values);
  }

  /// The batch that these bytes are.
  static CommitBatch decode(byte[] bytes) throws MalformedBatch {
    if (bytes.length < HEADER_BYTES) {
      throw new MalformedBatch(bytes.length + " bytes are no batch");
    }
    if (bytes[0] != FORMAT) {
      throw new MalformedBatch(
          "format " + (bytes[0] & 0xff) + " of a batch is unknown, this program knows " + FORMAT);
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    int stored = ByteBuffer.wrap(bytes).getInt(1);
    if (stored != (int) crc.getValue()) {
      throw new MalformedBatch(
          String.format(
              "checksum of a batch of %d bytes is %08x, stored was %08x",
              bytes.length, (int) crc.getValue(), stored));
    }
    return decodeBody(new Input(bytes, HEADER_BYTES));
  }

  /// Decodes without regard to version and checksum.
  static CommitBatch decodeBody(Input in) throws MalformedBatch {
    try {
      long epoch = in.number();
      long sequence = in.number();
      int count = in.count(4);
      List<ChangeSet> commits = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        byte[] token = in.bytes(CommitToken.MAX_BYTES);
        long time = in.signed();
        String user = in.text(MAX_OWNER_BYTES);
        int changes = in.count(2);
        List<Change> list = new ArrayList<>(changes);
        for (int c = 0; c < changes; c++) {
          list.add(change(in));
        }
        commits.add(
            new ChangeSet(
                sequence + i,
                token.length == 0 ? Optional.empty() : Optional.of(CommitToken.of(token)),
                time,
                user,
                list));
      }
      if (in.left() != 0) {
        throw new MalformedBatch(in.left() + " bytes follow the last commit of a batch");
      }
      return new CommitBatch(epoch, commits);
    } catch (IllegalArgumentException | FsException | DateTimeException e) {
      // The values check themselves.
      throw new MalformedBatch(String.valueOf(e.getMessage()));
    }
  }

  private static Change change(Input in) throws MalformedBatch {
    int kind = in.kind();
    return switch (kind) {
      case PUT_INODE -> new Change.PutInode(inode(in));
      case DELETE_INODE -> new Change.DeleteInode(in.inode());
      case PUT_ENTRY -> new Change.PutEntry(in.inode(), in.name(), in.inode());
      case DELETE_ENTRY -> new Change.DeleteEntry(in.inode(), in.name());
      case PUT_EXTENT -> new Change.PutExtent(in.inode(), extent(in));
      case DELETE_EXTENT -> new Change.DeleteExtent(in.inode(), in.number());
      case PUT_INLINE ->
          new Change.PutInline(
              in.inode(), new InlineContent(0, Bytes.wrap(in.bytes(Integer.MAX_VALUE)), 1), 0);
      case STORED_INLINE -> new Change.StoredInline(in.inode(), false);
      case CONTINUED_INLINE -> new Change.StoredInline(in.inode(), true);
      case DELETE_INLINE -> new Change.DeleteInline(in.inode());
      case PUT_XATTR ->
          new Change.PutXattr(
              in.inode(),
              XattrName.of(in.bytes(XattrName.MAX_BYTES)),
              Bytes.wrap(in.bytes(Integer.MAX_VALUE)));
      case DELETE_XATTR ->
          new Change.DeleteXattr(in.inode(), XattrName.of(in.bytes(XattrName.MAX_BYTES)));
      default -> throw new MalformedBatch("no change has the kind " + kind);
    };
  }

  private static InodeRecord inode(Input in) throws MalformedBatch {
    InodeId id = in.inode();
    FileType type = FileType.ofCode(in.kind());
    int mode = in.integer();
    String owner = in.text(MAX_OWNER_BYTES);
    String group = in.text(MAX_OWNER_BYTES);
    long size = in.number();
    Instant mtime = in.instant();
    Instant ctime = in.instant();
    Instant birth = in.instant();
    int nlink = in.integer();
    int replication = in.integer();
    long blocks = in.number();
    ContentKind content = ContentKind.ofCode(in.kind());
    long version = in.number();
    long contentVersion = in.number();
    InodeId parent = new InodeId(in.number());
    byte[] target = in.bytes(Integer.MAX_VALUE);
    return new InodeRecord(
        new Attributes(
            id,
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
            contentVersion),
        content,
        parent,
        target.length == 0 ? Optional.empty() : Optional.of(LinkTarget.of(target)));
  }

  private static Extent extent(Input in) throws MalformedBatch {
    long index = in.number();
    int count = in.integer();
    long generation = in.number();
    int replicas = in.count(2);
    if (replicas > MAX_REPLICAS) {
      throw new MalformedBatch("an extent has " + replicas + " replicas");
    }
    List<Replica> list = new ArrayList<>(replicas);
    for (int i = 0; i < replicas; i++) {
      list.add(new Replica(new DatanodeId(in.integer()), in.number()));
    }
    byte[] checksums = in.bytes(4 * Extent.MAX_BLOCKS);
    if (checksums.length % 4 != 0) {
      throw new MalformedBatch(checksums.length + " bytes are no list of checksums");
    }
    return new Extent(index, count, generation, list, checksums(checksums));
  }

  /// Grows as it is written.
  private static final class Output {
    private byte[] array;
    private int position;

    Output(int capacity) {
      array = new byte[capacity];
    }

    private void ensure(int bytes) {
      if (array.length - position < bytes) {
        long wanted = Math.max((long) position + bytes, (long) array.length * 2);
        if ((long) position + bytes > Integer.MAX_VALUE - 16) {
          throw new IllegalArgumentException("a batch of more than 2 GiB cannot be encoded");
        }
        array = Arrays.copyOf(array, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
      }
    }

    void skip(int bytes) {
      ensure(bytes);
      position += bytes;
    }

    void kind(int kind) {
      ensure(1);
      array[position++] = (byte) kind;
    }

    /// Negative numbers take ten bytes; the fields that use this have none.
    void number(long value) {
      ensure(10);
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        array[position++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      array[position++] = (byte) rest;
    }

    void signed(long value) {
      number((value << 1) ^ (value >> 63));
    }

    void instant(Instant instant) {
      signed(instant.getEpochSecond());
      number(instant.getNano());
    }

    void bytes(byte[] bytes) {
      number(bytes.length);
      ensure(bytes.length);
      System.arraycopy(bytes, 0, array, position, bytes.length);
      position += bytes.length;
    }

    void name(Name name) {
      number(name.length());
      ensure(name.length());
      name.copyTo(array, position);
      position += name.length();
    }

    void text(String text) {
      bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    byte[] toArray() {
      return Arrays.copyOf(array, position);
    }
  }

  /// Reads within bounds.
  static final class Input {
    private final byte[] array;
    private int position;

    Input(byte[] array, int position) {
      this.array = array;
      this.position = position;
    }

    int left() {
      return array.length - position;
    }

    int kind() throws MalformedBatch {
      if (left() < 1) {
        throw new MalformedBatch("a batch ends within a change");
      }
      return array[position++];
    }

    long number() throws MalformedBatch {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        if (left() < 1) {
          throw new MalformedBatch("a batch ends within a number");
        }
        byte b = array[position++];
        value |= (long) (b & 0x7f) << shift;
        if (b >= 0) {
          return value;
        }
      }
      throw new MalformedBatch("a number in a batch has more than ten bytes");
    }

    long signed() throws MalformedBatch {
      long value = number();
      return (value >>> 1) ^ -(value & 1);
    }

    int integer() throws MalformedBatch {
      long value = number();
      if (value < 0 || value > Integer.MAX_VALUE) {
        throw new MalformedBatch(value + " in a batch is no number of 31 bits");
      }
      return (int) value;
    }

    /// A number of things that take at least `least` bytes each.
    int count(int least) throws MalformedBatch {
      long value = number();
      if (value < 0 || value > left() / least) {
        throw new MalformedBatch(value + " things do not fit into " + left() + " bytes of a batch");
      }
      return (int) value;
    }

    byte[] bytes(int limit) throws MalformedBatch {
      long length = number();
      if (length < 0 || length > left() || length > limit) {
        throw new MalformedBatch(
            length
                + " bytes are announced in a batch, "
                + Math.min(left(), limit)
                + " are possible");
      }
      byte[] bytes = Arrays.copyOfRange(array, position, position + (int) length);
      position += (int) length;
      return bytes;
    }

    String text(int limit) throws MalformedBatch {
      return new String(bytes(limit), StandardCharsets.UTF_8);
    }

    InodeId inode() throws MalformedBatch {
      return new InodeId(number());
    }

    Name name() throws MalformedBatch {
      return Name.of(bytes(Name.MAX_BYTES));
    }

    Instant instant() throws MalformedBatch {
      long seconds = signed();
      int nanos = integer();
      if (nanos > 999_999_999) {
        throw new MalformedBatch(nanos + " nanoseconds are more than a second");
      }
      return Instant.ofEpochSecond(seconds, nanos);
    }
  }
}
