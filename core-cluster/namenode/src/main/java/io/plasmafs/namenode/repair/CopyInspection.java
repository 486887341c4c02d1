package io.plasmafs.namenode.repair;

import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Replica;
import io.plasmafs.namenode.metadata.FileExtent;
import io.plasmafs.namenode.repair.RepairLinks.StoredBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Compares what datanodes say that they hold with what the files need. Blocks of no file are free,
/// whatever is in them, and not looked at. Asks for neighbouring blocks together. Blocks.
public final class CopyInspection {
  private static final Logger log = LoggerFactory.getLogger(CopyInspection.class);

  /// Blocks of others between two runs that are asked for along with them.
  private static final int INVENTORY_GAP = 1024;

  private final RepairLinks links;

  /// @param links which stay the caller's to close
  public CopyInspection(RepairLinks links) {
    this.links = links;
  }

  /// Looks at all replicas of these runs that are on datanodes which can be read.
  ///
  /// @param faults told of each replica that is not what it should be, once
  /// @return datanodes that did not answer
  public Set<DatanodeId> inspect(List<FileExtent> runs, Sites sites, Consumer<CopyFault> faults) {
    Map<DatanodeId, List<StoredCopy>> byDatanode = new HashMap<>();
    for (FileExtent file : runs) {
      for (Replica replica : file.extent().replicas()) {
        byDatanode
            .computeIfAbsent(replica.datanode(), id -> new ArrayList<>())
            .add(new StoredCopy(file.inode(), file.extent(), replica));
      }
    }
    Set<DatanodeId> silent = new HashSet<>();
    byDatanode.forEach((id, copies) ->
        sites
            .readable(id)
            .ifPresent(datanode -> {
              try {
                inspect(datanode, copies, faults);
              } catch (CompletionException e) {
                log.warn("{} did not tell what it holds: {}", id, e.getMessage());
                silent.add(id);
              }
            }));
    return silent;
  }

  private void inspect(Datanode datanode, List<StoredCopy> copies, Consumer<CopyFault> faults) {
    copies.sort(Comparator.comparingLong(StoredCopy::first));
    int next = 0;
    while (next < copies.size()) {
      long first = copies.get(next).first();
      long until = copies.get(next).end();
      int end = next + 1;
      while (end < copies.size()
          && copies.get(end).first() - until <= INVENTORY_GAP
          && copies.get(end).end() - first <= RepairLinks.INVENTORY_MAX) {
        until = Math.max(until, copies.get(end).end());
        end++;
      }
      Map<Long, StoredBlock> held =
          byBlock(links.inventory(datanode.address(), first, (int) (until - first)).join());
      for (StoredCopy copy : copies.subList(next, end)) {
        copy.compare(held).ifPresent(faults);
      }
      next = end;
    }
  }

  static Map<Long, StoredBlock> byBlock(List<StoredBlock> held) {
    Map<Long, StoredBlock> map = new HashMap<>();
    held.forEach(block -> map.put(block.block(), block));
    return map;
  }
}
