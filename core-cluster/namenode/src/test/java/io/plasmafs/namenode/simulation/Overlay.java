package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a transaction has done so far: a list of effects for each inode, to be replayed over
/// whatever state is committed below them.
final class Overlay {
  /// One change of an inode.
  ///
  /// @param mtimeSet the time that a user gave, or null
  private record Effect(Consumer<Node> change, boolean content, @Nullable Instant mtimeSet) {}

  final Map<InodeId, Node> created = new HashMap<>();
  private final Map<InodeId, List<Effect>> effects = new HashMap<>();
  final Set<InodeId> used = new HashSet<>();
  final Set<InodeId> removedDirectories = new HashSet<>();
  final Set<InodeId> detached = new HashSet<>();
  final List<Operation.Require> preconditions = new ArrayList<>();

  /// Blocks of files that were made content or holes by this transaction.
  final Map<InodeId, Set<Long>> replaced = new HashMap<>();

  /// What was allocated, by generation, and the blocks of it that are attached.
  final Map<Long, Extent> reserved = new HashMap<>();

  final Map<Long, Set<Long>> attached = new HashMap<>();

  Overlay copy() {
    Overlay copy = new Overlay();
    copy.created.putAll(created);
    effects.forEach((inode, list) -> copy.effects.put(inode, new ArrayList<>(list)));
    copy.used.addAll(used);
    copy.removedDirectories.addAll(removedDirectories);
    copy.detached.addAll(detached);
    copy.preconditions.addAll(preconditions);
    replaced.forEach((inode, set) -> copy.replaced.put(inode, new HashSet<>(set)));
    copy.reserved.putAll(reserved);
    attached.forEach((generation, set) -> copy.attached.put(generation, new HashSet<>(set)));
    return copy;
  }

  boolean isEmpty() {
    return effects.isEmpty() && created.isEmpty();
  }

  boolean isNew(InodeId inode) {
    return created.containsKey(inode);
  }

  boolean isUsing(InodeId inode) {
    return used.contains(inode) || effects.containsKey(inode) || created.containsKey(inode);
  }

  void create(Node node) {
    created.put(node.id, node);
  }

  void attribute(InodeId inode, Consumer<Node> change) {
    add(inode, new Effect(change, false, null));
  }

  void content(InodeId inode, Consumer<Node> change) {
    add(inode, new Effect(change, true, null));
  }

  /// The user gives a time, in place of one that was given before.
  void setMtime(InodeId inode, Instant time) {
    List<Effect> before = effects.get(inode);
    if (before != null) {
      before.removeIf(effect -> effect.mtimeSet() != null);
    }
    add(inode, new Effect(node -> node.mtime = time, false, time));
  }

  void touch(InodeId inode, Instant now) {
    attribute(inode, node -> node.ctime = later(node.ctime, now));
  }

  /// The content changes now: a time that the user gave before counts no more if it is older.
  void touchContent(InodeId inode, Instant now) {
    List<Effect> before = effects.get(inode);
    if (before != null) {
      before.removeIf(effect -> effect.mtimeSet() != null && effect.mtimeSet().isBefore(now));
    }
    content(inode, node -> node.mtime = later(node.mtime, now));
    touch(inode, now);
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private void add(InodeId inode, Effect effect) {
    effects.computeIfAbsent(inode, i -> new ArrayList<>()).add(effect);
    if (!isNew(inode)) {
      used.add(inode);
    }
  }

  /// An inode as the transaction sees it over a published state.
  @Nullable Node see(State state, InodeId inode) {
    return over(state, inode, 0);
  }

  private @Nullable Node over(State state, InodeId inode, long version) {
    Node made = created.get(inode);
    Node base = made != null ? made : state.node(inode);
    List<Effect> mine = effects.get(inode);
    if (base == null || (mine == null && made == null)) {
      return base;
    }
    Node node = base.copy();
    boolean changesContent = made != null;
    if (mine != null) {
      for (Effect effect : mine) {
        effect.change().accept(node);
        changesContent |= effect.content();
      }
    }
    node.nlink = removedDirectories.contains(inode) ? 0 : Math.max(0, node.nlink);
    if (node.isDirectory()) {
      node.size = node.entries.size();
    }
    node.version = version;
    node.contentVersion = version == 0 || changesContent ? version : base.contentVersion;
    return node;
  }

  /// What a commit must make of the state before it: null for an inode that must not be there.
  Map<InodeId, @Nullable Node> committed(State before, long sequence) {
    Map<InodeId, @Nullable Node> after = new HashMap<>();
    Set<InodeId> touched = new HashSet<>(created.keySet());
    touched.addAll(effects.keySet());
    for (InodeId inode : touched) {
      Node node = over(before, inode, sequence);
      if (node == null) {
        throw new AssertionError(inode + " was changed, and is gone in the state before");
      }
      boolean vanishes =
          isNew(inode) && node.nlink == 0 && (!node.isDirectory() || node.entries.isEmpty());
      after.put(inode, vanishes ? null : node);
    }
    return after;
  }
}
