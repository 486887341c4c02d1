package io.plasmafs.benchmarks.micro;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.metadata.MetadataStore;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/// A store that does everything at once and remembers nothing, so that only the engine is measured.
/// It serves as long as all that was ever committed fits into the engine's cache.
final class PromptStore implements MetadataStore {
  private final Map<Counter, Long> counters = new EnumMap<>(Counter.class);

  @Override
  public State open() {
    return new State(1, 0, 0, 0);
  }

  @Override
  public CompletableFuture<Void> append(CommitBatch batch) {
    return CompletableFuture.completedFuture(null);
  }

  /// Never called: what is not applied stays in the cache.
  @Override
  public void onApplied(LongConsumer listener) {}

  @Override
  public void hurry() {}

  @Override
  @SuppressWarnings("unchecked")
  public <T> CompletableFuture<T> fetch(Fetch<T> question) {
    Object nothing =
        switch (question) {
          case Fetch.OfInode q -> Optional.empty();
          case Fetch.OfEntry q -> Optional.empty();
          case Fetch.OfInline q -> Optional.empty();
          case Fetch.OfExtents q -> List.of();
          case Fetch.OfEntries q -> List.of();
          case Fetch.OfOrphans q -> List.of();
          case Fetch.OfXattrs q -> Map.of();
        };
    return CompletableFuture.completedFuture((T) nothing);
  }

  @Override
  public CompletableFuture<Optional<Long>> commitOf(CommitToken token) {
    return CompletableFuture.completedFuture(Optional.empty());
  }

  @Override
  public CompletableFuture<Long> reserve(Counter counter, long count) {
    return CompletableFuture.completedFuture(counters.merge(counter, count, Long::sum) - count + 2);
  }

  @Override
  public void scanExtents(BiConsumer<InodeId, Extent> visitor) {}

  @Override
  public List<FileExtent> extentsAfter(InodeId inode, long index, int limit) {
    return List.of();
  }

  @Override
  public List<DatanodeRecord> datanodes() {
    return List.of();
  }

  @Override
  public CompletableFuture<Void> putDatanode(DatanodeRecord datanode) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> deleteDatanode(DatanodeRecord datanode) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void close() {}
}
