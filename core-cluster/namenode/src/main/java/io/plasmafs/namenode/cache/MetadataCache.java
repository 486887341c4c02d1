package io.plasmafs.namenode.cache;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The published state of the filesystem, as far as it is in memory.
///
/// What is here is never older than what the store would answer: answers of the store are taken
/// only for what is not known, and each commit changes what is known when it is published
/// ([#apply]). For that to hold a changed row must not be forgotten before every answer of the
/// store contains the change. So it is *held*, from the commit that changed it, until the tables
/// have it and every question that was begun before that was known has been answered ([#release]).
/// What open transactions use is *pinned* ([#pin]). All else is forgotten when the cache is full,
/// by the rule of the second chance (Corbató's clock): in the order in which it came, but what was
/// used meanwhile goes to the end instead. So using a row costs one mark, also where a listing uses
/// thousands:
///
/// ```
///            learn                 pin, apply
///  unknown ---------> evictable ----------------> pinned or held
///     ^------ full ------'  ^---- unpin, release ------'
/// ```
///
/// Held and pinned rows count too, but are bounded elsewhere: by the limit on commits not yet
/// applied and the limits on transactions. However many they are, a part of the cache is left for
/// all else: a request that needs several rows at a time would else never have them together.
public final class MetadataCache {
  /// Of all names of a directory that are known, one costs at least so much.
  private static final int MIN_NAME_BYTES = DirectoryNames.BYTES_PER_NAME;

  private final long limitBytes;
  private final int namesPerDirectory;
  private final HashMap<InodeId, Slot> slots = new HashMap<>();
  private final ArrayDeque<Held> held = new ArrayDeque<>();

  /// The order in which they are looked at for eviction, the oldest first.
  private @Nullable Slot newest;

  private @Nullable Slot oldest;
  private long bytes;

  /// Of that, what can be forgotten.
  private long evictableBytes;

  /// A change that is held.
  ///
  /// @param name that was changed, or null for the inode itself
  private record Held(long sequence, Slot slot, @Nullable Name name) {}

  /// An empty cache.
  ///
  /// @param limitBytes about what it may take
  public MetadataCache(long limitBytes) {
    this.limitBytes = limitBytes;
    this.namesPerDirectory = Math.clamp(limitBytes / (8L * MIN_NAME_BYTES), 64, 65536);
  }

  /// About what it takes now.
  public long bytes() {
    return bytes;
  }

  /// Inodes of which something is known.
  public int inodes() {
    return slots.size();
  }

  /// How many names of one directory it keeps at most.
  public int namesPerDirectory() {
    return namesPerDirectory;
  }

  /// Whether it is known if the inode exists.
  public boolean knowsRecord(InodeId inode) {
    Slot slot = slots.get(inode);
    return slot != null && slot.recordKnown;
  }

  /// The inode, or null if there is none, or if nothing is known: see [#knowsRecord].
  public @Nullable InodeRecord record(InodeId inode) {
    Slot slot = use(inode);
    return slot == null ? null : slot.record;
  }

  /// What a name points to, [InodeId#NONE] if there is no such name; null if it is not known.
  public @Nullable InodeId child(InodeId directory, Name name) {
    Slot slot = use(directory);
    return slot == null || slot.names == null ? null : slot.names.child(name);
  }

  /// The names of a directory after `after` (null: from the first), as far as they are known.
  public NameScan names(InodeId directory, @Nullable Name after) {
    Slot slot = use(directory);
    return slot == null || slot.names == null ? NameScan.NOTHING_KNOWN : slot.names.scan(after);
  }

  /// The question that must be answered before [#extents] can be: null if it can.
  public Fetch.@Nullable OfExtents missingExtents(InodeId inode, long first, long end) {
    Slot slot = use(inode);
    long block =
        slot == null || slot.extents == null
            ? first - first % ExtentMap.WINDOW
            : slot.extents.firstUnknown(first, end);
    if (block < 0) {
      return null;
    }
    // A file of few blocks may have many holes: these are found out together.
    boolean atOnce =
        slot != null && slot.record != null && slot.record.blocks() <= ExtentMap.WINDOW;
    return new Fetch.OfExtents(inode, block, atOnce ? Long.MAX_VALUE : block + ExtentMap.WINDOW);
  }

  /// The runs of a file that touch blocks `first` to before `end`, which are known.
  public List<Extent> extents(InodeId inode, long first, long end) {
    Slot slot = use(inode);
    return slot == null || slot.extents == null ? List.of() : slot.extents.touching(first, end);
  }

  /// The runs from block `first` on, of which it is known what is there: as many as are known, but
  /// `most` at most.
  public Stretch stretch(InodeId inode, long first, int most) {
    Slot slot = use(inode);
    return slot == null || slot.extents == null
        ? new Stretch(List.of(), first)
        : slot.extents.stretch(first, most);
  }

  /// The run that ends right before block `index`, if it is known.
  public Optional<Extent> extentBefore(InodeId inode, long index) {
    Slot slot = use(inode);
    return slot == null || slot.extents == null
        ? Optional.empty()
        : slot.extents.endingAt(index).stream().findFirst();
  }

  /// What is kept inline of a file; null if that is not known.
  public @Nullable InlineContent inline(InodeId inode) {
    Slot slot = use(inode);
    return slot == null ? null : slot.inline;
  }

  /// All extended attributes; null if they are not known. Not to be changed.
  public @Nullable SortedMap<XattrName, Bytes> xattrs(InodeId inode) {
    Slot slot = use(inode);
    return slot == null ? null : slot.xattrs;
  }

  /// A transaction uses the inode, of which the record is known. Pins are counted.
  public void pin(InodeId inode) {
    Slot slot = obtain(inode);
    slot.pins++;
    unlist(slot);
  }

  /// One pin less.
  public void unpin(InodeId inode) {
    Slot slot = slots.get(inode);
    if (slot == null || slot.pins == 0) {
      throw new IllegalStateException(inode + " is not pinned");
    }
    slot.pins--;
    relist(slot);
  }

  /// How many pins there are.
  public int pins(InodeId inode) {
    Slot slot = slots.get(inode);
    return slot == null ? 0 : slot.pins;
  }

  /// Takes over the store's answer to a question, where it is not known already.
  @SuppressWarnings("unchecked") // the answer's type follows from the question's
  public <T> void learn(Fetch<T> question, T answer) {
    switch ((Fetch<?>) question) {
      case Fetch.OfInode(InodeId inode) ->
          learnRecord(inode, ((Optional<InodeRecord>) answer).orElse(null));
      case Fetch.OfEntry(InodeId directory, Name name) -> {
        Slot slot = obtain(directory);
        names(slot).learn(name, ((Optional<InodeId>) answer).orElse(InodeId.NONE));
        if (names(slot).count() > namesPerDirectory) {
          names(slot).trim();
        }
        recount(slot);
      }
      case Fetch.OfEntries page -> learnPage(page, (List<Fetch.Entry>) answer);
      case Fetch.OfExtents(InodeId inode, long first, long end) -> {
        Slot slot = obtain(inode);
        extents(slot).learn(first, end, (List<Extent>) answer);
        recount(slot);
      }
      case Fetch.OfInline(InodeId inode) -> {
        Slot slot = obtain(inode);
        if (slot.inline == null) {
          slot.inline = (InlineContent) answer;
          recount(slot);
        }
      }
      case Fetch.OfXattrs(InodeId inode) -> {
        Slot slot = obtain(inode);
        if (slot.xattrs == null) {
          slot.xattrs = new TreeMap<>((Map<XattrName, Bytes>) answer);
          recount(slot);
        }
      }
      case Fetch.OfOrphans orphans -> {}
    }
  }

  private void learnRecord(InodeId inode, @Nullable InodeRecord record) {
    Slot slot = obtain(inode);
    if (!slot.recordKnown) {
      slot.recordKnown = true;
      slot.record = record;
    }
  }

  private void learnPage(Fetch.OfEntries page, List<Fetch.Entry> answer) {
    Slot slot = obtain(page.directory());
    List<Map.Entry<Name, InodeId>> entries = new ArrayList<>(answer.size());
    for (Fetch.Entry entry : answer) {
      entries.add(new SimpleImmutableEntry<>(entry.name(), entry.inode().id()));
    }
    boolean ends = answer.size() < page.limit();
    names(slot)
        .learnPage(
            page.after().orElse(null),
            ends ? null : answer.get(answer.size() - 1).name(),
            entries,
            namesPerDirectory);
    recount(slot);
    for (Fetch.Entry entry : answer) {
      learnRecord(entry.inode().id(), entry.inode());
    }
  }

  /// A commit is published, and has made an inode that was never there before: all of it is known.
  public void born(InodeRecord inode) {
    Slot slot = obtain(inode.id());
    slot.recordKnown = true;
    slot.inline = InlineContent.NONE;
    slot.xattrs = new TreeMap<>();
    if (inode.type() == FileType.DIRECTORY) {
      names(slot).bornEmpty();
    } else {
      extents(slot).bornEmpty();
    }
    recount(slot);
  }

  /// A change of a commit is published.
  public void apply(Change change, long sequence) {
    switch (change) {
      case Change.PutInode(InodeRecord record) -> {
        Slot slot = hold(record.id(), sequence, null);
        slot.recordKnown = true;
        slot.record = record;
      }
      case Change.DeleteInode(InodeId inode) -> {
        Slot slot = hold(inode, sequence, null);
        slot.recordKnown = true;
        slot.record = null;
        slot.names = null;
        slot.extents = null;
        slot.inline = InlineContent.NONE;
        slot.xattrs = new TreeMap<>();
        recount(slot);
      }
      case Change.PutEntry(InodeId directory, Name name, InodeId child) ->
          applyName(directory, name, child, sequence);
      case Change.DeleteEntry(InodeId directory, Name name) ->
          applyName(directory, name, InodeId.NONE, sequence);
      case Change.PutExtent(InodeId inode, Extent extent) -> {
        Slot slot = hold(inode, sequence, null);
        extents(slot).put(extent);
        recount(slot);
      }
      case Change.DeleteExtent(InodeId inode, long index) -> {
        Slot slot = hold(inode, sequence, null);
        extents(slot).delete(index);
        recount(slot);
      }
      case Change.PutInline(InodeId inode, InlineContent content, int kept) -> {
        Slot slot = hold(inode, sequence, null);
        slot.inline = content;
        recount(slot);
      }
      case Change.StoredInline stored ->
          throw new IllegalArgumentException(stored + " is for the log of the store only");
      case Change.DeleteInline(InodeId inode) -> {
        Slot slot = hold(inode, sequence, null);
        slot.inline = InlineContent.NONE;
        recount(slot);
      }
      case Change.PutXattr(InodeId inode, XattrName name, Bytes value) -> {
        Slot slot = hold(inode, sequence, null);
        knownXattrs(slot).put(name, value);
        recount(slot);
      }
      case Change.DeleteXattr(InodeId inode, XattrName name) -> {
        Slot slot = hold(inode, sequence, null);
        knownXattrs(slot).remove(name);
        recount(slot);
      }
    }
  }

  private void applyName(InodeId directory, Name name, InodeId child, long sequence) {
    Slot slot = hold(directory, sequence, name);
    names(slot).change(name, child, sequence);
    if (names(slot).count() > namesPerDirectory) {
      names(slot).trim();
    }
    recount(slot);
  }

  /// Every question whose answer is still to come was begun when the tables had all commits up to
  /// this one.
  public void release(long sequence) {
    while (!held.isEmpty() && held.peek().sequence() <= sequence) {
      Held done = held.remove();
      Slot slot = done.slot();
      slot.holds--;
      if (done.name() != null && slot.names != null) {
        slot.names.release(done.name(), done.sequence());
        recount(slot);
      }
      relist(slot);
    }
  }

  /// Forgets what was not used for long until it fits. Called between events.
  public void evict() {
    while (bytes > limitBytes && evictableBytes > limitBytes / 4 && oldest != null) {
      Slot slot = oldest;
      unlist(slot);
      if (slot.used) {
        slot.used = false;
        list(slot);
      } else {
        slots.remove(slot.id);
        bytes -= slot.charged;
      }
    }
  }

  private Slot hold(InodeId inode, long sequence, @Nullable Name name) {
    Slot slot = obtain(inode);
    slot.holds++;
    unlist(slot);
    held.add(new Held(sequence, slot, name));
    return slot;
  }

  private @Nullable Slot use(InodeId inode) {
    Slot slot = slots.get(inode);
    if (slot != null) {
      slot.used = true;
    }
    return slot;
  }

  private Slot obtain(InodeId inode) {
    Slot slot = slots.get(inode);
    if (slot == null) {
      slot = new Slot(inode);
      slots.put(inode, slot);
      list(slot);
      recount(slot);
    }
    return slot;
  }

  private static DirectoryNames names(Slot slot) {
    DirectoryNames names = slot.names;
    if (names == null) {
      names = new DirectoryNames();
      slot.names = names;
    }
    return names;
  }

  private static ExtentMap extents(Slot slot) {
    ExtentMap extents = slot.extents;
    if (extents == null) {
      extents = new ExtentMap();
      slot.extents = extents;
    }
    return extents;
  }

  private static TreeMap<XattrName, Bytes> knownXattrs(Slot slot) {
    if (slot.xattrs == null) {
      throw new IllegalStateException(
          "extended attributes of " + slot.id + " were changed before they were known");
    }
    return slot.xattrs;
  }

  private void recount(Slot slot) {
    long now = slot.bytes();
    bytes += now - slot.charged;
    if (slot.listed) {
      evictableBytes += now - slot.charged;
    }
    slot.charged = now;
  }

  private void relist(Slot slot) {
    if (!slot.listed && slot.evictable()) {
      list(slot);
    }
  }

  private void list(Slot slot) {
    slot.older = newest;
    slot.newer = null;
    if (newest != null) {
      newest.newer = slot;
    } else {
      oldest = slot;
    }
    newest = slot;
    slot.listed = true;
    evictableBytes += slot.charged;
  }

  private void unlist(Slot slot) {
    if (!slot.listed) {
      return;
    }
    if (slot.newer != null) {
      slot.newer.older = slot.older;
    } else {
      newest = slot.older;
    }
    if (slot.older != null) {
      slot.older.newer = slot.newer;
    } else {
      oldest = slot.newer;
    }
    slot.newer = null;
    slot.older = null;
    slot.listed = false;
    evictableBytes -= slot.charged;
  }
}
