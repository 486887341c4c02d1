package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The committed state: what is published, and over it the commits of the batch that is being made.
public final class CommittedRows implements Rows {
  private final MetadataCache cache;
  private final Needs needs;
  private final Map<InodeId, Optional<InodeRecord>> inodes = new HashMap<>();
  private final Map<EntryKey, InodeId> entries = new HashMap<>();

  /// The published state, and nothing over it yet.
  public CommittedRows(MetadataCache cache, Needs needs) {
    this.cache = cache;
    this.needs = needs;
  }

  /// Lays a change over it.
  public void stage(Change change) {
    switch (change) {
      case Change.PutInode(InodeRecord inode) -> inodes.put(inode.id(), Optional.of(inode));
      case Change.DeleteInode(InodeId inode) -> inodes.put(inode, Optional.empty());
      case Change.PutEntry(InodeId directory, Name name, InodeId child) ->
          entries.put(new EntryKey(directory, name), child);
      case Change.DeleteEntry(InodeId directory, Name name) ->
          entries.put(new EntryKey(directory, name), InodeId.NONE);
      // contents are locked by whoever changes them: nobody else in the batch looks at them
      case Change.PutExtent content -> {}
      case Change.DeleteExtent content -> {}
      case Change.PutInline content -> {}
      case Change.DeleteInline content -> {}
      case Change.PutXattr content -> {}
      case Change.DeleteXattr content -> {}
    }
  }

  /// The batch is published, or given up.
  public void unstage() {
    inodes.clear();
    entries.clear();
  }

  @Override
  public @Nullable InodeRecord inode(InodeId inode) {
    if (!inodes.isEmpty()) {
      Optional<InodeRecord> staged = inodes.get(inode);
      if (staged != null) {
        return staged.orElse(null);
      }
    }
    InodeRecord record = cache.record(inode);
    if (record == null && !cache.knowsRecord(inode)) {
      throw needs.ask(new Fetch.OfInode(inode));
    }
    return record;
  }

  @Override
  public InodeId child(InodeId directory, Name name) {
    if (!entries.isEmpty()) {
      InodeId staged = entries.get(new EntryKey(directory, name));
      if (staged != null) {
        return staged;
      }
    }
    InodeId child = cache.child(directory, name);
    if (child == null) {
      throw needs.ask(question(directory, name));
    }
    return child;
  }

  /// Of a small directory all names are asked for: the next lookup will be in it, too.
  private Fetch<?> question(InodeId directory, Name name) {
    InodeRecord record = cache.record(directory);
    int small = Math.min(256, cache.namesPerDirectory() / 4);
    return record != null && record.size() <= small
        ? new Fetch.OfEntries(directory, Optional.empty(), 2 * small)
        : new Fetch.OfEntry(directory, name);
  }
}
