package io.plasmafs.namenode.store;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// A batch as the store keeps it: the contents of small files, which go to their table together
/// with the row of the log, and all else, which goes to the log and from there to the tables. So
/// the most that a commit of a small file has is written once.
///
/// @param logged the batch with [Change.StoredInline] in place of each [Change.PutInline]
/// @param contents in the order of the batch
record SplitBatch(CommitBatch logged, List<Content> contents) {
  /// The whole content of a small file.
  ///
  /// @param version number of the commit that puts it
  record Content(InodeId inode, long version, Bytes bytes) {}

  static SplitBatch of(CommitBatch batch) {
    List<Content> contents = new ArrayList<>();
    List<ChangeSet> commits = new ArrayList<>(batch.commits().size());
    for (ChangeSet commit : batch.commits()) {
      int before = contents.size();
      List<Change> changes = new ArrayList<>(commit.changes().size());
      for (Change change : commit.changes()) {
        if (change instanceof Change.PutInline(InodeId inode, Bytes bytes)) {
          contents.add(new Content(inode, commit.sequence(), bytes));
          changes.add(new Change.StoredInline(inode));
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
        ? new SplitBatch(batch, List.of())
        : new SplitBatch(new CommitBatch(batch.epoch(), commits), contents);
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

  Array bytes(Connection connection) throws SQLException {
    return connection.createArrayOf(
        "bytea",
        contents.stream().map(content -> content.bytes().unsafeArray()).toArray(byte[][]::new));
  }
}
