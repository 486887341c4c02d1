package io.plasmafs.namenode.simulation;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The whole filesystem after one commit: a map, never changed once made.
final class State {
  static final State EMPTY = new State(0, Map.of());

  final long sequence;
  final Map<InodeId, Node> nodes;

  private State(long sequence, Map<InodeId, Node> nodes) {
    this.sequence = sequence;
    this.nodes = nodes;
  }

  @Nullable Node node(InodeId inode) {
    return nodes.get(inode);
  }

  Set<SmallBlockSpace.Block> usedBlocks() {
    Set<SmallBlockSpace.Block> used = new HashSet<>();
    for (Node node : nodes.values()) {
      node.runs.values().forEach(run -> SmallBlockSpace.forEach(run, used::add));
    }
    return used;
  }

  /// Whether the directory is below one that lost its name, or lost its own.
  boolean isDetached(InodeId directory) {
    Node at = nodes.get(directory);
    while (at != null && at.nlink > 0) {
      if (at.id.equals(InodeId.ROOT)) {
        return false;
      }
      at = nodes.get(at.parent);
    }
    return true;
  }

  /// The state after one more commit.
  State with(ChangeSet set) {
    Map<InodeId, Node> next = new HashMap<>(nodes);
    Set<InodeId> deleted = new HashSet<>();
    Set<InodeId> copied = new HashSet<>();
    // records first: what belongs to a new inode may come before it
    for (Change change : set.changes()) {
      if (change instanceof Change.PutInode(InodeRecord record)) {
        Node old = next.get(record.id());
        next.put(record.id(), old == null ? new Node(record) : old.over(record));
        copied.add(record.id());
      }
    }
    List<String> strays = new ArrayList<>();
    for (Change change : set.changes()) {
      if (change instanceof Change.PutInode) {
        continue;
      }
      if (change instanceof Change.DeleteInode(InodeId inode)) {
        next.remove(inode);
        deleted.add(inode);
        continue;
      }
      Node node = next.get(change.of());
      if (node == null) {
        if (!deleted.contains(change.of()) && nodes.get(change.of()) == null) {
          strays.add(change.toString());
        }
        continue;
      }
      if (copied.add(node.id)) {
        node = node.copy();
        next.put(node.id, node);
      }
      switch (change) {
        case Change.PutInode c -> {}
        case Change.DeleteInode c -> {}
        case Change.PutEntry(InodeId d, Name name, InodeId child) -> node.entries.put(name, child);
        case Change.DeleteEntry(InodeId d, Name name) -> node.entries.remove(name);
        case Change.PutExtent(InodeId i, Extent extent) -> node.runs.put(extent.index(), extent);
        case Change.DeleteExtent(InodeId i, long index) -> node.runs.remove(index);
        case Change.PutInline(InodeId i, InlineContent content, int kept) ->
            node.keep(content.index(), content.bytes());
        case Change.StoredInline c -> throw new AssertionError(c);
        case Change.DeleteInline c -> node.keep(0, Bytes.EMPTY);
        case Change.PutXattr(InodeId i, XattrName name, Bytes value) ->
            node.xattrs.put(name, value);
        case Change.DeleteXattr(InodeId i, XattrName name) -> node.xattrs.remove(name);
      }
    }
    if (!strays.isEmpty()) {
      throw new AssertionError("rows without an inode: " + strays);
    }
    return new State(set.sequence(), next);
  }
}
