package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.Replica;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// How full datanodes are, and which copies should move where to make that more even.
///
/// A copy moves from a datanode that is fuller than all together to one that is emptier, if one of
/// the two is so by more than the threshold, if the first is the fuller one afterwards still, if
/// the second is on a host without a copy of the run, and if the copies are on no fewer racks
/// afterwards.
final class Fill {
  private final Map<DatanodeId, Level> levels = new TreeMap<>();
  private final double threshold;
  private final double mean;

  private static final class Level {
    private final Datanode datanode;
    private long used;

    private Level(Datanode datanode) {
      this.datanode = datanode;
      this.used = datanode.used();
    }

    private double part() {
      return (double) used / datanode.blocks();
    }

    private double partWith(long more) {
      return (double) (used + more) / datanode.blocks();
    }
  }

  /// @param datanodes that may be read and written
  Fill(List<Datanode> datanodes, double threshold) {
    this.threshold = threshold;
    long used = 0;
    long blocks = 0;
    for (Datanode datanode : datanodes) {
      levels.put(datanode.id(), new Level(datanode));
      used += datanode.used();
      blocks += datanode.blocks();
    }
    this.mean = blocks == 0 ? 0 : (double) used / blocks;
  }

  /// Whether no datanode is further from the mean than the threshold.
  boolean isEven() {
    return levels.values().stream().noneMatch(this::isFar);
  }

  private boolean isFar(Level level) {
    return Math.abs(level.part() - mean) > threshold;
  }

  /// About how many blocks have to move until it is even.
  long excess() {
    double above = 0;
    double below = 0;
    for (Level level : levels.values()) {
      double most = (mean + threshold) * level.datanode.blocks();
      double least = (mean - threshold) * level.datanode.blocks();
      above += Math.max(0, level.used - most);
      below += Math.max(0, least - level.used);
    }
    return (long) Math.ceil(Math.max(above, below));
  }

  /// A copy that is to go elsewhere.
  record Move(Replica from, DatanodeId target) {}

  /// What to move of a run, if anything.
  Optional<Move> moveOf(Extent run, Sites sites) {
    return run.replicas().stream()
        .filter(replica -> isAbove(replica.datanode()))
        .sorted(Comparator.comparingDouble(replica -> -partOf(replica.datanode())))
        .flatMap(replica ->
            target(run, replica, sites).map(target -> new Move(replica, target)).stream())
        .findFirst();
  }

  private boolean isAbove(DatanodeId id) {
    Level level = levels.get(id);
    return level != null && level.part() > mean;
  }

  private double partOf(DatanodeId id) {
    Level level = levels.get(id);
    return level == null ? 0 : level.part();
  }

  private Optional<DatanodeId> target(Extent run, Replica from, Sites sites) {
    Level source = levels.get(from.datanode());
    if (source == null) {
      return Optional.empty();
    }
    Set<String> hosts = new HashSet<>();
    Set<String> racks = new HashSet<>();
    for (Replica replica : run.replicas()) {
      if (!replica.equals(from)) {
        sites
            .of(replica.datanode())
            .ifPresent(site -> {
              hosts.add(site.datanode().host());
              racks.add(site.datanode().rack());
            });
      }
    }
    boolean rackIsShared = racks.contains(source.datanode.rack());
    return levels.values().stream()
        .filter(level -> level.part() < mean && (isFar(level) || isFar(source)))
        .filter(level -> source.partWith(-run.count()) >= level.partWith(run.count()))
        .filter(level -> !hosts.contains(level.datanode.host()))
        .filter(level -> rackIsShared || !racks.contains(level.datanode.rack()))
        .min(Comparator.comparingDouble(Level::part))
        .map(level -> level.datanode.id());
  }

  /// So many blocks have moved.
  void moved(Move move, long blocks) {
    Level source = levels.get(move.from().datanode());
    Level target = levels.get(move.target());
    if (source != null && target != null) {
      source.used -= blocks;
      target.used += blocks;
    }
  }
}
