package io.plasmafs.namenode.transaction;

import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The published state, as far as it is in memory: what every transaction sees below its own
/// changes. Commits of a batch that is still being written are not in it.
public final class PublishedRows implements Rows {
  private final MetadataCache cache;
  private final Needs needs;

  /// What the cache holds; what it lacks is noted in `needs`.
  public PublishedRows(MetadataCache cache, Needs needs) {
    this.cache = cache;
    this.needs = needs;
  }

  @Override
  public @Nullable InodeRecord inode(InodeId inode) {
    InodeRecord record = cache.record(inode);
    if (record == null && !cache.knowsRecord(inode)) {
      throw needs.ask(new Fetch.OfInode(inode));
    }
    return record;
  }

  @Override
  public InodeId child(InodeId directory, Name name) {
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
