package io.plasmafs.namenode.repair;

import io.plasmafs.model.DatanodeId;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Notices which datanodes have found damaged blocks, by their scrubbers above all: they count what
/// they find, and are asked for the count. Of one thread.
final class DamageWatch {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final RepairLinks links;

  /// What each datanode said last.
  private final Map<DatanodeId, Long> counts = new HashMap<>();

  DamageWatch(RepairLinks links) {
    this.links = links;
  }

  /// The datanodes that have found something since the last look. What one had found before it was
  /// first looked at is no news. One that does not answer within a second is asked next time.
  Set<DatanodeId> news(Sites sites) throws InterruptedException {
    Map<DatanodeId, CompletableFuture<Long>> asked = new HashMap<>();
    for (Site site : sites.all()) {
      DatanodeId id = site.datanode().id();
      sites
          .readable(id)
          .ifPresent(datanode -> asked.put(id, links.damagedBlocks(datanode.address())));
    }
    counts.keySet().retainAll(asked.keySet());
    Set<DatanodeId> news = new HashSet<>();
    long end = System.nanoTime() + PATIENCE.toNanos();
    for (Map.Entry<DatanodeId, CompletableFuture<Long>> each : asked.entrySet()) {
      try {
        long left = Math.max(0, end - System.nanoTime());
        long count = each.getValue().get(left, TimeUnit.NANOSECONDS);
        Long before = counts.put(each.getKey(), count);
        if (before != null && before != count) {
          news.add(each.getKey());
        }
      } catch (ExecutionException | TimeoutException e) {
        // it is not well, or busy: that others notice
      }
    }
    return news;
  }
}
