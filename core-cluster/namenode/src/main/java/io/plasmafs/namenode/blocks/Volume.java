package io.plasmafs.namenode.blocks;

import io.plasmafs.model.DatanodeId;
import io.plasmafs.namenode.blocks.BlockMap.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// The blocks of one datanode, as the coordinator sees them. Engine's thread only.
final class Volume {
  private final DatanodeId id;
  private final Deque<Quarantined> quarantine = new ArrayDeque<>();
  private final Set<Long> damaged = new HashSet<>();
  private final Set<Long> watched = new HashSet<>();
  private BlockMap map;
  private String host;
  private String rack;
  private boolean allocatable;
  private boolean heardOf;

  /// A run that waits to become free.
  record Quarantined(long first, int count, long generation) {}

  Volume(DatanodeId id, String host, String rack, long blocks) {
    this.id = id;
    this.host = host;
    this.rack = rack;
    this.map = new BlockMap(blocks);
  }

  DatanodeId id() {
    return id;
  }

  BlockMap map() {
    return map;
  }

  String host() {
    return host;
  }

  String rack() {
    return rack;
  }

  boolean isAllocatable() {
    return allocatable;
  }

  void allocatable(boolean yes) {
    allocatable = yes;
    heardOf = true;
  }

  /// Whether anything is known of its state since the namenode started.
  boolean isHeardOf() {
    return heardOf;
  }

  void placeAt(String newHost, String newRack) {
    host = newHost;
    rack = newRack;
  }

  void growTo(long blocks) {
    if (blocks != map.size()) {
      map = map.grownTo(blocks);
    }
  }

  long free() {
    return map.count(State.FREE);
  }

  /// Runs that wait, in the order in which they came.
  Deque<Quarantined> quarantine() {
    return quarantine;
  }

  /// Blocks that have been in use since somebody looked: see [BlockAudit].
  Set<Long> watched() {
    return watched;
  }

  /// Something happens to these blocks.
  void forgetWatched(long first, int count) {
    if (!watched.isEmpty()) {
      for (long block = first; block < first + count; block++) {
        watched.remove(block);
      }
    }
  }

  /// Blocks that more than one file claims: they stay used for ever.
  Set<Long> damaged() {
    return damaged;
  }
}
