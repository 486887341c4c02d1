package io.plasmafs.namenode.store;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.InlineContent;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A batch as the store keeps it: what is kept inline of files, which goes to its table together
/// with the row of the log, and all else, which goes to the log and from there to the tables. So
/// the most that a commit of a small file has is written once.
///
/// @param logged the batch with [Change.StoredInline] in place of each [Change.PutInline]
/// @param contents in the order of the batch
/// @param keptBytes what the store has already of the contents that are added to: memory holds all
///   of these until they are applied
record SplitBatch(CommitBatch logged, List<Content> contents, long keptBytes) {
  /// What a commit puts of a file.
  ///
  /// @param version number of the commit
  /// @param index of the block in the file
  /// @param continues whether it follows what commits before have put
  record Content(InodeId inode, long version, long index, boolean continues, Bytes bytes) {}

  static SplitBatch of(CommitBatch batch) {
    List<Content> contents = new ArrayList<>();
    long keptBytes = 0;
    List<ChangeSet> commits = new ArrayList<>(batch.commits().size());
    for (ChangeSet commit : batch.commits()) {
      int before = contents.size();
      List<Change> changes = new ArrayList<>(commit.changes().size());
      for (Change change : commit.changes()) {
        if (change instanceof Change.PutInline(InodeId inode, InlineContent content, int kept)) {
          contents.add(
              new Content(
                  inode, commit.sequence(), content.index(), kept > 0, piece(content, kept)));
          changes.add(new Change.StoredInline(inode, kept > 0));
          keptBytes += kept;
        } else {
          changes.add(change);
        }
      }
      commits.add(
          contents.size() == before
              ? commit
              : new ChangeSet(
                  commit.sequence(), commit.token(), commit.timeMillis(), commit.user(), changes));
    }
    return contents.isEmpty()
        ? new SplitBatch(batch, List.of(), 0)
        : new SplitBatch(new CommitBatch(batch.epoch(), commits), contents, keptBytes);
  }

  private static Bytes piece(InlineContent content, int kept) {
    byte[] all = content.bytes().unsafeArray();
    return kept == 0 ? content.bytes() : Bytes.wrap(Arrays.copyOfRange(all, kept, all.length));
  }

  /// Bytes in all contents.
  long contentBytes() {
    long sum = 0;
    for (Content content : contents) {
      sum += content.bytes().length();
    }
    return sum;
  }

  Array inodes(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "int8", contents.stream().map(content -> content.inode().value()).toArray(Long[]::new));
  }

  Array versions(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "int8", contents.stream().map(Content::version).toArray(Long[]::new));
  }

  Array indexes(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "int8", contents.stream().map(Content::index).toArray(Long[]::new));
  }

  Array continuing(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "bool", contents.stream().map(Content::continues).toArray(Boolean[]::new));
  }

  Array bytes(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "bytea",
        contents.stream().map(content -> content.bytes().unsafeArray()).toArray(byte[][]::new));
  }
}
