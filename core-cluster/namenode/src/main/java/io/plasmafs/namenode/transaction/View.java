package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.cache.NameScan;
import io.plasmafs.namenode.cache.Stretch;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The filesystem as one transaction sees it: what is published, and its own changes over it. Every
/// method throws [Missing] if something is not in memory, and notes it in [Needs].
public final class View implements Rows {
  private final Transaction transaction;
  private final PublishedRows published;
  private final MetadataCache cache;
  private final Needs needs;

  /// What this transaction sees.
  public View(Transaction transaction, PublishedRows published, MetadataCache cache, Needs needs) {
    this.transaction = transaction;
    this.published = published;
    this.cache = cache;
    this.needs = needs;
  }

  /// A page of a directory.
  ///
  /// @param complete whether nothing comes after the last entry
  public record Page(List<NamedInode> entries, boolean complete) {}

  /// A name and what it points to.
  public record NamedInode(Name name, InodeId inode) {}

  /// Where missing things are noted.
  public Needs needs() {
    return needs;
  }

  @Override
  public @Nullable InodeRecord inode(InodeId inode) {
    InodeEdit edit = transaction.edits.isEmpty() ? null : transaction.edits.get(inode);
    if (edit == null) {
      return published.inode(inode);
    }
    InodeRecord base = edit.created != null ? edit.created : published.inode(inode);
    return base == null ? null : edit.over(base, 0, 0);
  }

  /// The inode as all others see it.
  public @Nullable InodeRecord committedInode(InodeId inode) {
    return published.inode(inode);
  }

  @Override
  public InodeId child(InodeId directory, Name name) {
    InodeId own = transaction.ownChild(directory, name);
    if (own != null) {
      return own;
    }
    return isNew(directory) ? InodeId.NONE : published.child(directory, name);
  }

  /// What the name points to for all others.
  public InodeId committedChild(InodeId directory, Name name) {
    return isNew(directory) ? InodeId.NONE : published.child(directory, name);
  }

  /// Names of a directory after `after`, at most `limit`.
  public Page list(InodeId directory, Optional<Name> after, int limit) {
    NavigableNames own = new NavigableNames(directory, after);
    NameScan scan = isNew(directory) ? null : cache.names(directory, after.orElse(null));
    boolean more = scan != null && advance(scan, directory, after, limit);
    List<NamedInode> page = new ArrayList<>(Math.min(limit, 256));
    while (page.size() <= limit && (more || own.name != null)) {
      Name theirs = scan == null || !more ? null : scan.name();
      Name ours = own.name;
      boolean takeOurs = theirs == null || (ours != null && ours.compareTo(theirs) <= 0);
      if (takeOurs && ours != null) {
        if (!own.child.equals(InodeId.NONE)) {
          page.add(new NamedInode(ours, own.child));
        }
        if (theirs != null && ours.equals(theirs) && scan != null) {
          more = advance(scan, directory, after, limit);
        }
        own.advance();
      } else if (theirs != null && scan != null) {
        page.add(new NamedInode(theirs, scan.child()));
        more = page.size() <= limit && advance(scan, directory, after, limit);
      }
    }
    boolean complete = page.size() <= limit;
    return new Page(complete ? page : page.subList(0, limit), complete);
  }

  private boolean advance(NameScan scan, InodeId directory, Optional<Name> after, int limit) {
    if (scan.advance()) {
      return true;
    }
    if (scan.endsDirectory()) {
      return false;
    }
    Name known = scan.knownThrough();
    throw needs.ask(
        new Fetch.OfEntries(
            directory,
            known == null ? after : Optional.of(known),
            Math.clamp(limit + 1L, 16, Math.max(16, cache.namesPerDirectory() / 4))));
  }

  /// Walks over what the transaction changed of a directory.
  private final class NavigableNames {
    private final Iterator<Map.Entry<Name, Transaction.EntryEdit>> edits;
    private @Nullable Name name;
    private InodeId child = InodeId.NONE;

    NavigableNames(InodeId directory, Optional<Name> after) {
      var own = transaction.entries.get(directory);
      if (own == null) {
        edits = Collections.emptyIterator();
      } else {
        edits = (after.isPresent() ? own.tailMap(after.get(), false) : own).entrySet().iterator();
      }
      advance();
    }

    void advance() {
      if (edits.hasNext()) {
        Map.Entry<Name, Transaction.EntryEdit> next = edits.next();
        name = next.getKey();
        child = next.getValue().now();
      } else {
        name = null;
      }
    }
  }

  /// What is kept inline of a file.
  public InlineContent inline(InodeId inode) {
    InodeEdit edit = transaction.edits.get(inode);
    if (edit != null && edit.inline != null) {
      return edit.inline;
    }
    if (edit != null && edit.created != null) {
      return InlineContent.NONE;
    }
    InlineContent inline = cache.inline(inode);
    if (inline == null) {
      throw needs.ask(new Fetch.OfInline(inode));
    }
    return inline;
  }

  /// The runs that touch blocks `first` to before `end`, which lie in the file.
  public List<Extent> extents(InodeId inode, long first, long end) {
    if (first >= end) {
      return List.of();
    }
    InodeEdit edit = transaction.edits.get(inode);
    List<Extent> base = List.of();
    if (edit == null || edit.created == null) {
      base = committedExtents(cache, needs, inode, first, end);
    }
    return edit == null || edit.extents == null ? base : edit.extents.over(base, first, end);
  }

  /// The committed runs from block `first` on, which lies in the file: some of them, at most
  /// `most`, and up to where these are all.
  public Stretch committedStretch(InodeId inode, long first, int most) {
    Fetch.OfExtents question = cache.missingExtents(inode, first, first + 1);
    if (question != null) {
      throw needs.ask(question);
    }
    return cache.stretch(inode, first, most);
  }

  static List<Extent> committedExtents(
      MetadataCache cache, Needs needs, InodeId inode, long first, long end) {
    Fetch.OfExtents question = cache.missingExtents(inode, first, end);
    if (question != null) {
      throw needs.ask(question);
    }
    return cache.extents(inode, first, end);
  }

  /// The run that ends right before a block, if it is at hand: it may be missing here.
  public Optional<Extent> extentBefore(InodeId inode, long index) {
    InodeEdit edit = transaction.edits.get(inode);
    if (edit != null && edit.extents != null) {
      for (Extent extent : edit.extents.over(List.of(), Math.max(0, index - 1), index)) {
        if (extent.end() == index) {
          return Optional.of(extent);
        }
      }
    }
    return cache.extentBefore(inode, index);
  }

  /// Whether blocks `first` to before `end` were written, or made a hole, by this transaction.
  public boolean hasReplaced(InodeId inode, long first, long end) {
    InodeEdit edit = transaction.edits.get(inode);
    return edit != null
        && ((edit.created != null && edit.extents == null)
            || (edit.extents != null && edit.extents.hides(first, end)));
  }

  /// All extended attributes of an inode.
  public SortedMap<XattrName, Bytes> xattrs(InodeId inode) {
    InodeEdit edit = transaction.edits.get(inode);
    SortedMap<XattrName, Bytes> base = Collections.emptySortedMap();
    if (edit == null || edit.created == null) {
      SortedMap<XattrName, Bytes> cached = cache.xattrs(inode);
      if (cached == null) {
        throw needs.ask(new Fetch.OfXattrs(inode));
      }
      base = cached;
    }
    return edit == null ? base : edit.over(base);
  }

  /// Whether this transaction made the inode.
  public boolean isNew(InodeId inode) {
    InodeEdit edit = transaction.edits.isEmpty() ? null : transaction.edits.get(inode);
    return edit != null && edit.created != null;
  }
}
