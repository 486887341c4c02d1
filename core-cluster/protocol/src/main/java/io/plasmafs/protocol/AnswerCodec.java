package io.plasmafs.protocol;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InlineBlock;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.xdr.NettyXdrDecodingStream;
import io.plasmafs.oncrpc.xdr.NettyXdrEncodingStream;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.content_kind;
import io.plasmafs.protocol.xdr.outcome_kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// [Answer] as `compound_result` of `3-filesystem.x`, straight between the model and the wire.
final class AnswerCodec {
  /// Fewest bytes of an outcome: its kind.
  private static final int MIN_OUTCOME = 4;

  /// Fewest bytes of an entry: an empty name, an inode, and that there are no attributes.
  private static final int MIN_ENTRY = 16;

  private AnswerCodec() {}

  // Writing.

  static void write(NettyXdrEncodingStream out, Answer answer) throws XdrException {
    List<Outcome> outcomes = answer.outcomes();
    out.writeCount("outcomes", outcomes.size(), Contract.OPERATIONS_MAX);
    for (Outcome outcome : outcomes) {
      writeOutcome(out, outcome);
    }
    Optional<Answer.Failure> failure = answer.failure();
    out.writeBoolean(failure.isPresent());
    if (failure.isPresent()) {
      writeFailure(out, failure.get());
    }
    ValueCodec.writeCounter(out, "sequence", answer.sequence());
  }

  private static void writeFailure(NettyXdrEncodingStream out, Answer.Failure failure)
      throws XdrException {
    FsException cause = failure.cause();
    out.writeInt(cause.status().code());
    out.writeInt(failure.operation());
    String message = Objects.requireNonNullElse(cause.getMessage(), cause.status().text());
    out.writeString("message", ValueCodec.cut(message, Contract.MESSAGE_MAX), Contract.MESSAGE_MAX);
    int conflicts = Math.min(cause.conflicts().size(), Contract.CONFLICTS_MAX);
    out.writeInt(conflicts);
    for (Conflict conflict : cause.conflicts().subList(0, conflicts)) {
      ValueCodec.writeConflict(out, conflict);
    }
  }

  private static void writeOutcome(NettyXdrEncodingStream out, Outcome outcome)
      throws XdrException {
    switch (outcome) {
      case Outcome.Done done -> out.writeInt(outcome_kind.OUTCOME_DONE);
      case Outcome.Inode(Attributes attributes, boolean created) -> {
        out.writeInt(outcome_kind.OUTCOME_INODE);
        ValueCodec.writeAttributes(out, attributes);
        out.writeBoolean(created);
      }
      case Outcome.Inodes inodes -> {
        out.writeInt(outcome_kind.OUTCOME_INODES);
        out.writeCount("results", inodes.results().size(), Contract.OPERATIONS_MAX);
        for (Outcome.Found found : inodes.results()) {
          writeFound(out, found);
        }
      }
      case Outcome.Versions versions -> {
        out.writeInt(outcome_kind.OUTCOME_VERSIONS);
        out.writeCount("versions", versions.versions().size(), Contract.VERSIONS_MAX);
        for (Outcome.VersionPair pair : versions.versions()) {
          out.writeLong(pair.version());
          out.writeLong(pair.contentVersion());
        }
      }
      case Outcome.Listing listing -> {
        out.writeInt(outcome_kind.OUTCOME_LISTING);
        out.writeLong(listing.directory().value());
        out.writeLong(listing.contentVersion());
        out.writeCount("entries", listing.entries().size(), Contract.ENTRIES_MAX);
        for (Outcome.Entry entry : listing.entries()) {
          writeEntry(out, entry);
        }
        out.writeBoolean(listing.complete());
      }
      case Outcome.Value(Bytes bytes) -> {
        out.writeInt(outcome_kind.OUTCOME_BYTES);
        ValueCodec.writeBytes(out, "bytes", bytes, Contract.PATH_MAX);
      }
      case Outcome.Names names -> {
        out.writeInt(outcome_kind.OUTCOME_NAMES);
        out.writeCount("names", names.names().size(), Contract.XATTRS_MAX);
        for (XattrName name : names.names()) {
          out.writeOpaque("name", name.bytes(), Contract.XATTR_NAME_MAX);
        }
      }
      case Outcome.Content(Attributes attributes, Outcome.Body body) -> {
        out.writeInt(outcome_kind.OUTCOME_CONTENT);
        ValueCodec.writeAttributes(out, attributes);
        writeBody(out, body);
      }
      case Outcome.Allocation allocation -> {
        out.writeInt(outcome_kind.OUTCOME_ALLOCATION);
        ValueCodec.writeGrantedExtents(out, allocation.extents());
      }
      case Outcome.Removed(long entries) -> {
        out.writeInt(outcome_kind.OUTCOME_REMOVED);
        out.writeLong(entries);
      }
      case Outcome.Filesystem filesystem -> {
        out.writeInt(outcome_kind.OUTCOME_FILESYSTEM);
        out.writeLong(filesystem.totalBlocks());
        out.writeLong(filesystem.usedBlocks());
        out.writeLong(filesystem.reservedBlocks());
        out.writeInt(filesystem.blockSize());
        out.writeLong(filesystem.inodes());
        out.writeLong(filesystem.sequence());
      }
      case Outcome.Copied copied -> {
        out.writeInt(outcome_kind.OUTCOME_COPIED);
        out.writeLong(copied.inode().value());
        out.writeLong(copied.entries());
        out.writeCount("unfilled", copied.unfilled().size(), Contract.UNFILLED_MAX);
        for (Outcome.Unfilled file : copied.unfilled()) {
          out.writeLong(file.source().value());
          out.writeLong(file.copy().value());
          out.writeLong(file.size());
        }
      }
      case Outcome.Committed(long sequence) -> {
        out.writeInt(outcome_kind.OUTCOME_COMMITTED);
        out.writeLong(sequence);
      }
    }
  }

  private static void writeFound(NettyXdrEncodingStream out, Outcome.Found found)
      throws XdrException {
    boolean present = found.attributes().isPresent();
    if (present != (found.status() == FsStatus.OK)) {
      throw new XdrException(
          "results has an object of status "
              + found.status()
              + (present ? " with" : " without")
              + " attributes");
    }
    out.writeInt(found.status().code());
    if (present) {
      ValueCodec.writeAttributes(out, found.attributes().get());
    }
  }

  private static void writeEntry(NettyXdrEncodingStream out, Outcome.Entry entry)
      throws XdrException {
    out.writeOpaque("name", entry.name().unsafeArray(), Contract.NAME_MAX);
    out.writeLong(entry.inode().value());
    Optional<Attributes> attributes = entry.attributes();
    out.writeBoolean(attributes.isPresent());
    if (attributes.isPresent()) {
      ValueCodec.writeAttributes(out, attributes.get());
    }
  }

  private static void writeBody(NettyXdrEncodingStream out, Outcome.Body body) throws XdrException {
    switch (body) {
      case Outcome.Body.Inline(Bytes bytes) -> {
        out.writeInt(content_kind.CONTENT_INLINE);
        ValueCodec.writeBytes(out, "bytes", bytes, Contract.INLINE_MAX);
      }
      case Outcome.Body.Blocks blocks -> {
        out.writeInt(content_kind.CONTENT_BLOCKS);
        ValueCodec.writeGrantedExtents(out, blocks.extents());
        ValueCodec.writeCounter(out, "next", blocks.next());
        out.writeBoolean(blocks.inline().isPresent());
        if (blocks.inline().isPresent()) {
          InlineBlock inline = blocks.inline().get();
          ValueCodec.writeCounter(out, "index", inline.index());
          ValueCodec.writeBytes(out, "bytes", inline.bytes(), Contract.INLINE_MAX);
        }
      }
    }
  }

  // Reading.

  static Answer read(NettyXdrDecodingStream in) throws XdrException {
    NameCache names = new NameCache();
    try {
      int count = in.readCount("outcomes", Contract.OPERATIONS_MAX, MIN_OUTCOME);
      List<Outcome> outcomes = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        outcomes.add(readOutcome(in, names));
      }
      Optional<Answer.Failure> failure =
          in.readBoolean("failed") ? Optional.of(readFailure(in, names)) : Optional.empty();
      return new Answer(outcomes, failure, ValueCodec.readCounter(in, "sequence"));
    } catch (FsException e) {
      // A name or a path that is none: what a client may get wrong, a server may not.
      throw ValueCodec.wrong("the answer is malformed: " + e.getMessage(), e);
    }
  }

  private static Answer.Failure readFailure(NettyXdrDecodingStream in, NameCache names)
      throws XdrException {
    FsStatus status = ValueCodec.status("status", in.readInt("status"));
    int operation = in.readInt("operation");
    String message = in.readString("message", Contract.MESSAGE_MAX);
    int count = in.readCount("conflicts", Contract.CONFLICTS_MAX, ValueCodec.MIN_CONFLICT);
    List<Conflict> conflicts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      conflicts.add(ValueCodec.readConflict(in, names));
    }
    return new Answer.Failure(operation, FsException.untraced(status, message, conflicts));
  }

  private static Outcome readOutcome(NettyXdrDecodingStream in, NameCache names)
      throws XdrException {
    int kind = in.readInt("kind");
    return switch (kind) {
      case outcome_kind.OUTCOME_DONE -> new Outcome.Done();
      case outcome_kind.OUTCOME_INODE ->
          new Outcome.Inode(ValueCodec.readAttributes(in, names), in.readBoolean("created"));
      case outcome_kind.OUTCOME_INODES -> {
        int count = in.readCount("results", Contract.OPERATIONS_MAX, 4);
        List<Outcome.Found> results = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          FsStatus status = ValueCodec.status("status", in.readInt("status"));
          results.add(
              new Outcome.Found(
                  status,
                  status == FsStatus.OK
                      ? Optional.of(ValueCodec.readAttributes(in, names))
                      : Optional.empty()));
        }
        yield new Outcome.Inodes(results);
      }
      case outcome_kind.OUTCOME_VERSIONS -> {
        int count = in.readCount("versions", Contract.VERSIONS_MAX, 16);
        List<Outcome.VersionPair> versions = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          versions.add(
              new Outcome.VersionPair(
                  in.readLong("inode_version"), in.readLong("content_version")));
        }
        yield new Outcome.Versions(versions);
      }
      case outcome_kind.OUTCOME_LISTING -> readListing(in, names);
      case outcome_kind.OUTCOME_BYTES ->
          new Outcome.Value(ValueCodec.readBytes(in, "bytes", Contract.PATH_MAX));
      case outcome_kind.OUTCOME_NAMES -> {
        int count = in.readCount("names", Contract.XATTRS_MAX, 4);
        List<XattrName> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
          list.add(XattrName.of(in.readOpaque("name", Contract.XATTR_NAME_MAX)));
        }
        yield new Outcome.Names(list);
      }
      case outcome_kind.OUTCOME_CONTENT ->
          new Outcome.Content(ValueCodec.readAttributes(in, names), readBody(in));
      case outcome_kind.OUTCOME_ALLOCATION ->
          new Outcome.Allocation(ValueCodec.readGrantedExtents(in));
      case outcome_kind.OUTCOME_REMOVED -> new Outcome.Removed(in.readLong("entries"));
      case outcome_kind.OUTCOME_FILESYSTEM ->
          new Outcome.Filesystem(
              in.readLong("total_blocks"),
              in.readLong("used_blocks"),
              in.readLong("reserved_blocks"),
              in.readInt("block_size"),
              in.readLong("inodes"),
              in.readLong("sequence"));
      case outcome_kind.OUTCOME_COMMITTED -> new Outcome.Committed(in.readLong("sequence"));
      case outcome_kind.OUTCOME_COPIED -> readCopied(in);
      default -> throw new XdrException("kind is " + kind + ", no outcome has that number");
    };
  }

  private static Outcome readCopied(NettyXdrDecodingStream in) throws XdrException {
    InodeId inode = ValueCodec.readInode(in, "inode");
    long entries = in.readLong("entries");
    int count = in.readCount("unfilled", Contract.UNFILLED_MAX, 24);
    List<Outcome.Unfilled> unfilled = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      unfilled.add(
          new Outcome.Unfilled(
              ValueCodec.readInode(in, "source"),
              ValueCodec.readInode(in, "copy"),
              ValueCodec.readCounter(in, "size")));
    }
    return new Outcome.Copied(inode, entries, unfilled);
  }

  private static Outcome readListing(NettyXdrDecodingStream in, NameCache names)
      throws XdrException {
    InodeId directory = ValueCodec.readInode(in, "directory");
    long contentVersion = in.readLong("content_version");
    int count = in.readCount("entries", Contract.ENTRIES_MAX, MIN_ENTRY);
    List<Outcome.Entry> entries = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Name name = Name.wrap(in.readOpaque("name", Contract.NAME_MAX));
      InodeId inode = ValueCodec.readInode(in, "inode");
      Optional<Attributes> attributes =
          in.readBoolean("attributes")
              ? Optional.of(ValueCodec.readAttributes(in, names))
              : Optional.empty();
      entries.add(new Outcome.Entry(name, inode, attributes));
    }
    return new Outcome.Listing(directory, contentVersion, entries, in.readBoolean("complete"));
  }

  private static Outcome.Body readBody(NettyXdrDecodingStream in) throws XdrException {
    int kind = in.readInt("kind");
    return switch (kind) {
      case content_kind.CONTENT_INLINE ->
          new Outcome.Body.Inline(ValueCodec.readBytes(in, "bytes", Contract.INLINE_MAX));
      case content_kind.CONTENT_BLOCKS ->
          new Outcome.Body.Blocks(
              ValueCodec.readGrantedExtents(in),
              ValueCodec.readCounter(in, "next"),
              in.readBoolean("inline_bytes")
                  ? Optional.of(
                      new InlineBlock(
                          ValueCodec.readCounter(in, "index"),
                          ValueCodec.readBytes(in, "bytes", Contract.INLINE_MAX)))
                  : Optional.empty());
      default -> throw new XdrException("kind is " + kind + ", expected 1 (inline) or 2 (blocks)");
    };
  }
}
