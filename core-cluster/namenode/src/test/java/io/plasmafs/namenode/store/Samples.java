package io.plasmafs.namenode.store;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.Checksums;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// Values for tests, made from a seed.
final class Samples {
  static final int INODES = 40;

  private final Random random;

  Samples(long seed) {
    this.random = new Random(seed);
  }

  /// A content in one row, as all that is kept inline of a small file.
  static InlineContent whole(Bytes content) {
    return new InlineContent(0, content, 1);
  }

  static Change inline(InodeId inode, Bytes content) {
    return new Change.PutInline(inode, whole(content), 0);
  }

  static InodeRecord file(long id, long version) {
    return new InodeRecord(
        new Attributes(
            new InodeId(id),
            FileType.REGULAR,
            0644,
            "ann",
            "users",
            5,
            Instant.ofEpochSecond(1_700_000_000L, 123_456_789),
            Instant.ofEpochSecond(1_700_000_001L, 1),
            Instant.ofEpochSecond(-5, 999_999_999),
            1,
            2,
            0,
            version,
            version),
        ContentKind.NONE,
        InodeId.NONE,
        Optional.empty());
  }

  static CommitBatch batch(long epoch, long sequence, Change... changes) {
    return new CommitBatch(
        epoch, List.of(new ChangeSet(sequence, Optional.empty(), 0, "ann", List.of(changes))));
  }

  /// A batch of single creations, as a namenode commits them.
  static CommitBatch creations(long epoch, long sequence, int count) {
    List<ChangeSet> commits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long inode = sequence + i + 1;
      commits.add(
          new ChangeSet(
              sequence + i,
              Optional.of(CommitToken.random()),
              1_700_000_000_000L,
              "ann",
              List.of(
                  new Change.PutInode(file(inode, sequence + i)),
                  new Change.PutInode(directory(1 + inode % 100, sequence + i)),
                  new Change.PutEntry(
                      new InodeId(1 + inode % 100), Name.of("file-" + inode), new InodeId(inode)),
                  new Change.PutExtent(new InodeId(inode), extent(inode)))));
    }
    return new CommitBatch(epoch, commits);
  }

  static Extent extent(long generation) {
    return new Extent(
        0,
        1,
        generation,
        List.of(
            new Replica(new DatanodeId(1), generation), new Replica(new DatanodeId(2), generation)),
        Checksums.of((int) generation));
  }

  static InodeRecord directory(long id, long version) {
    InodeRecord file = file(id, version);
    return new InodeRecord(
        new Attributes(
            file.id(),
            FileType.DIRECTORY,
            0755,
            "ann",
            "users",
            1,
            file.mtime(),
            file.ctime(),
            file.birth(),
            2,
            0,
            0,
            version,
            version),
        ContentKind.NONE,
        InodeId.ROOT,
        Optional.empty());
  }

  /// Bytes that may be a name: any but NUL and slash.
  Name name() {
    byte[] bytes = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 255 : 3)];
    for (int i = 0; i < bytes.length; i++) {
      do {
        bytes[i] = (byte) random.nextInt(256);
      } while (bytes[i] == 0 || bytes[i] == '/' || bytes[i] == '.');
    }
    return Name.of(bytes);
  }

  private Instant instant() {
    return Instant.ofEpochSecond(
        random.nextLong(-1L << 33, 1L << 35), random.nextInt(1_000_000_000));
  }

  private String text() {
    String[] texts = {"root", "ann", "Jörg", "名前", "a,b\"{}\\ 'NULL'", "NULL"};
    return texts[random.nextInt(texts.length)];
  }

  private InodeRecord inode(long id, long version) {
    FileType type = List.of(FileType.values()).get(random.nextInt(3));
    return new InodeRecord(
        new Attributes(
            new InodeId(id),
            type,
            random.nextInt(010000),
            text(),
            text(),
            random.nextLong(Long.MAX_VALUE),
            instant(),
            instant(),
            instant(),
            random.nextInt(1000),
            random.nextInt(5),
            random.nextLong(1L << 40),
            version,
            random.nextLong(version + 1)),
        List.of(ContentKind.values()).get(random.nextInt(3)),
        type == FileType.DIRECTORY ? new InodeId(1 + random.nextInt(INODES)) : InodeId.NONE,
        type == FileType.SYMLINK ? Optional.of(LinkTarget.of(name().bytes())) : Optional.empty());
  }

  private Extent extentAt(long index) {
    int count = 1 + random.nextInt(3);
    List<Replica> replicas =
        IntStream.rangeClosed(1, 1 + random.nextInt(3))
            .mapToObj(d -> new Replica(new DatanodeId(d), random.nextLong(1L << 40)))
            .toList();
    Checksums checksums =
        random.nextBoolean() ? Checksums.NONE : Checksums.of(random.ints(count).toArray());
    return new Extent(index, count, random.nextLong(1L << 40), replicas, checksums);
  }

  private Bytes content() {
    byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 9000 : 20)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  /// Commits that touch few inodes and names often.
  CommitBatch randomBatch(long epoch, long first) {
    int count = 1 + random.nextInt(6);
    List<ChangeSet> commits = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      commits.add(commit(first + i));
    }
    return new CommitBatch(epoch, commits);
  }

  private ChangeSet commit(long sequence) {
    List<Change> deletes = new ArrayList<>();
    List<Change> puts = new ArrayList<>();
    Set<Object> keys = new HashSet<>();
    Set<Long> deleted = new HashSet<>();
    int wanted = random.nextInt(12);
    for (int i = 0; i < wanted; i++) {
      long id = 1L + random.nextInt(INODES);
      InodeId inode = new InodeId(id);
      long index = 4L * random.nextInt(6);
      Name name = Name.of("n" + random.nextInt(20));
      XattrName xattr = XattrName.of("user." + random.nextInt(4));
      int kind = random.nextInt(11);
      Object key =
          switch (kind) {
            case 0, 1, 2 -> "inode " + id;
            case 3, 4 -> "entry " + id + name;
            case 5, 6 -> "extent " + id + " " + index;
            case 7, 8 -> "inline " + id;
            default -> "xattr " + id + xattr;
          };
      if (deleted.contains(id) || !keys.add(key)) {
        continue;
      }
      switch (kind) {
        case 0, 1 -> puts.add(new Change.PutInode(inode(id, sequence)));
        case 2 -> {
          // Alone in its commit with its inode, as the engine has it.
          if (puts.isEmpty() && deletes.isEmpty()) {
            deletes.add(new Change.DeleteInode(inode));
            deleted.add(id);
          }
        }
        case 3 ->
            puts.add(new Change.PutEntry(inode, name, new InodeId(1 + random.nextInt(INODES))));
        case 4 -> deletes.add(new Change.DeleteEntry(inode, name));
        case 5 -> puts.add(new Change.PutExtent(inode, extentAt(index)));
        case 6 -> deletes.add(new Change.DeleteExtent(inode, index));
        case 7 -> puts.add(inline(inode, content()));
        case 8 -> deletes.add(new Change.DeleteInline(inode));
        case 9 -> puts.add(new Change.PutXattr(inode, xattr, content()));
        default -> deletes.add(new Change.DeleteXattr(inode, xattr));
      }
    }
    deletes.addAll(puts);
    return new ChangeSet(
        sequence,
        random.nextBoolean() ? Optional.of(token()) : Optional.empty(),
        random.nextLong(),
        text(),
        deletes);
  }

  private CommitToken token() {
    byte[] bytes = new byte[8 + random.nextInt(57)];
    random.nextBytes(bytes);
    return CommitToken.of(bytes);
  }

  Random random() {
    return random;
  }
}
