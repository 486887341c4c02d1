package io.plasmafs.http.cluster;

import io.plasmafs.client.ClusterStatus;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.model.ClusterDescription;
import io.plasmafs.model.Datanode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// Tells how the cluster and this gateway are.
public final class ClusterState {
  private final PlasmaClient client;

  /// Asks by this client.
  public ClusterState(PlasmaClient client) {
    this.client = client;
  }

  /// The cluster: nodes, space, versions, health.
  public void show(Exchange exchange) throws IOException {
    exchange.query().allow();
    ClusterStatus status = client.status();
    ClusterDescription cluster = status.cluster();
    long blocks = status.datanodes().stream().mapToLong(Datanode::blocks).sum();
    long used = status.datanodes().stream().mapToLong(Datanode::used).sum();
    long reserved = status.datanodes().stream().mapToLong(Datanode::reserved).sum();
    List<JsonObject> namenodes =
        status.namenodes().stream()
            .map(node ->
                new JsonObject()
                    .put("address", node.address())
                    .put("role", node.role())
                    .put("sequence", node.sequence()))
            .toList();
    exchange
        .header("Cache-Control", "no-store")
        .send(
            200,
            new JsonObject()
                .put("cluster", cluster.name())
                .put("health", health(status))
                .put("sequence", status.sequence())
                .put("epoch", cluster.epoch())
                .put("blockSize", cluster.blockSize())
                .put("inlineLimit", cluster.inlineLimit())
                .put("replication", cluster.replication())
                .put("inodes", status.inodes())
                .put("openTransactions", status.openTransactions())
                .put(
                    "space",
                    new JsonObject()
                        .put("bytes", blocks * cluster.blockSize())
                        .put("used", used * cluster.blockSize())
                        .put("reserved", reserved * cluster.blockSize()))
                .put("namenodes", namenodes)
                .put(
                    "datanodes", status.datanodes().stream().map(ClusterState::describe).toList()));
  }

  private static JsonObject describe(Datanode node) {
    return new JsonObject()
        .put("id", node.id().value())
        .put("address", node.address())
        .put("state", node.state().name().toLowerCase(Locale.ROOT))
        .put("host", node.host())
        .put("rack", node.rack())
        .put("blocks", node.blocks())
        .put("used", node.used())
        .put("reserved", node.reserved());
  }

  /// `ok`; `degraded` if a datanode is missing; `down` if too few are left to write.
  private static String health(ClusterStatus status) {
    long alive =
        status.datanodes().stream().filter(node -> node.state() == Datanode.State.ALIVE).count();
    if (alive < status.cluster().replication()) {
      return "down";
    }
    boolean missing =
        status.datanodes().stream()
            .anyMatch(node ->
                switch (node.state()) {
                  case SUSPECT, DEAD -> true;
                  case NEW, ALIVE, DISABLED, DRAINING -> false;
                });
    return missing ? "degraded" : "ok";
  }

  /// Whether this process runs.
  public void live(Exchange exchange) throws IOException {
    exchange.send(200, new JsonObject().put("status", "ok"));
  }

  /// Whether it can serve: the cluster answers. If not, the failure is answered, with 503.
  public void ready(Exchange exchange) throws IOException {
    long sequence = client.statFilesystem().sequence();
    exchange
        .header("Cache-Control", "no-store")
        .send(200, new JsonObject().put("status", "ok").put("sequence", sequence));
  }
}
