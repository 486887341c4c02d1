package io.plasmafs.namenode.registry;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/// A store in memory that has datanodes and nothing else.
final class DatanodeTable implements MetadataStore {
  private final Map<DatanodeId, DatanodeRecord> rows = new TreeMap<>();
  private long last;

  List<DatanodeRecord> rows() {
    return List.copyOf(rows.values());
  }

  @Override
  public CompletableFuture<Long> reserve(Counter counter, long count) {
    long first = last + 1;
    last += count;
    return CompletableFuture.completedFuture(first);
  }

  @Override
  public List<DatanodeRecord> datanodes() {
    return rows();
  }

  @Override
  public CompletableFuture<Void> putDatanode(DatanodeRecord datanode) {
    rows.put(datanode.id(), datanode);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> deleteDatanode(DatanodeRecord datanode) {
    rows.remove(datanode.id());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public State open() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Void> append(CommitBatch batch) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void onApplied(LongConsumer listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void hurry() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> CompletableFuture<T> fetch(Fetch<T> question) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Optional<Long>> commitOf(CommitToken token) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<io.plasmafs.namenode.metadata.FileExtent> extentsAfter(
      InodeId inode, long index, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void scanExtents(BiConsumer<InodeId, Extent> visitor) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
