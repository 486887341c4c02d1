package io.plasmafs.cli;

import io.plasmafs.client.LongWork;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `plasma balance`: evens out how full the datanodes are.
@Command(
    name = "balance",
    description = "Move copies of blocks from full datanodes to empty ones.",
    footer = {
      "",
      "It may be stopped at any moment; what has been moved stays moved. Exit code: 0 the"
          + " datanodes",
      "are even; 1 they are not, and nothing more can be moved. For superusers."
    })
final class BalanceCommand extends UserCommand {
  private static final double PERCENT = 100;

  @Option(
      names = "--threshold",
      paramLabel = "PERCENT",
      defaultValue = "10",
      description = "How far a datanode's fill may be from that of all together: ${DEFAULT-VALUE}.")
  double percent;

  @Option(
      names = "--bandwidth",
      paramLabel = "BYTES",
      defaultValue = "64m",
      description = "Most that is moved in a second: ${DEFAULT-VALUE}.")
  ByteSize bandwidth;

  @Option(names = "--json", description = "An object, for programs.")
  boolean json;

  @Override
  void check() {
    if (!(percent >= 0.1 && percent < PERCENT)) {
      throw misuse("--threshold " + percent + ": expected a number from 0.1 to less than 100");
    }
    if (bandwidth.bytes() < 1) {
      throw misuse("--bandwidth must be at least one byte a second");
    }
  }

  @Override
  void run(Session session) throws IOException {
    LongWork work = session.client().balance(percent / PERCENT, bandwidth.bytes());
    Map<String, Long> sums = WatchedWork.follow(session, work, finding -> {});
    long copies = sums.getOrDefault("moved_copies", 0L);
    long bytes = sums.getOrDefault("moved_bytes", 0L);
    long failures = sums.getOrDefault("failures", 0L);
    boolean even = sums.getOrDefault("even", 0L) == 1;
    if (json) {
      Json.document(
          session.out(),
          o -> {
            o.field("even", even);
            o.field("movedCopies", copies);
            o.field("movedBytes", bytes);
            o.field("failures", failures);
          });
    } else {
      session.summary(
          "moved "
              + Counts.of(copies, "copy", "copies")
              + " of runs, "
              + Counts.bytes(bytes)
              + "; the datanodes are "
              + (even ? "even" : "not even, and nothing more can be moved now"));
    }
    if (!even) {
      session.problem();
    }
  }
}
