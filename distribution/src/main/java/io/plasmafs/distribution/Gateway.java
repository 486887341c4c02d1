package io.plasmafs.distribution;

import io.plasmafs.http.Door;
import io.plasmafs.http.HttpGateway;
import java.util.List;

/// The gateway of a cluster: one process that serves the HTTP API and, on the same port, all doors
/// that are built on it.
public final class Gateway {
  private Gateway() {}

  /// What is served beside the HTTP API.
  static List<Door> doors() {
    return List.of();
  }

  /// Runs a gateway until the process is told to end; see [HttpGateway#run].
  public static void main(String[] arguments) {
    HttpGateway.run(arguments, doors());
  }
}
