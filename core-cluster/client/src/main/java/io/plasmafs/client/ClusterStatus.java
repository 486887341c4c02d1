package io.plasmafs.client;

import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Datanode;
import java.util.List;
import java.util.Map;

/// What a cluster tells of itself to those who operate it.
///
/// @param sequence number of the last commit
/// @param counters by name, in the coordinator's order
public record ClusterStatus(
    ClusterDescription cluster,
    long sequence,
    List<Namenode> namenodes,
    List<Datanode> datanodes,
    long openTransactions,
    long inodes,
    Map<String, Long> counters) {

  public ClusterStatus {
    namenodes = List.copyOf(namenodes);
    datanodes = List.copyOf(datanodes);
    counters = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(counters));
  }

  /// One namenode.
  ///
  /// @param role `coordinator` or `follower`
  /// @param sequence of the last commit that it holds
  public record Namenode(String address, String role, long sequence, int pid) {}
}
