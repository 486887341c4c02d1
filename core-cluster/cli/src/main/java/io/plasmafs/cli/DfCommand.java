package io.plasmafs.cli;

import io.plasmafs.cli.text.Table;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `plasma df`.
@Command(
    name = "df",
    description = {
      "Tell how much space the cluster has, in KiB.",
      "Space on all datanodes is added up: a file takes it once for each of its copies.",
      "Reserved is what open transactions write to, and what is given up but not reusable yet."
    })
final class DfCommand extends UserCommand {
  @Option(names = "-h", description = "Sizes for people: 1.2K, 34M.")
  boolean human;

  @Option(names = "--json", description = "An object, for programs.")
  boolean json;

  @Override
  void run(Session session) throws IOException {
    Outcome.Filesystem f = session.files().statFilesystem();
    String name = session.client().cluster().name();
    long size = f.totalBlocks() * f.blockSize();
    long used = f.usedBlocks() * f.blockSize();
    long reserved = f.reservedBlocks() * f.blockSize();
    long available = Math.max(0, size - used - reserved);
    if (json) {
      Json.document(
          session.out(),
          o -> {
            o.field("cluster", name);
            o.field("blockSize", f.blockSize());
            o.field("replication", session.client().cluster().replication());
            o.field("bytes", size);
            o.field("used", used);
            o.field("reserved", reserved);
            o.field("available", available);
            o.field("inodes", f.inodes());
            o.field("sequence", f.sequence());
          });
      return;
    }
    Table table =
        new Table(
            Table.Align.LEFT,
            Table.Align.RIGHT,
            Table.Align.RIGHT,
            Table.Align.RIGHT,
            Table.Align.RIGHT,
            Table.Align.RIGHT,
            Table.Align.RIGHT);
    table.row(
        "Cluster", human ? "Size" : "1K-blocks", "Used", "Reserved", "Available", "Use%", "Inodes");
    table.row(
        name,
        shown(size),
        shown(used),
        shown(reserved),
        shown(available),
        percent(used + reserved, size),
        Long.toString(f.inodes()));
    table.lines().forEach(session.out()::line);
  }

  private String shown(long bytes) {
    return human ? ByteSize.display(bytes) : Long.toString(bytes / 1024);
  }

  /// Rounded up, as `df` does: 100 % means that nothing is left.
  static String percent(long part, long whole) {
    return whole == 0 ? "-" : (long) Math.ceil(part * 100.0 / whole) + "%";
  }
}
