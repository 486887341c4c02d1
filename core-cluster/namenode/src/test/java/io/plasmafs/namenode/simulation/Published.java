package io.plasmafs.namenode.simulation;

import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// All states that were ever published, in order.
final class Published {
  private final Disk disk;
  private final List<State> states = new ArrayList<>(List.of(State.EMPTY));

  Published(Disk disk) {
    this.disk = disk;
  }

  /// The number of the last one.
  long last() {
    return states.size() - 1L;
  }

  State at(long sequence) {
    return states.get((int) sequence);
  }

  State latest() {
    return states.get(states.size() - 1);
  }

  /// One more commit is published.
  ChangeSet advance() {
    ChangeSet set = disk.commit(states.size());
    State before = latest();
    State after = before.with(set);
    checkVersions(before, after, set);
    states.add(after);
    return set;
  }

  /// No two contents share inode and content version, and nothing moves back (P3).
  private static void checkVersions(State before, State after, ChangeSet set) {
    for (Change change : set.changes()) {
      Node now = after.node(change.of());
      Node old = before.node(change.of());
      if (now == null) {
        continue;
      }
      require(now.version == set.sequence(), now, " was changed by commit " + set.sequence());
      if (old != null && old != now) {
        boolean changed =
            now.type == FileType.DIRECTORY
                ? !now.entries.equals(old.entries)
                : now.size != old.size
                    || !now.inline.equals(old.inline)
                    || now.inlineIndex != old.inlineIndex
                    || !now.blocks(0, Long.MAX_VALUE).equals(old.blocks(0, Long.MAX_VALUE));
        require(
            now.contentVersion == set.sequence()
                || (!changed && now.contentVersion == old.contentVersion),
            now,
            " does not follow what it was in commit " + old.version);
      }
    }
  }

  /// Who cleans up takes away nothing that has a name or a user.
  static void checkCleaning(State before, State after, ChangeSet set) {
    Map<InodeId, Integer> lost = new HashMap<>();
    for (Change change : set.changes()) {
      if (change instanceof Change.DeleteEntry entry) {
        Node directory = before.node(entry.directory());
        require(directory != null && directory.nlink == 0, entry, " was cleaned up too early");
        if (directory != null) {
          lost.merge(directory.entries.getOrDefault(entry.name(), InodeId.NONE), 1, Integer::sum);
        }
      }
    }
    for (Change change : set.changes()) {
      Node old = before.node(change.of());
      Node now = after.node(change.of());
      if (old == null) {
        throw new AssertionError("cleaning up made " + change);
      }
      int links = lost.getOrDefault(old.id, 0);
      int left = old.isDirectory() && links > 0 ? 0 : old.nlink - links;
      require(
          (now == null ? 0 : now.nlink) == left,
          old,
          " has lost " + links + " names but not links");
      require(
          now != null || (old.isDirectory() ? old.entries.size() == removed(set, old.id) : true),
          old,
          " was deleted with entries");
    }
  }

  private static long removed(ChangeSet set, InodeId directory) {
    return set.changes().stream()
        .filter(c -> c instanceof Change.DeleteEntry e && e.directory().equals(directory))
        .count();
  }

  private static void require(boolean holds, Object what, String otherwise) {
    if (!holds) {
      throw new AssertionError(what + otherwise);
    }
  }
}
