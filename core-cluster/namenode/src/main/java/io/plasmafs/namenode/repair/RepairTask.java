package io.plasmafs.namenode.repair;

import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Replica;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What is to be done for one run of blocks.
///
/// @param extent as it was found, without checksums
/// @param wanted copies of each block
/// @param sources replicas that can be read and are not known to be damaged
/// @param kept replicas that stay, as some of those that are wanted
/// @param aside replicas that stay without being counted
/// @param spare the others, which are given up once there are as many as wanted
public record RepairTask(
    InodeId inode,
    Extent extent,
    int wanted,
    List<Replica> sources,
    List<Replica> kept,
    List<Replica> aside,
    List<Replica> spare) {
  /// The most endangered first; then in the order of the files.
  public static final Comparator<RepairTask> URGENCY =
      Comparator.comparing((RepairTask task) -> !task.needsCopy())
          .thenComparingInt(task -> task.sources.size())
          .thenComparing(task -> task.inode)
          .thenComparingLong(task -> task.extent.index());

  public RepairTask {
    sources = List.copyOf(sources);
    kept = List.copyOf(kept);
    aside = List.copyOf(aside);
    spare = List.copyOf(spare);
  }

  /// Whether blocks must be copied. If not, replicas only have to be given up.
  public boolean needsCopy() {
    return kept.size() < wanted;
  }

  /// Whether one more copy makes it possible to give the spare replicas up.
  public boolean endsWithCopy() {
    return kept.size() + 1 >= wanted && !spare.isEmpty();
  }

  /// Replicas that stay in any case.
  public List<Replica> staying() {
    return Stream.concat(kept.stream(), aside.stream()).toList();
  }

  /// Replicas of a part of the run, as they lie there.
  ///
  /// @param from first block of the part within the file
  public List<Replica> part(List<Replica> replicas, long from) {
    long skip = from - extent.index();
    return replicas.stream().map(r -> new Replica(r.datanode(), r.firstBlock() + skip)).toList();
  }

  /// Replicas of a part of the run, with one more.
  ///
  /// @param from first block of the part within the file
  /// @param copy the new replica of this part
  /// @param giveUp whether the spare ones are given up; as long as there are fewer copies than
  ///   wanted they are not, because a bad copy is better than none
  public List<Replica> with(Replica copy, long from, boolean giveUp) {
    List<Replica> result = new ArrayList<>(part(kept, from));
    result.add(copy);
    boolean enough = result.size() >= wanted;
    result.addAll(part(aside, from));
    if (!giveUp || !enough) {
      result.addAll(part(spare, from));
    }
    return result;
  }
}
