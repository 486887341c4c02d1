package io.plasmafs.namenode.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/// What the tables should hold, kept in maps, one change after the other.
final class MapModel {
  private final Map<Long, InodeRecord> inodes = new HashMap<>();
  private final Map<Long, NavigableMap<Name, InodeId>> entries = new HashMap<>();
  private final Map<Long, NavigableMap<Long, Extent>> extents = new HashMap<>();
  private final Map<Long, InlineContent> contents = new HashMap<>();
  private final Map<Long, NavigableMap<XattrName, Bytes>> xattrs = new HashMap<>();
  private final Map<CommitToken, Long> tokens = new HashMap<>();

  void apply(CommitBatch batch) {
    for (ChangeSet commit : batch.commits()) {
      commit.token().ifPresent(token -> tokens.put(token, commit.sequence()));
      commit.changes().forEach(this::apply);
    }
  }

  private void apply(Change change) {
    switch (change) {
      case Change.PutInode(InodeRecord inode) -> inodes.put(inode.id().value(), inode);
      case Change.DeleteInode(InodeId inode) -> {
        inodes.remove(inode.value());
        extents.remove(inode.value());
        contents.remove(inode.value());
        xattrs.remove(inode.value());
      }
      case Change.PutEntry(InodeId directory, Name name, InodeId inode) ->
          entries.computeIfAbsent(directory.value(), d -> new TreeMap<>()).put(name, inode);
      case Change.DeleteEntry(InodeId directory, Name name) ->
          entries.computeIfAbsent(directory.value(), d -> new TreeMap<>()).remove(name);
      case Change.PutExtent(InodeId inode, Extent extent) ->
          extents.computeIfAbsent(inode.value(), i -> new TreeMap<>()).put(extent.index(), extent);
      case Change.DeleteExtent(InodeId inode, long index) ->
          extents.computeIfAbsent(inode.value(), i -> new TreeMap<>()).remove(index);
      case Change.PutInline(InodeId inode, InlineContent content, int kept) ->
          contents.put(inode.value(), content);
      case Change.StoredInline stored -> throw new AssertionError(stored);
      case Change.DeleteInline(InodeId inode) -> contents.remove(inode.value());
      case Change.PutXattr(InodeId inode, XattrName name, Bytes value) ->
          xattrs.computeIfAbsent(inode.value(), i -> new TreeMap<>()).put(name, value);
      case Change.DeleteXattr(InodeId inode, XattrName name) ->
          xattrs.computeIfAbsent(inode.value(), i -> new TreeMap<>()).remove(name);
    }
  }

  /// Asks the store for everything that ever was, and compares.
  void compare(PostgresStore store, long inodesEver) {
    Map<Long, CompletableFuture<Optional<InodeRecord>>> inodeAnswers = new HashMap<>();
    Map<Long, CompletableFuture<List<Extent>>> extentAnswers = new HashMap<>();
    Map<Long, CompletableFuture<InlineContent>> contentAnswers = new HashMap<>();
    Map<Long, CompletableFuture<Map<XattrName, Bytes>>> xattrAnswers = new HashMap<>();
    for (long id = 1; id <= inodesEver; id++) {
      InodeId inode = new InodeId(id);
      inodeAnswers.put(id, store.fetch(new Fetch.OfInode(inode)));
      extentAnswers.put(id, store.fetch(new Fetch.OfExtents(inode, 0, Long.MAX_VALUE)));
      contentAnswers.put(id, store.fetch(new Fetch.OfInline(inode)));
      xattrAnswers.put(id, store.fetch(new Fetch.OfXattrs(inode)));
    }
    for (long id = 1; id <= inodesEver; id++) {
      assertThat(requireNonNull(inodeAnswers.get(id)).join())
          .as("inode %s", id)
          .isEqualTo(inode(id));
      assertThat(requireNonNull(extentAnswers.get(id)).join())
          .as("extents of %s", id)
          .isEqualTo(List.copyOf(extents.getOrDefault(id, new TreeMap<>()).values()));
      assertThat(requireNonNull(contentAnswers.get(id)).join())
          .as("content of %s", id)
          .isEqualTo(contents.getOrDefault(id, InlineContent.NONE));
      assertThat(requireNonNull(xattrAnswers.get(id)).join())
          .as("xattrs of %s", id)
          .isEqualTo(xattrs.getOrDefault(id, new TreeMap<>()));
    }
    entries.forEach((directory, names) -> {
      Map<Name, CompletableFuture<Optional<InodeId>>> answers = new TreeMap<>();
      names
          .keySet()
          .forEach(name ->
              answers.put(name, store.fetch(new Fetch.OfEntry(new InodeId(directory), name))));
      names.forEach(
          (name, inode) -> assertThat(requireNonNull(answers.get(name)).join()).contains(inode));
    });
    tokens.forEach(
        (token, sequence) -> assertThat(store.commitOf(token).join()).contains(sequence));
  }

  /// How many files have inline content.
  int contents() {
    return contents.size();
  }

  private Optional<InodeRecord> inode(long id) {
    return Optional.ofNullable(inodes.get(id));
  }
}
