package io.plasmafs.namenode.transaction;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.namenode.blocks.BlockSpace;
import io.plasmafs.namenode.cache.MetadataCache;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One open transaction: its changes, its locks, what it uses. Nothing of it is visible to others
/// but its locks.
///
/// ```
///            commit                  published
///  OPEN --------------> COMMITTING -------------> ENDED
///    |                      |  precondition failed,  ^
///    |                      |  batch undone          |
///    +------ end -----------+------------------------+
/// ```
///
/// * OPEN: operations change it. [#mark] and [#rollback] undo the last ones.
/// * COMMITTING: it waits for its batch, or the batch is being written; nothing changes it.
/// * ENDED: locks, pins and reservations are gone.
///
/// Invariants: every inode with an edit that this transaction did not create is pinned in the
/// cache, so that its committed record is at hand; a name with an edit is locked.
public final class Transaction {
  /// In so many rows at most something is kept inline; the next one puts all of it anew.
  private static final int MAX_INLINE_PIECES = 32;

  /// About what one changed inode takes in memory.
  private static final int EDIT_BYTES = 320;

  /// About what one changed name takes in memory.
  private static final int NAME_BYTES = 240;

  /// States of a transaction.
  public enum State {
    OPEN,
    COMMITTING,
    ENDED
  }

  /// A name that was changed.
  ///
  /// @param now what it points to, [InodeId#NONE] if it is gone
  /// @param before what it points to for all others
  record EntryEdit(InodeId now, InodeId before) {}

  /// What must hold at the moment of the commit.
  public record Precondition(Operation.Require require) {}

  private final long key;
  private final Principal principal;
  private final boolean superuser;
  private final long beganNanos;
  private final MetadataCache cache;
  private final LockTable locks;
  private final List<Budget> budgets;
  private final long limitBytes;

  final Map<InodeId, InodeEdit> edits = new LinkedHashMap<>();
  final Map<InodeId, TreeMap<Name, EntryEdit>> entries = new HashMap<>();
  final Map<Long, Reservation> reservations = new HashMap<>();
  private final List<Precondition> preconditions = new ArrayList<>();
  private final List<LockTable.Held> held = new ArrayList<>();
  private final Set<InodeId> uses = new HashSet<>();
  private final Set<InodeId> detached = new HashSet<>();
  private final Set<InodeId> adopted = new HashSet<>();
  private final List<Extent> givenBack = new ArrayList<>();
  private final ArrayList<Runnable> undo = new ArrayList<>();
  private long step;
  private long bytes;
  private long operations;
  private boolean pinsBlocks;
  private boolean hasWriteTickets;
  private long nowNanos;
  private State state = State.OPEN;

  /// A transaction that has done nothing yet.
  ///
  /// @param key unique within the epoch
  /// @param budgets what it takes counts in each of these
  public Transaction(
      long key,
      Principal principal,
      boolean superuser,
      long nowNanos,
      MetadataCache cache,
      LockTable locks,
      List<Budget> budgets,
      long limitBytes) {
    this.key = key;
    this.principal = principal;
    this.superuser = superuser;
    this.beganNanos = nowNanos;
    this.nowNanos = nowNanos;
    this.cache = cache;
    this.locks = locks;
    this.budgets = List.copyOf(budgets);
    this.limitBytes = limitBytes;
  }

  /// Unique within the epoch.
  public long key() {
    return key;
  }

  /// Who acts.
  public Principal principal() {
    return principal;
  }

  /// Whether no permission is refused.
  public boolean isSuperuser() {
    return superuser;
  }

  /// Where it stands.
  public State state() {
    return state;
  }

  /// No operation will change it any more.
  public void committing() {
    state = State.COMMITTING;
  }

  /// The batch that it was to be part of was not made: it is as it was before.
  public void reopen() {
    state = State.OPEN;
  }

  /// Counts an operation; what conflicts it meets are as of this moment.
  public long beginOperation(long newNowNanos) {
    nowNanos = newNowNanos;
    step++;
    return ++operations;
  }

  long now() {
    return nowNanos;
  }

  long ageMillis(long atNanos) {
    return Math.max(0, (atNanos - beganNanos) / 1_000_000);
  }

  /// When it began, by the monotonic clock.
  public long beganNanos() {
    return beganNanos;
  }

  /// Whether a commit would change anything.
  public boolean hasChanges() {
    return !edits.isEmpty() || !entries.isEmpty();
  }

  /// About the memory that its changes take.
  public long bytes() {
    return bytes;
  }

  // ---- undoing

  /// A point to which [#rollback] can return.
  public int mark() {
    return undo.size();
  }

  /// Undoes everything since the mark.
  public void rollback(int mark) {
    for (int i = undo.size() - 1; i >= mark; i--) {
      undo.remove(i).run();
    }
    step++;
  }

  /// Everything so far stays: there is no way back but to end the transaction.
  public void keep(BlockSpace blocks) {
    undo.clear();
    if (!givenBack.isEmpty()) {
      givenBack.forEach(run -> blocks.release(run, BlockSpace.Reuse.AFTER_TICKETS));
      givenBack.clear();
    }
  }

  void acquired(LockTable.Held lock) {
    held.add(lock);
    undo.add(() -> {
      held.remove(held.size() - 1);
      locks.release(this, lock);
    });
  }

  // ---- locks

  /// Takes the inode lock.
  public void lockInode(InodeId inode, FsPath path) {
    locks.lockInode(this, inode, path);
  }

  /// Takes the name lock for creating a name.
  public void lockCreating(InodeId directory, Name name, FsPath path) {
    locks.lockName(this, new EntryKey(directory, name), Conflict.Kind.NAME_CREATING, path);
  }

  /// Takes the name lock for removing a name.
  public void lockRemoving(InodeId directory, Name name, FsPath path) {
    locks.lockName(this, new EntryKey(directory, name), Conflict.Kind.NAME_REMOVING, path);
  }

  /// Takes the stay lock of a directory together with others.
  public void shareStay(InodeId directory, FsPath path) {
    locks.shareStay(this, directory, path);
  }

  /// Takes the stay lock of a directory alone.
  public void takeStay(InodeId directory, FsPath path) {
    locks.takeStay(this, directory, path);
  }

  // ---- changes

  /// The inode is used by this transaction: it lives until the transaction ends.
  public void use(InodeId inode, FsPath path) {
    if (uses.contains(inode)) {
      return;
    }
    locks.checkNotDoomed(this, inode, path);
    uses.add(inode);
    cache.pin(inode);
    undo.add(() -> {
      uses.remove(inode);
      cache.unpin(inode);
    });
  }

  /// Whether it uses the inode.
  public boolean isUsing(InodeId inode) {
    return uses.contains(inode) || edits.containsKey(inode);
  }

  /// The inodes that it uses and that others made.
  Set<InodeId> uses() {
    return uses;
  }

  /// The changes of an inode that exists, to be added to.
  public InodeEdit edit(InodeId inode, FsPath path) {
    InodeEdit old = edits.get(inode);
    if (old == null) {
      use(inode, path);
      charge(EDIT_BYTES);
      InodeEdit edit = new InodeEdit(null);
      edit.step = step;
      edits.put(inode, edit);
      undo.add(() -> edits.remove(inode));
      return edit;
    }
    if (old.step == step) {
      return old;
    }
    InodeEdit edit = old.copy();
    edit.step = step;
    edits.put(inode, edit);
    undo.add(() -> edits.put(inode, old));
    return edit;
  }

  /// An inode that this transaction makes.
  public void create(InodeRecord inode) {
    charge(EDIT_BYTES + 200 + inode.target().map(t -> t.bytes().length).orElse(0));
    InodeEdit edit = new InodeEdit(inode);
    edit.step = step;
    edits.put(inode.id(), edit);
    undo.add(() -> edits.remove(inode.id()));
  }

  /// A directory that this transaction makes, and that has no name until another transaction gives
  /// it one.
  public void createNameless(InodeRecord directory) {
    create(directory);
    InodeEdit edit = edit(directory.id(), FsPath.EMPTY);
    edit.nameless = true;
    edit.remove();
  }

  /// Lets a name point to something, or to nothing: [InodeId#NONE].
  ///
  /// @param committed what it points to for all others
  public void setEntry(InodeId directory, Name name, InodeId child, InodeId committed) {
    TreeMap<Name, EntryEdit> names = entries.get(directory);
    if (names == null) {
      names = new TreeMap<>();
      entries.put(directory, names);
    }
    EntryEdit old = names.get(name);
    if (old == null) {
      charge(NAME_BYTES + 2L * name.length());
    }
    names.put(name, new EntryEdit(child, old == null ? committed : old.before()));
    TreeMap<Name, EntryEdit> changed = names;
    undo.add(() -> {
      if (old == null) {
        changed.remove(name);
        if (changed.isEmpty()) {
          entries.remove(directory);
        }
      } else {
        changed.put(name, old);
      }
    });
  }

  /// What this transaction let a name point to, [InodeId#NONE] for nothing; null if it did not
  /// touch it.
  @Nullable InodeId ownChild(InodeId directory, Name name) {
    if (entries.isEmpty()) {
      return null;
    }
    TreeMap<Name, EntryEdit> names = entries.get(directory);
    EntryEdit edit = names == null ? null : names.get(name);
    return edit == null ? null : edit.now();
  }

  /// Blocks `first` to before `end` of a file become `replacement`, or a hole.
  public void replaceExtents(
      InodeId inode, FsPath path, long first, long end, @Nullable Extent replacement) {
    InodeEdit edit = edit(inode, path);
    ExtentEdit extents = edit.extents;
    if (extents == null) {
      extents = new ExtentEdit();
      edit.extents = extents;
    }
    edit.changesContent = true;
    charge(200 + (replacement == null ? 0 : 64 + 4L * replacement.count()));
    undo.add(extents.replace(first, end, replacement));
  }

  /// A committed run has other replicas from now on: the content stays what it is, and so do the
  /// blocks of replicas that the run had before.
  public void moveExtent(InodeId inode, FsPath path, Extent moved) {
    InodeEdit edit = edit(inode, path);
    boolean changesContent = edit.changesContent;
    replaceExtents(inode, path, moved.index(), moved.end(), moved);
    edit.changesContent = changesContent;
  }

  /// This is kept inline of a file from now on.
  public void writeInline(InodeId inode, FsPath path, InlineContent content) {
    charge(content.length());
    edit(inode, path).setInline(content, 0);
  }

  /// Adds bytes behind what is kept inline.
  ///
  /// @param before what is kept inline of the file, as this transaction sees it
  public void extendInline(InodeId inode, FsPath path, InlineContent before, Bytes more) {
    InodeEdit edit = edit(inode, path);
    boolean isOwn = edit.inline != null;
    charge(more.length() + (isOwn ? 0 : before.length()));
    int kept = isOwn ? edit.inlineKept : before.length();
    int pieces = isOwn ? before.pieces() : before.pieces() + 1;
    if (pieces > MAX_INLINE_PIECES) {
      kept = 0;
      pieces = 1;
    }
    edit.setInline(new InlineContent(before.index(), joined(before.bytes(), more), pieces), kept);
  }

  private static Bytes joined(Bytes before, Bytes more) {
    byte[] all = Arrays.copyOf(before.unsafeArray(), before.length() + more.length());
    System.arraycopy(more.unsafeArray(), 0, all, before.length(), more.length());
    return Bytes.wrap(all);
  }

  /// Takes memory for changes.
  ///
  /// @throws FsException ELIMIT if there is none left
  public void charge(long more) {
    if (bytes + more > limitBytes) {
      throw tooLarge(more, limitBytes + " are allowed");
    }
    for (int i = 0; i < budgets.size(); i++) {
      if (!budgets.get(i).take(more)) {
        String exhausted = budgets.get(i).toString();
        budgets.subList(0, i).forEach(budget -> budget.giveBack(more));
        throw tooLarge(more, exhausted);
      }
    }
    bytes += more;
    undo.add(() -> uncharge(more));
  }

  private FsException tooLarge(long more, String limit) {
    return new FsException(
        FsStatus.ELIMIT,
        "the transaction's changes need "
            + (bytes + more)
            + " bytes of the server's memory: "
            + limit);
  }

  private void uncharge(long less) {
    bytes -= less;
    for (Budget budget : budgets) {
      budget.giveBack(less);
    }
  }

  /// Something must hold at the moment of the commit.
  public void require(Precondition precondition) {
    charge(300);
    preconditions.add(precondition);
    undo.add(() -> preconditions.remove(preconditions.size() - 1));
  }

  /// All that must hold at the moment of the commit.
  public List<Precondition> preconditions() {
    return Collections.unmodifiableList(preconditions);
  }

  /// The directory belongs to a tree that this transaction removes.
  public void detach(InodeId directory) {
    charge(64);
    if (detached.add(directory)) {
      undo.add(() -> detached.remove(directory));
    }
  }

  /// The directory belongs to a copy that this transaction gives a name.
  public void adopt(InodeId directory) {
    charge(64);
    if (adopted.add(directory)) {
      undo.add(() -> adopted.remove(directory));
    }
  }

  /// Directories of copies that this transaction gives a name. They are detached until it commits.
  public Set<InodeId> adopted() {
    return adopted;
  }

  /// Directories of the trees that this transaction removes.
  public Set<InodeId> detached() {
    return detached;
  }

  // ---- blocks

  /// Reserved blocks are the transaction's until it ends.
  public void reserved(Extent run, BlockSpace blocks) {
    charge(300);
    hasWriteTickets = true;
    reservations.put(run.generation(), new Reservation(run));
    undo.add(() -> {
      reservations.remove(run.generation());
      blocks.release(run, BlockSpace.Reuse.AT_ONCE);
    });
  }

  /// Reserved blocks become content.
  ///
  /// @throws FsException EINVAL if they are none of this transaction's
  public void attach(Extent part) {
    Reservation reservation = reservations.get(part.generation());
    if (reservation == null) {
      throw new FsException(
          FsStatus.EINVAL,
          "nothing was allocated to this transaction under generation " + part.generation());
    }
    undo.add(reservation.attach(part));
  }

  /// A reservation goes back; none of it may be attached.
  public void giveBack(long generation) {
    Reservation reservation = reservations.get(generation);
    if (reservation == null || !reservation.isUntouched()) {
      throw new FsException(
          FsStatus.EINVAL,
          reservation == null
              ? "nothing was allocated to this transaction under generation " + generation
              : "blocks of generation " + generation + " are attached to a file");
    }
    reservations.remove(generation);
    givenBack.add(reservation.run);
    undo.add(() -> {
      givenBack.remove(givenBack.size() - 1);
      reservations.put(generation, reservation);
    });
  }

  /// A block was named to it.
  public void pinned() {
    pinsBlocks = true;
  }

  // ---- the end

  /// Lets go of everything. What was reserved and is not among `content` goes back.
  ///
  /// @param content runs that a published commit made content of files
  public void end(List<Extent> content, BlockSpace blocks, Runnable withdrawTickets) {
    if (state == State.ENDED) {
      throw new IllegalStateException("transaction " + key + " has ended before");
    }
    state = State.ENDED;
    keep(blocks);
    for (int i = held.size() - 1; i >= 0; i--) {
      locks.release(this, held.get(i));
    }
    held.clear();
    for (InodeId inode : uses) {
      cache.unpin(inode);
    }
    if (!reservations.isEmpty()) {
      Map<Long, List<Extent>> used = new HashMap<>();
      for (Extent extent : content) {
        used.computeIfAbsent(extent.generation(), g -> new ArrayList<>()).add(extent);
      }
      for (Reservation reservation : reservations.values()) {
        for (Extent rest :
            reservation.leftovers(used.getOrDefault(reservation.run.generation(), List.of()))) {
          blocks.release(rest, BlockSpace.Reuse.AFTER_TICKETS);
        }
      }
    }
    if (pinsBlocks) {
      blocks.unpin(key);
    }
    if (hasWriteTickets) {
      withdrawTickets.run();
    }
    uncharge(bytes);
  }

  /// The inodes that it used, for whom they may have been the last user.
  public Set<InodeId> used() {
    return uses;
  }
}
