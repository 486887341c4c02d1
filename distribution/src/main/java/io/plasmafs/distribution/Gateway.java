package io.plasmafs.distribution;

import io.plasmafs.http.Door;
import io.plasmafs.http.HttpGateway;
import io.plasmafs.webdav.WebdavDoor;
import java.time.InstantSource;
import java.util.List;

/// The gateway of a cluster: one process that serves the HTTP API and, on the same port, all doors
/// that are built on it.
public final class Gateway {
  private Gateway() {}

  /// What is served beside the HTTP API.
  ///
  /// @param putContentRange whether WebDAV takes PUT with Content-Range
  static List<Door> doors(boolean putContentRange) {
    return List.of(new WebdavDoor(InstantSource.system(), putContentRange));
  }

  /// Runs a gateway until the process is told to end; see [HttpGateway#run].
  public static void main(String[] arguments) {
    HttpGateway.run(arguments, doors(false));
  }
}
