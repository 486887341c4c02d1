package io.plasmafs.namenode.blocks;

import io.plasmafs.model.Checksums;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.blocks.BlockMap.State;
import io.plasmafs.namenode.blocks.Volume.Quarantined;
import io.plasmafs.namenode.ticket.WriteTickets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The blocks of all datanodes of the cluster.
///
/// A file's run goes on where its last one ended, on the same datanodes, until a stretch of
/// [#STRETCH] blocks is full; then new datanodes are chosen by [Placement].
///
/// What goes back is free again when no transaction pins it and no ticket to write it may be about
/// ([WriteTickets]); until then it is in quarantine, which is gone through when something happens
/// that may free something ([#sweep]), and when space is short.
///
/// Confined to the engine's thread, except while it is being loaded.
public final class ClusterBlocks implements BlockSpace {
  /// After so many blocks of a file other datanodes are chosen, so that a large file is read and
  /// written by many.
  static final int STRETCH = Extent.MAX_BLOCKS;

  /// The most runs that one allocation may be given, as a bound of an answer's size.
  static final int MAX_RUNS = 4096;

  /// The most quarantined runs of a datanode that one sweep looks at.
  private static final int SWEEP = 10_000;

  private static final int REPORTED = 20;

  private static final Logger log = LoggerFactory.getLogger(ClusterBlocks.class);

  private final Generations generations;
  private final WriteTickets writers;
  private final Placement placement;
  private final long maxBlocks;
  private final Map<DatanodeId, Volume> volumes = new TreeMap<>();

  private boolean settled;
  private final Map<Long, Integer> pins = new HashMap<>();
  private final Map<Long, Set<Long>> pinsOf = new HashMap<>();

  /// No datanodes.
  ///
  /// @param random decides between datanodes
  /// @param maxBlocks that all datanodes may have together: a quarter of a byte of memory each
  public ClusterBlocks(
      Generations generations, WriteTickets writers, RandomGenerator random, long maxBlocks) {
    this.generations = generations;
    this.writers = writers;
    this.placement = new Placement(random);
    this.maxBlocks = maxBlocks;
  }

  // ---- datanodes

  /// A datanode with all its blocks free; nothing is allocated there before [#allocatable]. One
  /// that is known already gets its new labels and its new size.
  ///
  /// @throws FsException EINVAL if it has become smaller, ELIMIT if the cluster becomes too large
  public void addDatanode(DatanodeId id, String host, String rack, long blocks) {
    Volume known = volumes.get(id);
    long before = known == null ? 0 : known.map().size();
    if (blocks < before) {
      throw new FsException(
          FsStatus.EINVAL,
          id + " has " + blocks + " blocks, but had " + before + ": it must not shrink");
    }
    if (blocks > BlockMap.MAX_BLOCKS || total() - before + blocks > maxBlocks) {
      throw new FsException(
          FsStatus.ELIMIT,
          id
              + " has "
              + blocks
              + " blocks: with it the cluster would have more than "
              + maxBlocks
              + "; larger blocks, or a larger heap and limit.blocks, are needed");
    }
    if (known == null) {
      volumes.put(id, new Volume(id, host, rack, blocks));
    } else {
      known.placeAt(host, rack);
      known.growTo(blocks);
    }
  }

  /// Whether new blocks may be taken from a datanode. Ignored if it is not known.
  public void allocatable(DatanodeId id, boolean yes) {
    Volume volume = volumes.get(id);
    if (volume != null) {
      volume.allocatable(yes);
    }
  }

  /// The datanodes have had time to announce themselves: those that did not are gone. Before, a
  /// lack of datanodes may pass, and is answered EUNAVAIL.
  public void settled() {
    settled = true;
  }

  /// Forgets a datanode.
  ///
  /// @throws FsException ENOTEMPTY if blocks of files are on it
  public void removeDatanode(DatanodeId id) {
    Volume volume = volumes.get(id);
    if (volume == null) {
      return;
    }
    long kept = volume.map().count(State.USED) + volume.map().count(State.RESERVED);
    if (kept > 0) {
      throw new FsException(
          FsStatus.ENOTEMPTY,
          id + " still holds " + kept + " blocks of files: drain it before it is removed");
    }
    volumes.remove(id);
  }

  /// How full a datanode is; nothing if it is not known.
  public Optional<Usage> usageOf(DatanodeId id) {
    Volume volume = volumes.get(id);
    return volume == null
        ? Optional.empty()
        : Optional.of(
            new Usage(
                volume.map().size(),
                volume.map().count(State.USED),
                volume.map().count(State.RESERVED) + volume.map().count(State.QUARANTINED)));
  }

  /// How full a datanode is, in blocks.
  ///
  /// @param reserved by open transactions, or in quarantine
  public record Usage(long total, long used, long reserved) {}

  // ---- loading

  /// Starts to take in the extents of all files; [Loading#visit] is called for each.
  public Loading load() {
    return new Loading();
  }

  /// Takes in the extents of all files, and counts what does not fit together.
  public final class Loading {
    private long extents;
    private long replicas;
    private long doublyUsed;
    private long outOfRange;
    private long unknownDatanode;

    private Loading() {}

    /// An extent of a committed file: its blocks are used.
    public void visit(InodeId inode, Extent extent) {
      extents++;
      for (Replica replica : extent.replicas()) {
        replicas++;
        Volume volume = volumes.get(replica.datanode());
        if (volume == null) {
          unknownDatanode++;
          complain(
              "is on a datanode that is not registered", inode, extent, replica, unknownDatanode);
        } else if (replica.firstBlock() + extent.count() > volume.map().size()) {
          outOfRange++;
          complain(
              "lies beyond the " + volume.map().size() + " blocks",
              inode,
              extent,
              replica,
              outOfRange);
        } else {
          take(volume, inode, extent, replica);
        }
      }
    }

    private void take(Volume volume, InodeId inode, Extent extent, Replica replica) {
      BlockMap map = volume.map();
      if (map.freeAt(replica.firstBlock(), extent.count()) == extent.count()) {
        map.move(replica.firstBlock(), extent.count(), State.FREE, State.USED);
        return;
      }
      for (long block = replica.firstBlock();
          block < replica.firstBlock() + extent.count();
          block++) {
        if (map.stateOf(block) == State.FREE) {
          map.move(block, 1, State.FREE, State.USED);
        } else {
          doublyUsed++;
          volume.damaged().add(block);
        }
      }
      complain("has blocks that another file has too", inode, extent, replica, doublyUsed);
    }

    private void complain(String what, InodeId inode, Extent extent, Replica replica, long count) {
      if (count <= REPORTED) {
        log.error(
            "inode {}: the run of {} blocks from {} on, on {} from block {} on, {}",
            inode.value(),
            extent.count(),
            extent.index(),
            replica.datanode(),
            replica.firstBlock(),
            what);
      }
    }

    /// Says in the log what was found, and loudly what is wrong. What two files claim is never
    /// given out again, whatever becomes of the files; nothing else that is wrong can do harm to
    /// others, so the namenode starts nonetheless.
    public void finish() {
      log.info("block map loaded: {} extents, {} runs of blocks", extents, replicas);
      if (doublyUsed + outOfRange + unknownDatanode > 0) {
        log.error(
            "THE BLOCK LISTS ARE DAMAGED: {} blocks belong to more than one file, {} runs lie"
                + " beyond the end of their datanode, {} runs are on unknown datanodes. Run plasma"
                + " fsck.",
            doublyUsed,
            outOfRange,
            unknownDatanode);
      }
    }

    /// Blocks that more than one file claims.
    public long doublyUsed() {
      return doublyUsed;
    }
  }

  // ---- allocation

  @Override
  public List<Extent> reserve(AllocationRequest request) {
    List<Extent> taken = new ArrayList<>();
    try {
      Optional<Extent> near = request.near();
      long index = request.index();
      long end = index + request.count();
      while (index < end) {
        if (taken.size() == MAX_RUNS) {
          throw new FsException(
              FsStatus.ENOSPC,
              "the free blocks are scattered in runs so short that more than "
                  + MAX_RUNS
                  + " would be needed for "
                  + request.count()
                  + " blocks: ask for fewer at a time");
        }
        int wanted = (int) Math.min(STRETCH - index % STRETCH, end - index);
        Extent run = reserveRun(request, index, wanted, near);
        taken.add(run);
        near = Optional.of(run);
        index = run.end();
      }
      return taken;
    } catch (RuntimeException e) {
      taken.forEach(run -> release(run, Reuse.AT_ONCE));
      throw e;
    }
  }

  private Extent reserveRun(
      AllocationRequest request, long index, int wanted, Optional<Extent> near) {
    List<Volume> chosen =
        near.map(run -> sameAs(run, request, index))
            .filter(same -> !same.isEmpty())
            .orElse(List.of());
    boolean goesOn = !chosen.isEmpty();
    if (!goesOn) {
      chosen = choose(request);
    }
    long[] starts = new long[chosen.size()];
    int count = wanted;
    for (int i = 0; i < starts.length; i++) {
      BlockMap map = chosen.get(i).map();
      long behind = goesOn ? behind(near.orElseThrow(), chosen.get(i)) : -1;
      int length = behind < 0 ? 0 : map.freeAt(behind, wanted);
      starts[i] = behind;
      if (length < wanted) {
        long found = map.find(wanted);
        int foundLength = map.freeAt(found, wanted);
        if (foundLength > length) {
          starts[i] = found;
          length = foundLength;
        }
      }
      count = Math.min(count, length);
    }
    long generation = generations.next();
    List<Replica> replicas = new ArrayList<>(starts.length);
    for (int i = 0; i < starts.length; i++) {
      BlockMap map = chosen.get(i).map();
      map.move(starts[i], count, State.FREE, State.RESERVED);
      map.continueAt(starts[i] + count);
      replicas.add(new Replica(chosen.get(i).id(), starts[i]));
    }
    return new Extent(index, count, generation, replicas, Checksums.NONE);
  }

  /// The datanodes of the file's last run if they are still right for the next one, else none.
  private List<Volume> sameAs(Extent near, AllocationRequest request, long index) {
    if (near.end() != index
        || index % STRETCH == 0
        || near.replicas().size() != request.replication()) {
      return List.of();
    }
    List<Volume> same = new ArrayList<>();
    Set<String> hosts = new HashSet<>();
    for (Replica replica : near.replicas()) {
      Volume volume = volumes.get(replica.datanode());
      if (volume == null || !isCandidate(volume, request) || !hosts.add(volume.host())) {
        return List.of();
      }
      same.add(volume);
    }
    boolean wishedFor =
        request.preferred().isEmpty()
            || !volumes.containsKey(request.preferred().get(0))
            || !isCandidate(volumes.get(request.preferred().get(0)), request)
            || same.get(0).id().equals(request.preferred().get(0));
    return wishedFor ? same : List.of();
  }

  private static long behind(Extent near, Volume volume) {
    for (Replica replica : near.replicas()) {
      if (replica.datanode().equals(volume.id())) {
        return replica.firstBlock() + near.count();
      }
    }
    return -1;
  }

  private static boolean isCandidate(Volume volume, AllocationRequest request) {
    return volume.isAllocatable() && volume.free() > 0 && !request.avoided().contains(volume.id());
  }

  private List<Volume> choose(AllocationRequest request) {
    List<Volume> chosen = choosable(request);
    if (chosen.size() < request.replication()) {
      sweep();
      chosen = choosable(request);
    }
    if (chosen.size() < request.replication()) {
      throw tooFew(request);
    }
    return chosen;
  }

  private List<Volume> choosable(AllocationRequest request) {
    List<Volume> candidates = new ArrayList<>(volumes.size());
    for (Volume volume : volumes.values()) {
      if (isCandidate(volume, request)) {
        candidates.add(volume);
      }
    }
    return placement.choose(request.replication(), request.preferred(), candidates);
  }

  private FsException tooFew(AllocationRequest request) {
    Set<String> hosts = new HashSet<>();
    Set<String> hostsWithSpace = new HashSet<>();
    int alive = 0;
    int avoided = 0;
    boolean complete = true;
    for (Volume volume : volumes.values()) {
      complete &= volume.isHeardOf();
      if (volume.isAllocatable()) {
        alive++;
        if (request.avoided().contains(volume.id())) {
          avoided++;
        } else {
          hosts.add(volume.host());
          if (volume.free() > 0) {
            hostsWithSpace.add(volume.host());
          }
        }
      }
    }
    if (hosts.size() < request.replication()) {
      return new FsException(
          complete || settled ? FsStatus.ENONODE : FsStatus.EUNAVAIL,
          request.replication()
              + " replicas need datanodes on as many hosts, but there are "
              + hosts.size()
              + ": of "
              + volumes.size()
              + " datanodes "
              + alive
              + " can take new blocks, and "
              + avoided
              + " of these are to be avoided");
    }
    return new FsException(
        FsStatus.ENOSPC,
        request.replication()
            + " replicas need free blocks on as many hosts, but only "
            + hostsWithSpace.size()
            + " of "
            + hosts.size()
            + " hosts have any left; "
            + used()
            + " of "
            + total()
            + " blocks are used, "
            + reserved()
            + " are reserved or not reusable yet");
  }

  // ---- the life of a block

  @Override
  public void use(Extent extent) {
    forEachRun(
        extent,
        (volume, first) -> volume.map().move(first, extent.count(), State.RESERVED, State.USED));
  }

  @Override
  public void release(Extent extent, Reuse reuse) {
    forEachRun(
        extent,
        (volume, first) -> {
          switch (reuse) {
            case AT_ONCE -> volume.map().move(first, extent.count(), State.RESERVED, State.FREE);
            case AFTER_TICKETS ->
                quarantine(volume, first, extent.count(), extent.generation(), State.RESERVED);
            case AFTER_PINS -> releaseUsed(volume, first, extent);
          }
        });
  }

  private void releaseUsed(Volume volume, long first, Extent extent) {
    volume.forgetWatched(first, extent.count());
    if (volume.damaged().isEmpty()) {
      quarantine(volume, first, extent.count(), extent.generation(), State.USED);
      return;
    }
    for (long block = first; block < first + extent.count(); block++) {
      if (!volume.damaged().contains(block)) {
        quarantine(volume, block, 1, extent.generation(), State.USED);
      }
    }
  }

  private void quarantine(Volume volume, long first, int count, long generation, State from) {
    Quarantined run = new Quarantined(first, count, generation);
    if (isReusable(volume, run)) {
      volume.map().move(first, count, from, State.FREE);
    } else {
      volume.map().move(first, count, from, State.QUARANTINED);
      volume.quarantine().add(run);
    }
  }

  private boolean isReusable(Volume volume, Quarantined run) {
    return !pins.containsKey(run.generation())
        && !writers.mayBeWritten(run.generation(), volume.id());
  }

  private interface RunVisitor {
    void visit(Volume volume, long first);
  }

  private void forEachRun(Extent extent, RunVisitor visitor) {
    for (Replica replica : extent.replicas()) {
      Volume volume = volumes.get(replica.datanode());
      if (volume != null && replica.firstBlock() + extent.count() <= volume.map().size()) {
        visitor.visit(volume, replica.firstBlock());
      }
    }
  }

  /// Frees what no longer needs to be in quarantine: to be called from time to time, and when
  /// datanodes have acknowledged withdrawals. Looks at a bounded part at a time.
  public void sweep() {
    for (Volume volume : volumes.values()) {
      int left = Math.min(SWEEP, volume.quarantine().size());
      for (int i = 0; i < left; i++) {
        Quarantined run = volume.quarantine().remove();
        if (isReusable(volume, run)) {
          volume.map().move(run.first(), run.count(), State.QUARANTINED, State.FREE);
        } else {
          volume.quarantine().add(run);
        }
      }
    }
  }

  // ---- pins

  /// {@inheritDoc}
  ///
  /// The whole allocation is pinned, not only the part.
  @Override
  public void pin(long transactionKey, Extent extent) {
    Set<Long> mine = pinsOf.computeIfAbsent(transactionKey, key -> new HashSet<>());
    if (mine.add(extent.generation())) {
      pins.merge(extent.generation(), 1, Integer::sum);
    }
  }

  @Override
  public void unpin(long transactionKey) {
    Set<Long> mine = pinsOf.remove(transactionKey);
    if (mine != null) {
      for (Long generation : mine) {
        pins.computeIfPresent(generation, (key, count) -> count == 1 ? null : count - 1);
      }
    }
  }

  /// The way to look at the map from outside, and to correct it.
  public BlockAudit audit() {
    return new BlockAudit(volumes);
  }

  // ---- sums

  @Override
  public long total() {
    long sum = 0;
    for (Volume volume : volumes.values()) {
      sum += volume.map().size();
    }
    return sum;
  }

  @Override
  public long used() {
    long sum = 0;
    for (Volume volume : volumes.values()) {
      sum += volume.map().count(State.USED);
    }
    return sum;
  }

  @Override
  public long reserved() {
    long sum = 0;
    for (Volume volume : volumes.values()) {
      sum += volume.map().count(State.RESERVED) + volume.map().count(State.QUARANTINED);
    }
    return sum;
  }
}
