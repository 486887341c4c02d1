package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FileType;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.Change;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.InodeRecord.ContentKind;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Holds a disk, of which everything is applied, against what must be true of every filesystem.
public final class Audit {
  private final Disk disk;

  public Audit(Disk disk) {
    this.disk = disk;
    disk.apply(disk.last());
  }

  /// @param cleaned whether nothing without a name may be left
  public void check(boolean cleaned) {
    checkNames(cleaned);
    checkBlocks();
    checkLog();
  }

  private void checkNames(boolean cleaned) {
    Map<InodeId, Integer> links = new HashMap<>();
    Map<InodeId, Integer> subdirectories = new HashMap<>();
    disk.entries.forEach((directory, names) ->
        names.forEach((name, child) -> {
          InodeRecord record = disk.inodes.get(child);
          require(record != null, directory, "/" + name + " points to nothing");
          links.merge(child, 1, Integer::sum);
          if (record != null && record.type() == FileType.DIRECTORY) {
            subdirectories.merge(directory, 1, Integer::sum);
            require(
                record.parent().equals(directory),
                record,
                " is in " + directory + ", which is not its parent");
          }
        }));
    Set<InodeId> reachable = new HashSet<>();
    reach(InodeId.ROOT, reachable);
    for (InodeRecord inode : disk.inodes.values()) {
      TreeMap<Name, InodeId> names = disk.entries.getOrDefault(inode.id(), new TreeMap<>());
      int found = links.getOrDefault(inode.id(), 0);
      if (cleaned) {
        require(reachable.contains(inode.id()), inode, " cannot be reached");
      }
      if (inode.type() == FileType.DIRECTORY) {
        require(names.size() == inode.size(), inode, " has " + names.size() + " entries");
        require(
            found == (inode.id().equals(InodeId.ROOT) || inode.nlink() == 0 ? 0 : 1),
            inode,
            " has " + found + " names");
        require(
            inode.nlink() == 0 || inode.nlink() == 2 + subdirectories.getOrDefault(inode.id(), 0),
            inode,
            " has " + subdirectories.get(inode.id()) + " subdirectories");
      } else {
        require(found == inode.nlink(), inode, " has " + found + " names");
        require(names.isEmpty(), inode, " has entries");
      }
    }
  }

  private void reach(InodeId directory, Set<InodeId> reachable) {
    require(reachable.add(directory), directory, " is reached in two ways");
    for (InodeId child : disk.entries.getOrDefault(directory, new TreeMap<>()).values()) {
      InodeRecord record = disk.inodes.get(child);
      if (record != null && record.type() == FileType.DIRECTORY) {
        reach(child, reachable);
      } else {
        reachable.add(child);
      }
    }
  }

  /// The blocks of all files, each once.
  public Set<SmallBlockSpace.Block> blocks() {
    Set<SmallBlockSpace.Block> blocks = new HashSet<>();
    disk.extents.forEach((inode, runs) ->
        runs.values()
            .forEach(extent ->
                SmallBlockSpace.forEach(
                    extent, block -> require(blocks.add(block), block, " is in two files"))));
    return blocks;
  }

  private void checkBlocks() {
    disk.extents.forEach((inode, runs) -> {
      InodeRecord record = disk.inodes.get(inode);
      require(record != null || runs.isEmpty(), inode, " is gone and has extents");
      long end = 0;
      long count = 0;
      for (Extent extent : runs.values()) {
        require(extent.index() >= end, runs, " overlap in " + inode);
        end = extent.end();
        count += extent.count();
      }
      if (record != null) {
        require(record.blocks() == count, record, " has " + count + " blocks");
        require(
            (end - 1) * World.BLOCK_SIZE < record.size() || count == 0,
            record,
            " has blocks beyond its end");
      }
    });
    for (InodeRecord inode : disk.inodes.values()) {
      InlineContent inline = disk.inline.getOrDefault(inode.id(), InlineContent.NONE);
      ContentKind kind = ContentKind.of(inode.blocks(), inline);
      boolean hole = kind == ContentKind.NONE && inode.content() == ContentKind.BLOCKS;
      require(inode.content() == kind || hole, inode, " is said to be " + kind + " by its rows");
      long end = inline.index() * World.BLOCK_SIZE + inline.length();
      require(inline.isEmpty() || end <= inode.size(), inode, " ends before " + end);
      require(
          inline.isEmpty() || extentsOf(inode.id()).stream().noneMatch(e -> covers(e, inline)),
          inode,
          " has block " + inline.index() + " twice");
    }
    blocks();
  }

  private Collection<Extent> extentsOf(InodeId inode) {
    return disk.extents.getOrDefault(inode, new TreeMap<>()).values();
  }

  private static boolean covers(Extent extent, InlineContent inline) {
    return inline.isWithin(extent.index(), extent.end());
  }

  private void checkLog() {
    Map<InodeId, Long> versions = new HashMap<>();
    Set<CommitToken> tokens = new HashSet<>();
    Set<InodeId> gone = new HashSet<>();
    for (long s = 1; s <= disk.last(); s++) {
      ChangeSet set = disk.commit(s);
      require(set.sequence() == s, set.sequence(), " is the number of commit " + s);
      set.token().ifPresent(t -> require(tokens.add(t), t, " was committed twice"));
      Set<Object> keys = new HashSet<>();
      for (Change change : set.changes()) {
        if (change instanceof Change.PutInode(InodeRecord inode)) {
          require(inode.version() == s, inode, " was put by commit " + s);
          require(inode.contentVersion() <= s, inode, " was put by commit " + s);
          require(!gone.contains(inode.id()), inode, " came back");
          versions.put(inode.id(), s);
        }
        if (change instanceof Change.DeleteInode(InodeId inode)) {
          gone.add(inode);
        }
        require(keys.add(key(change)), change, " comes twice in commit " + s);
      }
    }
    disk.inodes.forEach((id, inode) ->
        require(inode.version() == versions.getOrDefault(id, 0L), inode, " has another version"));
  }

  private static Object key(Change change) {
    return switch (change) {
      case Change.PutInode c -> c.inode().id();
      case Change.DeleteInode c -> c.inode();
      case Change.PutEntry c -> Map.entry(c.directory(), c.name());
      case Change.DeleteEntry c -> Map.entry(c.directory(), c.name());
      case Change.PutExtent c -> Map.entry(c.inode(), c.extent().index());
      case Change.DeleteExtent c -> Map.entry(c.inode(), c.index());
      case Change.PutInline c -> Map.entry(c.inode(), "inline");
      case Change.StoredInline c -> throw new AssertionError(c);
      case Change.DeleteInline c -> Map.entry(c.inode(), "inline");
      case Change.PutXattr c -> Map.entry(c.inode(), c.name());
      case Change.DeleteXattr c -> Map.entry(c.inode(), c.name());
    };
  }

  private static void require(boolean holds, Object what, String otherwise) {
    if (!holds) {
      throw new AssertionError(what + otherwise);
    }
  }
}
