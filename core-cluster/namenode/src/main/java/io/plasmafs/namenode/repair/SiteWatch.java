package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Tells what datanodes are worth by how long they have been gone. Safe for use by several threads.
///
/// | State | Standing |
/// |---|---|
/// | alive, suspect | SERVING |
/// | draining | LEAVING |
/// | disabled | DISABLED for as long as the operator wants |
/// | dead, or new, for less than the limit | AWAY |
/// | dead for longer | LOST |
public final class SiteWatch {
  private final Duration lostAfter;
  private final LongSupplier nanoTime;
  private final Map<DatanodeId, Long> goneSince = new HashMap<>();

  /// @param lostAfter how long a datanode may be gone before its replicas count as lost
  public SiteWatch(Duration lostAfter, LongSupplier nanoTime) {
    this.lostAfter = lostAfter;
    this.nanoTime = nanoTime;
  }

  /// What these datanodes, which are all that there are, are worth now.
  public synchronized Sites look(List<Datanode> datanodes) {
    long now = nanoTime.getAsLong();
    List<Site> sites = new ArrayList<>(datanodes.size());
    Set<DatanodeId> known = new HashSet<>();
    for (Datanode datanode : datanodes) {
      known.add(datanode.id());
      sites.add(new Site(datanode, standing(datanode, now)));
    }
    goneSince.keySet().retainAll(known);
    return new Sites(sites);
  }

  private Standing standing(Datanode datanode, long now) {
    return switch (datanode.state()) {
      case ALIVE, SUSPECT -> here(datanode, Standing.SERVING);
      case DRAINING -> here(datanode, Standing.LEAVING);
      case DISABLED -> here(datanode, Standing.DISABLED);
      case NEW, DEAD -> {
        long since = goneSince.computeIfAbsent(datanode.id(), id -> now);
        yield now - since >= lostAfter.toNanos() ? Standing.LOST : Standing.AWAY;
      }
    };
  }

  private Standing here(Datanode datanode, Standing standing) {
    goneSince.remove(datanode.id());
    return standing;
  }
}
