package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The committed state: what is published, and over it the commits of the batch that is being made
/// or written. Only what decides about further commits may look at it: operations see
/// [PublishedRows], since a batch that is being written is neither durable nor whole to them.
public final class CommittedRows implements Rows {
  private final PublishedRows published;
  private final Map<InodeId, Optional<InodeRecord>> inodes = new HashMap<>();
  private final Map<EntryKey, InodeId> entries = new HashMap<>();

  /// The published state, and nothing over it yet.
  public CommittedRows(PublishedRows published) {
    this.published = published;
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
      case Change.StoredInline stored ->
          throw new IllegalArgumentException(stored + " is for the log of the store only");
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
    return published.inode(inode);
  }

  @Override
  public InodeId child(InodeId directory, Name name) {
    if (!entries.isEmpty()) {
      InodeId staged = entries.get(new EntryKey(directory, name));
      if (staged != null) {
        return staged;
      }
    }
    return published.child(directory, name);
  }
}
