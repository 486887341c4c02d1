package io.plasmafs.cli;

import io.plasmafs.cli.text.Table;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.Datanode;
import io.plasmafs.model.DatanodeId;
import io.plasmafs.model.Extent;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Replica;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma blocks`.
@Command(
    name = "blocks",
    description = "Tell where the bytes of files are: runs of blocks and the datanodes with them.")
final class BlocksCommand extends UserCommand {
  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    Map<DatanodeId, Datanode> datanodes = new HashMap<>();
    session.client().status().datanodes().forEach(each -> datanodes.put(each.id(), each));
    if (json) {
      try (Json array = Json.array(session.out())) {
        session.forEach(paths, path -> write(session, path, datanodes, array));
      }
    } else {
      session.forEach(paths, path -> show(session, path, datanodes));
    }
  }

  private static Attributes file(Session session, FsPath path) {
    Attributes attributes = session.files().stat(path);
    if (!attributes.isRegular()) {
      throw new FsException(FsStatus.EISDIR, path + ": is a directory and has no blocks");
    }
    return attributes;
  }

  private static void write(
      Session session, FsPath path, Map<DatanodeId, Datanode> datanodes, Json array)
      throws IOException {
    Attributes attributes = file(session, path);
    List<Extent> extents = extents(session, path);
    array.object(o -> {
      o.path("path", path);
      o.field("inode", attributes.inode().value());
      o.field("size", attributes.size());
      o.field("blocks", attributes.blocks());
      o.field("replication", attributes.replication());
      o.array(
          "extents",
          list -> {
            for (Extent extent : extents) {
              list.object(e -> writeExtent(e, extent, datanodes));
            }
          });
    });
  }

  private static void writeExtent(Json json, Extent extent, Map<DatanodeId, Datanode> datanodes)
      throws IOException {
    json.field("index", extent.index());
    json.field("count", extent.count());
    json.field("generation", extent.generation());
    json.array(
        "replicas",
        list -> {
          for (Replica replica : extent.replicas()) {
            list.object(r -> {
              r.field("datanode", replica.datanode().value());
              r.field("firstBlock", replica.firstBlock());
              Datanode datanode = datanodes.get(replica.datanode());
              if (datanode != null) {
                r.field("host", datanode.host());
                r.field("rack", datanode.rack());
              }
            });
          }
        });
  }

  private static List<Extent> extents(Session session, FsPath path) {
    try (Stream<Extent> extents = session.files().extents(path)) {
      return extents.toList();
    }
  }

  private static void show(Session session, FsPath path, Map<DatanodeId, Datanode> datanodes) {
    Attributes attributes = file(session, path);
    List<Extent> extents = extents(session, path);
    String where =
        extents.isEmpty() && attributes.size() > 0 && attributes.blocks() == 0
            ? ", stored with the metadata"
            : ", " + Counts.of(attributes.blocks(), "block", "blocks");
    session
        .out()
        .line(
            session.out().shown(path)
                + ": "
                + Counts.of(attributes.size(), "byte", "bytes")
                + where);
    Table table = new Table(Table.Align.RIGHT, Table.Align.RIGHT, Table.Align.LEFT);
    for (Extent extent : extents) {
      table.row(
          "  " + extent.index(),
          "+" + extent.count(),
          extent.replicas().stream()
              .map(r -> where(r, datanodes) + " from block " + r.firstBlock())
              .collect(Collectors.joining(", ")));
    }
    table.lines().forEach(session.out()::line);
  }

  private static String where(Replica replica, Map<DatanodeId, Datanode> datanodes) {
    Datanode datanode = datanodes.get(replica.datanode());
    return replica.datanode()
        + (datanode == null
            ? ""
            : " ("
                + (datanode.rack().isEmpty() ? "" : datanode.rack() + "/")
                + datanode.host()
                + ")");
  }
}
