package io.plasmafs.namenode.metadata;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/// The durable home of the metadata. One coordinator at a time writes to it, fenced by its epoch.
///
/// A batch is made durable by one insert into the commit log ([#append]); the rows that it changes
/// are applied to the tables behind, in larger steps, and [#onApplied] tells how far. Until then
/// the caller keeps the changed rows itself and lays them over what [#fetch] answers. After a crash
/// the store applies the rest of the log before it answers its first question.
///
/// Methods may be called from any thread and do not block, except where they say so. Futures fail
/// with [StoreException].
public interface MetadataStore extends AutoCloseable {
  /// What a new coordinator must know. Blocks while the log's tail is applied. Raises the stored
  /// epoch to one more than it was: any older coordinator's [#append] fails from now on.
  ///
  /// Called again after an [#append] whose outcome is unknown, on the same store: the answer tells
  /// whether that batch is in the log, and no append of the epochs before can get there any more.
  /// The number of the last commit alone does not tell: another coordinator may have been here and
  /// have given it to a commit of its own. Its epoch does, since no two coordinators have the same.
  ///
  /// @throws StoreException if the store cannot be reached or is not that of the cluster
  State open();

  /// Where the store stands.
  ///
  /// @param epoch of the caller, from now on
  /// @param sequence of the last commit in the log
  /// @param lastEpoch in which that commit was appended, 0 if there never was one
  /// @param inodes how many there are
  record State(long epoch, long sequence, long lastEpoch, long inodes) {}

  /// Makes a batch durable: when the future completes normally, the batch survives the crash of any
  /// process. Batches are appended one at a time: the next only when this one's future is done.
  ///
  /// Fails with [StoreException]: its kind says whether the batch is certainly not in the log, or
  /// whether that is unknown.
  CompletableFuture<Void> append(CommitBatch batch);

  /// Registers the only listener for progress of applying: called with the sequence number up to
  /// which the tables are complete. Fetches that were begun before the call may still answer older
  /// rows; fetches begun after it will not. Called from a thread of the store.
  void onApplied(LongConsumer listener);

  /// Asks that what is in the log be applied now. The store may wait otherwise until more has come,
  /// for as long as a second: larger steps cost less.
  void hurry();

  /// Answers a question. Many that are asked at the same time become few SQL statements.
  <T> CompletableFuture<T> fetch(Fetch<T> question);

  /// Number of the commit with this token, if there is one that is applied. Complete on return
  /// where the store knows without reading that there is none.
  CompletableFuture<Optional<Long>> commitOf(CommitToken token);

  /// Takes `count` numbers of a counter out of circulation, durably, for ever; answers the first.
  CompletableFuture<Long> reserve(Counter counter, long count);

  /// Numbers that are never given out twice.
  enum Counter {
    INODE,
    GENERATION,
    DATANODE
  }

  /// Shows every extent once, without its checksums, of one instant after [#open]; blocks until all
  /// were shown.
  void scanExtents(BiConsumer<InodeId, Extent> visitor);

  /// Shows the runs of blocks behind (inode, index), in this order and so many at most, of files
  /// that have a name, as the tables have them: what is only in the log is not there. Blocks.
  List<FileExtent> extentsAfter(InodeId inode, long index, int limit);

  /// All datanodes that were ever registered and not removed. Blocks.
  List<DatanodeRecord> datanodes();

  /// Registers a datanode or changes what is known of it. Durable when the future completes.
  CompletableFuture<Void> putDatanode(DatanodeRecord datanode);

  /// Forgets a datanode. Durable when the future completes.
  CompletableFuture<Void> deleteDatanode(DatanodeRecord datanode);

  /// Lets go of connections and threads; what is in the log and not applied yet is applied at the
  /// next start.
  @Override
  void close();
}
