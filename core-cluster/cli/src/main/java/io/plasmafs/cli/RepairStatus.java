package io.plasmafs.cli;

import io.plasmafs.client.ClusterStatus;
import io.plasmafs.model.Datanode;
import java.util.ArrayList;
import java.util.List;

/// How the coordinator's repair of copies stands, since it was started.
///
/// @param deadBlocks copies of blocks of files on datanodes that are dead
/// @param queue runs of blocks that have not the copies which they should have
/// @param unreadable of these, runs of which no copy can be read now
/// @param damaged copies that are known to be bad
/// @param copies made
/// @param givenUp copies that were too much, or bad
/// @param failures attempts that will be repeated
record RepairStatus(
    long deadBlocks,
    long queue,
    long unreadable,
    long damaged,
    long copies,
    long copiedBytes,
    long givenUp,
    long failures) {

  static RepairStatus of(ClusterStatus status) {
    return new RepairStatus(
        status.datanodes().stream()
            .filter(datanode -> datanode.state() == Datanode.State.DEAD)
            .mapToLong(Datanode::used)
            .sum(),
        figure(status, "repair_queue"),
        figure(status, "repair_unreadable"),
        figure(status, "repair_damaged"),
        figure(status, "repair_copies"),
        figure(status, "repair_copied_bytes"),
        figure(status, "repair_given_up"),
        figure(status, "repair_failures"));
  }

  private static long figure(ClusterStatus status, String name) {
    return status.counters().getOrDefault(name, 0L);
  }

  /// In one line.
  String describe() {
    List<String> now = new ArrayList<>();
    if (deadBlocks > 0) {
      now.add(
          Counts.of(deadBlocks, "copy of a block is", "copies of blocks are")
              + " on datanodes that are dead");
    }
    if (queue > 0) {
      now.add(
          Counts.of(queue, "run of blocks needs copies", "runs of blocks need copies")
              + (unreadable == 0 ? "" : ", of " + unreadable + " none can be read now"));
    }
    if (now.isEmpty()) {
      now.add("all copies are there, as far as is known");
    }
    return String.join("; ", now)
        + "; "
        + Counts.of(copies, "copy", "copies")
        + " made ("
        + Counts.bytes(copiedBytes)
        + "), "
        + givenUp
        + " given up, "
        + Counts.of(failures, "failure", "failures");
  }
}
