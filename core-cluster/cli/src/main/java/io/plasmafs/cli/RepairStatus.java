package io.plasmafs.cli;

import io.plasmafs.client.ClusterStatus;

/// How the coordinator's repair of copies stands, since it was started.
///
/// @param queue runs of blocks that have not the copies which they should have
/// @param unreadable of these, runs of which no copy can be read now
/// @param damaged copies that are known to be bad
/// @param copies made
/// @param givenUp copies that were too much, or bad
/// @param failures attempts that will be repeated
record RepairStatus(
    long queue,
    long unreadable,
    long damaged,
    long copies,
    long copiedBytes,
    long givenUp,
    long failures) {

  static RepairStatus of(ClusterStatus status) {
    return new RepairStatus(
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
    String now =
        queue == 0
            ? "all copies are there, as far as is known"
            : Counts.of(queue, "run of blocks needs copies", "runs of blocks need copies")
                + (unreadable == 0 ? "" : ", of " + unreadable + " none can be read now");
    return now
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
