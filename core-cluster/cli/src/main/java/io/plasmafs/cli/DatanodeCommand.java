package io.plasmafs.cli;

import io.plasmafs.cli.text.Table;
import io.plasmafs.client.DatanodeOrders;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `plasma datanode`: which datanodes a cluster has, and what is to become of them.
@Command(
    name = "datanode",
    description = "List, add, enable, disable, drain and remove datanodes.",
    subcommands = {
      DatanodeCommand.ListAll.class,
      DatanodeCommand.Add.class,
      DatanodeCommand.Enable.class,
      DatanodeCommand.Disable.class,
      DatanodeCommand.Drain.class,
      DatanodeCommand.Remove.class
    })
final class DatanodeCommand implements Runnable {
  @Spec CommandSpec spec;

  @picocli.CommandLine.Mixin CommonOptions common = new CommonOptions();

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "list, add, enable, disable, drain or remove is expected");
  }

  private static String nameOf(Datanode datanode) {
    return "datanode-" + datanode.id().value();
  }

  /// `plasma datanode list`.
  @Command(name = "list", description = "Show the datanodes, their state and how full they are.")
  static final class ListAll extends UserCommand {
    @Option(names = "--json", description = "An array of objects, for programs.")
    boolean json;

    @Override
    void run(Session session) throws IOException {
      List<Datanode> datanodes = session.client().status().datanodes();
      if (json) {
        try (Json array = Json.array(session.out())) {
          for (Datanode datanode : datanodes) {
            array.object(each -> StatusCommand.write(each, datanode));
          }
        }
        return;
      }
      Table table =
          new Table(
              Table.Align.LEFT,
              Table.Align.LEFT,
              Table.Align.LEFT,
              Table.Align.LEFT,
              Table.Align.RIGHT,
              Table.Align.RIGHT,
              Table.Align.LEFT);
      table.row("Node", "Address", "Host", "State", "Blocks", "Used", "Store");
      for (Datanode datanode : datanodes) {
        table.row(
            nameOf(datanode),
            datanode.address(),
            datanode.host(),
            StatusCommand.stateOf(datanode),
            Long.toString(datanode.blocks()),
            Long.toString(datanode.used()),
            datanode.identity());
      }
      table.lines().forEach(session.out()::line);
    }
  }

  /// `plasma datanode add`.
  @Command(
      name = "add",
      description = "Take a datanode into the cluster, before it announces itself or after.")
  static final class Add extends UserCommand {
    @Parameters(index = "0", paramLabel = "HOST:PORT", description = "Where the datanode serves.")
    String address;

    @Option(names = "--json", description = "An object, for programs.")
    boolean json;

    @Override
    void run(Session session) throws IOException {
      String id = "datanode-" + session.client().datanodes().add(address).value();
      if (json) {
        Json.document(
            session.out(),
            o -> {
              o.field("id", id);
              o.field("address", address);
              o.field("order", spec.name());
            });
      } else {
        session.out().line(id + " is part of the cluster; it is used once it announces itself");
      }
    }
  }

  /// What the orders have in common.
  abstract static class Order extends UserCommand {
    @Parameters(
        index = "0",
        paramLabel = "DATANODE",
        description = "As `list` shows it: datanode-3, its address, or the identity of its store.")
    String name;

    @Option(names = "--json", description = "An object, for programs.")
    boolean json;

    /// Gives the order.
    ///
    /// @return what has become of the datanode, to follow its name
    abstract String order(DatanodeOrders orders, Datanode datanode);

    @Override
    final void run(Session session) throws IOException {
      Datanode datanode = find(session.client().status().datanodes(), name);
      String outcome = order(session.client().datanodes(), datanode);
      if (json) {
        Json.document(
            session.out(),
            o -> {
              o.field("id", nameOf(datanode));
              o.field("identity", datanode.identity());
              o.field("order", spec.name());
            });
      } else {
        session.out().line(nameOf(datanode) + " " + outcome);
      }
    }

    private static Datanode find(List<Datanode> datanodes, String name) {
      String wanted = name.toLowerCase(Locale.ROOT);
      List<Datanode> found =
          datanodes.stream()
              .filter(each ->
                  nameOf(each).equals(wanted)
                      || each.identity().equals(wanted)
                      || each.address().equals(name))
              .toList();
      if (found.size() != 1) {
        throw new FsException(
            FsStatus.ENOENT,
            name
                + (found.isEmpty() ? " is no datanode" : " is more than one datanode")
                + " of this cluster, which has "
                + datanodes.stream().map(DatanodeCommand::nameOf).toList());
      }
      return found.get(0);
    }
  }

  /// `plasma datanode enable`.
  @Command(name = "enable", description = "Use a datanode: read it, and put new blocks on it.")
  static final class Enable extends Order {
    @Override
    String order(DatanodeOrders orders, Datanode datanode) {
      orders.enable(datanode.identity());
      return "is enabled";
    }
  }

  /// `plasma datanode disable`.
  @Command(
      name = "disable",
      description = "Neither read a datanode nor write to it, until it is enabled again.")
  static final class Disable extends Order {
    @Override
    String order(DatanodeOrders orders, Datanode datanode) {
      orders.disable(datanode.identity());
      return "is disabled";
    }
  }

  /// `plasma datanode drain`.
  @Command(
      name = "drain",
      description = "Empty a datanode: its blocks are copied to others, and then given up.")
  static final class Drain extends Order {
    @Override
    String order(DatanodeOrders orders, Datanode datanode) {
      orders.drain(datanode.identity());
      return "is being drained; it holds " + datanode.used() + " blocks of files";
    }
  }

  /// `plasma datanode remove`.
  @Command(
      name = "remove",
      description = "Forget a datanode, which must be stopped and hold no blocks of files.")
  static final class Remove extends Order {
    @Override
    String order(DatanodeOrders orders, Datanode datanode) {
      orders.remove(datanode.identity());
      return "is removed";
    }
  }
}
