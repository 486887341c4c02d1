package io.plasmafs.namenode.blocks;

import io.plasmafs.model.DatanodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Chooses the datanodes of a run: never two on one host; those wished for first; racks that have
/// no copy yet before others; among what is left by chance, in proportion to the free blocks, so
/// that the datanodes fill evenly.
final class Placement {
  private final RandomGenerator random;

  Placement(RandomGenerator random) {
    this.random = random;
  }

  /// As many datanodes as copies are wanted, or fewer if there are no more hosts.
  ///
  /// @param candidates that may be used and have free blocks
  List<Volume> choose(int copies, List<DatanodeId> preferred, Collection<Volume> candidates) {
    List<Volume> left = new ArrayList<>(candidates);
    List<Volume> chosen = new ArrayList<>(copies);
    for (DatanodeId wish : preferred) {
      if (chosen.size() == copies) {
        return chosen;
      }
      left.stream()
          .filter(v -> v.id().equals(wish))
          .findFirst()
          .ifPresent(v -> take(v, chosen, left));
    }
    while (chosen.size() < copies && !left.isEmpty()) {
      List<Volume> elsewhere = onOtherRacks(chosen, left);
      take(byFreeBlocks(elsewhere.isEmpty() ? left : elsewhere), chosen, left);
    }
    return chosen;
  }

  private static void take(Volume volume, List<Volume> chosen, List<Volume> left) {
    chosen.add(volume);
    left.removeIf(other -> other.host().equals(volume.host()));
  }

  /// Those on labelled racks that have no copy yet.
  private static List<Volume> onOtherRacks(List<Volume> chosen, List<Volume> left) {
    Set<String> racks = new HashSet<>();
    for (Volume volume : chosen) {
      racks.add(volume.rack());
    }
    List<Volume> found = new ArrayList<>();
    for (Volume volume : left) {
      if (!racks.contains(volume.rack())) {
        found.add(volume);
      }
    }
    return found;
  }

  private Volume byFreeBlocks(List<Volume> volumes) {
    long sum = 0;
    for (Volume volume : volumes) {
      sum += volume.free();
    }
    long drawn = random.nextLong(sum);
    for (Volume volume : volumes) {
      drawn -= volume.free();
      if (drawn < 0) {
        return volume;
      }
    }
    throw new IllegalStateException("no free blocks among " + volumes.size() + " datanodes");
  }
}
