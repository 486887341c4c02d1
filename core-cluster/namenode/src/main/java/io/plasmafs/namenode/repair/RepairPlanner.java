package io.plasmafs.namenode.repair;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.metadata.FileExtent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Decides what is to be repaired, and in which order. Knows nothing but what it is shown.
///
/// A run needs a copy if fewer replicas count than its file is to have, and gives replicas up if it
/// has others beside these. While a datanode is emptied, replicas on disabled ones do not count for
/// the runs that it has: they could not be asked whether they are good when its own are given up,
/// and nobody knows for how long. Of the tasks only so many are kept, the most urgent ones: what is
/// left out is found again at the next look.
public final class RepairPlanner {
  private final Map<DatanodeId, Standing> standings;
  private final Predicate<StoredRun> damaged;
  private final int most;
  private final TreeSet<RepairTask> tasks = new TreeSet<>(RepairTask.URGENCY);
  private long runs;
  private long endangered;
  private long superfluous;
  private long lost;

  /// @param standings of the datanodes that are known
  /// @param damaged whether a replica is known not to hold what it should
  /// @param most tasks that are kept
  public RepairPlanner(
      Map<DatanodeId, Standing> standings, Predicate<StoredRun> damaged, int most) {
    this.standings = Map.copyOf(standings);
    this.damaged = damaged;
    this.most = most;
  }

  /// Looks at a run.
  public void visit(FileExtent file) {
    runs++;
    int wanted = Math.max(1, file.replication());
    List<Replica> sources = new ArrayList<>(4);
    List<Replica> counted = new ArrayList<>(4);
    List<Replica> spare = new ArrayList<>(4);
    List<Replica> aside = new ArrayList<>(0);
    boolean emptied =
        file.extent().replicas().stream()
            .anyMatch(replica -> standing(replica) == Standing.LEAVING);
    for (Replica replica : file.extent().replicas()) {
      Standing standing = standing(replica);
      boolean good = !damaged.test(new StoredRun(replica, file.extent().generation()));
      if (good && standing.isReadable()) {
        sources.add(replica);
      }
      if (good && emptied && standing == Standing.DISABLED) {
        aside.add(replica);
      } else {
        (good && standing.isCounted() ? counted : spare).add(replica);
      }
    }
    // those that can be read now are kept before those that may come back
    counted.sort(Comparator.comparing(replica -> !sources.contains(replica)));
    List<Replica> kept = counted.subList(0, Math.min(wanted, counted.size()));
    spare.addAll(counted.subList(kept.size(), counted.size()));
    boolean needsCopy = kept.size() < wanted;
    if (needsCopy) {
      endangered++;
    } else if (!spare.isEmpty()) {
      superfluous++;
    } else {
      return;
    }
    if (sources.isEmpty()) {
      lost++;
      return;
    }
    tasks.add(new RepairTask(file.inode(), file.extent(), wanted, sources, kept, aside, spare));
    if (tasks.size() > most) {
      tasks.pollLast();
    }
  }

  private Standing standing(Replica replica) {
    return standings.getOrDefault(replica.datanode(), Standing.LOST);
  }

  /// What to do, the most urgent first.
  public Collection<RepairTask> tasks() {
    return List.copyOf(tasks);
  }

  /// How many runs it was shown.
  public long runs() {
    return runs;
  }

  /// Runs with too few copies.
  public long endangered() {
    return endangered;
  }

  /// Runs with enough copies and others beside.
  public long superfluous() {
    return superfluous;
  }

  /// Runs of which no copy can be read now, among those that need something.
  public long lost() {
    return lost;
  }
}
