package io.plasmafs.namenode.blocks;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.namenode.blocks.BlockMap.State;
import io.plasmafs.namenode.blocks.Volume.Quarantined;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks at the block map from outside, and corrects it where it is proved to be wrong. Engine's
/// thread only.
///
/// A correction needs to know that nothing has happened to a block between a look at it and a later
/// look at the tables. So a block is *watched*: the map forgets that as soon as a commit gives the
/// block back. A block that is in use, was watched when commit number n was the last, is watched
/// still, and is in no file by tables that show commit n, is in no file now either: whichever
/// commit could have put it there is not later than n, and none has taken it away since.
public final class BlockAudit {
  /// Blocks of one datanode that can be watched at a time.
  public static final int WATCHED = 1 << 17;

  private final Map<DatanodeId, Volume> volumes;

  BlockAudit(Map<DatanodeId, Volume> volumes) {
    this.volumes = volumes;
  }

  /// The datanodes that the map knows, and how many blocks they have.
  public List<Capacity> capacities() {
    List<Capacity> list = new ArrayList<>();
    volumes.forEach((id, volume) -> list.add(new Capacity(id, volume.map().size())));
    return list;
  }

  /// How many blocks a datanode has.
  public record Capacity(DatanodeId datanode, long blocks) {}

  /// Which of `count` blocks from `first` on were in use at one moment.
  ///
  /// @param used counted from `first`
  public record Window(long first, int count, BitSet used) {
    /// Nothing.
    public static final Window EMPTY = new Window(0, 0, new BitSet());

    /// Whether this block is among them.
    public boolean holds(long block) {
      return block >= first && block < first + count;
    }

    /// Whether a block that is among them was in use.
    public boolean isUsed(long block) {
      return used.get((int) (block - first));
    }
  }

  /// Looks at blocks from `first` on, so many at most; at none if the datanode is not known.
  public Window look(DatanodeId id, long first, int most) {
    Volume volume = volumes.get(id);
    if (volume == null) {
      return Window.EMPTY;
    }
    int count = (int) Math.max(0, Math.min(volume.map().size() - first, most));
    BitSet used = new BitSet(count);
    for (int i = 0; i < count; i++) {
      used.set(i, volume.map().stateOf(first + i) == State.USED);
    }
    return new Window(first, count, used);
  }

  private Optional<Volume> holding(DatanodeId id, long block) {
    return Optional.ofNullable(volumes.get(id)).filter(volume -> block < volume.map().size());
  }

  /// Watches a block that is in use; false if it is not, or too many are watched.
  public boolean watch(DatanodeId id, long block) {
    Optional<Volume> volume = holding(id, block);
    return volume.isPresent()
        && volume.get().map().stateOf(block) == State.USED
        && volume.get().watched().size() < WATCHED
        && volume.get().watched().add(block);
  }

  /// Whether a block has been in use ever since it was watched.
  public boolean isWatched(DatanodeId id, long block) {
    return holding(id, block).filter(volume -> volume.watched().contains(block)).isPresent();
  }

  /// No block is watched any more.
  public void forget() {
    volumes.values().forEach(volume -> volume.watched().clear());
  }

  /// A watched block, which is proved to be in no file, is given back: through quarantine, as what
  /// a commit takes out of a file. False if it is not watched any more, or is one that must never
  /// be given out again.
  ///
  /// @param generation that the datanode has in it
  public boolean reclaim(DatanodeId id, long block, long generation) {
    Optional<Volume> volume = holding(id, block);
    if (volume.isEmpty()
        || !volume.get().watched().remove(block)
        || volume.get().damaged().contains(block)) {
      return false;
    }
    volume.get().map().move(block, 1, State.USED, State.QUARANTINED);
    volume.get().quarantine().add(new Quarantined(block, 1, generation));
    return true;
  }

  /// Marks a free block as used and watches it, so that nobody is given it; false if it is not
  /// free, or too many are watched.
  public boolean claim(DatanodeId id, long block) {
    Optional<Volume> volume = holding(id, block);
    if (volume.isEmpty()
        || volume.get().map().stateOf(block) != State.FREE
        || volume.get().watched().size() >= WATCHED) {
      return false;
    }
    volume.get().map().move(block, 1, State.FREE, State.USED);
    volume.get().watched().add(block);
    return true;
  }

  /// Takes back [#claim], unless something has happened to the block since.
  public void unclaim(DatanodeId id, long block) {
    holding(id, block)
        .filter(volume -> volume.watched().remove(block))
        .ifPresent(volume -> volume.map().move(block, 1, State.USED, State.FREE));
  }

  /// More than one file claims this block: it is never given out again, whatever becomes of them.
  public void protect(DatanodeId id, long block) {
    holding(id, block).ifPresent(volume -> volume.damaged().add(block));
  }
}
