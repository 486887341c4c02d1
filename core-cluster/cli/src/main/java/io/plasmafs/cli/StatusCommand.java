package io.plasmafs.cli;

import io.plasmafs.cli.text.Table;
import io.plasmafs.client.ClusterStatus;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Datanode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `plasma status`: the cluster as its operators see it.
@Command(name = "status", description = "Tell what a cluster is made of and how its nodes are.")
final class StatusCommand extends UserCommand {
  @Option(names = "--json", description = "An object, for programs.")
  boolean json;

  @Override
  void run(Session session) throws IOException {
    ClusterStatus status = session.client().status();
    if (json) {
      Json.document(
          session.out(), o -> write(o, status, session.local().flatMap(LocalCluster::http)));
    } else {
      print(session.out(), status);
    }
  }

  private static void write(Json o, ClusterStatus status, Optional<String> http)
      throws IOException {
    ClusterDescription cluster = status.cluster();
    o.field("cluster", cluster.name());
    o.field("sequence", status.sequence());
    o.field("epoch", cluster.epoch());
    o.field("blockSize", cluster.blockSize());
    o.field("replication", cluster.replication());
    o.field("inodes", status.inodes());
    o.field("openTransactions", status.openTransactions());
    o.array(
        "namenodes",
        list -> {
          int number = 0;
          for (ClusterStatus.Namenode namenode : status.namenodes()) {
            number++;
            String id = "namenode-" + number;
            list.object(each -> write(each, id, namenode));
          }
        });
    o.array(
        "datanodes",
        list -> {
          for (Datanode datanode : status.datanodes()) {
            list.object(each -> write(each, datanode));
          }
        });
    o.object("repair", each -> write(each, RepairStatus.of(status)));
    // Gateways are clients: only those of this machine's own cluster are known.
    o.array(
        "gateways",
        list -> {
          if (http.isPresent()) {
            list.object(each -> {
              each.field("id", "gateway-1");
              each.field("role", "http");
              each.field("address", http.get());
            });
          }
        });
  }

  private static void write(Json o, RepairStatus repair) throws IOException {
    o.field("deadBlocks", repair.deadBlocks());
    o.field("queue", repair.queue());
    o.field("unreadable", repair.unreadable());
    o.field("damaged", repair.damaged());
    o.field("copies", repair.copies());
    o.field("copiedBytes", repair.copiedBytes());
    o.field("givenUp", repair.givenUp());
    o.field("failures", repair.failures());
  }

  private static void write(Json o, String id, ClusterStatus.Namenode namenode) throws IOException {
    o.field("id", id);
    o.field("role", namenode.role());
    o.field("address", namenode.address());
    o.field("pid", namenode.pid());
    o.field("state", "alive");
    o.field("sequence", namenode.sequence());
  }

  static void write(Json o, Datanode datanode) throws IOException {
    o.field("id", "datanode-" + datanode.id().value());
    o.field("role", "datanode");
    o.field("address", datanode.address());
    o.field("pid", datanode.pid());
    o.field("state", stateOf(datanode));
    o.field("identity", datanode.identity());
    o.field("host", datanode.host());
    o.field("rack", datanode.rack());
    o.field("blocks", datanode.blocks());
    o.field("used", datanode.used());
    o.field("reserved", datanode.reserved());
    o.field("heartbeatAgeMillis", datanode.heartbeatAgeMillis());
  }

  private static void print(Output out, ClusterStatus status) {
    ClusterDescription cluster = status.cluster();
    out.line(
        "cluster "
            + cluster.name()
            + ": "
            + status.inodes()
            + " inodes, last commit "
            + status.sequence()
            + ", "
            + status.openTransactions()
            + " open transactions, blocks of "
            + ByteSize.display(cluster.blockSize())
            + ", replication "
            + cluster.replication());
    Table table =
        new Table(
            Table.Align.LEFT,
            Table.Align.LEFT,
            Table.Align.LEFT,
            Table.Align.RIGHT,
            Table.Align.RIGHT,
            Table.Align.RIGHT);
    table.row("Node", "Address", "State", "Process", "Size", "Used%");
    int number = 0;
    for (ClusterStatus.Namenode namenode : status.namenodes()) {
      number++;
      table.row(
          "namenode-" + number,
          namenode.address(),
          namenode.role(),
          Integer.toString(namenode.pid()),
          "",
          "");
    }
    for (Datanode datanode : status.datanodes()) {
      table.row(
          "datanode-" + datanode.id().value(),
          datanode.address(),
          stateOf(datanode),
          Integer.toString(datanode.pid()),
          ByteSize.display(datanode.blocks() * cluster.blockSize()),
          DfCommand.percent(datanode.used() + datanode.reserved(), datanode.blocks()));
    }
    table.lines().forEach(out::line);
    out.line("repair: " + RepairStatus.of(status).describe());
  }

  static String stateOf(Datanode datanode) {
    return datanode.state().name().toLowerCase(Locale.ROOT);
  }
}
