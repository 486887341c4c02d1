package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An inode with all that belongs to it. Once it is part of a [State] nobody changes it: changes
/// are made to a [#copy].
final class Node {
  final InodeId id;
  final FileType type;
  final Optional<LinkTarget> target;
  int mode;
  String owner;
  String group;
  long size;
  Instant mtime;
  Instant ctime;
  Instant birth;
  int nlink;
  int replication;
  long blocks;
  ContentKind content;
  long version;
  long contentVersion;
  InodeId parent;
  final TreeMap<Name, InodeId> entries = new TreeMap<>();
  final TreeMap<Long, Extent> runs = new TreeMap<>();
  final TreeMap<XattrName, Bytes> xattrs = new TreeMap<>();
  Bytes inline = Bytes.EMPTY;

  /// The block that `inline` is of, 0 if nothing is kept inline.
  long inlineIndex;

  /// A block of a file, however the runs are cut.
  record Block(long index, long generation, List<SmallBlockSpace.Block> replicas, int checksum) {}

  Node(InodeRecord r) {
    id = r.id();
    type = r.type();
    target = r.target();
    mode = r.mode();
    owner = r.owner();
    group = r.group();
    size = r.size();
    mtime = r.mtime();
    ctime = r.ctime();
    birth = r.birth();
    nlink = r.nlink();
    replication = r.replication();
    blocks = r.blocks();
    content = r.content();
    version = r.version();
    contentVersion = r.contentVersion();
    parent = r.parent();
  }

  Node copy() {
    return over(record());
  }

  /// What belongs to this inode, under another record.
  Node over(InodeRecord newRecord) {
    Node copy = new Node(newRecord);
    copy.entries.putAll(entries);
    copy.runs.putAll(runs);
    copy.xattrs.putAll(xattrs);
    copy.inline = inline;
    copy.inlineIndex = inlineIndex;
    return copy;
  }

  /// These bytes of a block are kept inline from now on, and nothing else.
  void keep(long index, Bytes bytes) {
    inline = bytes;
    inlineIndex = bytes.length() == 0 ? 0 : index;
  }

  boolean keeps(long first, long end) {
    return inline.length() > 0 && first <= inlineIndex && inlineIndex < end;
  }

  /// How what it has is kept.
  ContentKind kind() {
    return ContentKind.of(blocks, inline.length() == 0 ? -1 : inlineIndex);
  }

  InodeRecord record() {
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
        target);
  }

  Attributes attributes() {
    return new Attributes(
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
        contentVersion);
  }

  boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  /// Blocks `first` to before `end` become `replacement`, or a hole.
  void replace(long first, long end, @Nullable Extent replacement) {
    for (Extent run : List.copyOf(runs.values())) {
      if (run.index() < end && run.end() > first) {
        runs.remove(run.index());
        if (run.index() < first) {
          runs.put(run.index(), run.slice(run.index(), first));
        }
        if (run.end() > end) {
          runs.put(end, run.slice(end, run.end()));
        }
      }
    }
    if (replacement != null) {
      runs.put(replacement.index(), replacement);
    }
  }

  /// The blocks that are attached from `first` to before `end`.
  List<Block> blocks(long first, long end) {
    return blocks(runs.values(), first, end);
  }

  static List<Block> blocks(Iterable<Extent> runs, long first, long end) {
    List<Block> found = new ArrayList<>();
    for (Extent run : runs) {
      for (long b = Math.max(first, run.index()); b < Math.min(end, run.end()); b++) {
        int offset = (int) (b - run.index());
        List<SmallBlockSpace.Block> replicas =
            run.replicas().stream()
                .map(r -> new SmallBlockSpace.Block(r.datanode().value(), r.firstBlock() + offset))
                .toList();
        int checksum = run.checksums().count() == 0 ? 0 : run.checksums().at(offset);
        found.add(new Block(b, run.generation(), replicas, checksum));
      }
    }
    return found;
  }

  /// How it differs from another; empty if it does not.
  String difference(Node other) {
    if (!record().equals(other.record())) {
      return record() + " is not " + other.record();
    }
    if (!entries.equals(other.entries)) {
      return id + " has the entries " + entries + ", not " + other.entries;
    }
    if (!xattrs.equals(other.xattrs)) {
      return id + " has the attributes " + xattrs + ", not " + other.xattrs;
    }
    if (!inline.equals(other.inline) || inlineIndex != other.inlineIndex) {
      return id
          + " has "
          + inline
          + " of block "
          + inlineIndex
          + " inline, not "
          + other.inline
          + " of block "
          + other.inlineIndex;
    }
    List<Block> mine = blocks(0, Long.MAX_VALUE);
    List<Block> theirs = other.blocks(0, Long.MAX_VALUE);
    return Objects.equals(mine, theirs) ? "" : id + " has blocks " + mine + ", not " + theirs;
  }

  @Override
  public String toString() {
    return record().toString();
  }
}
