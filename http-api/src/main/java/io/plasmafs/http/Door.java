package io.plasmafs.http;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.files.FileSender;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.files.WriteLocks;
import java.util.List;

/// One more protocol that the gateway serves, on the same port.
public interface Door {

  /// What a door can build on.
  ///
  /// @param client of the cluster; the gateway's to close
  /// @param committed the filesystem itself
  /// @param transactions the open transaction that a route's variable `id` names
  /// @param files sends files
  record Services(
      PlasmaClient client, Scope.Source committed, Scope.Source transactions, FileSender files) {}

  /// Its routes.
  List<Route> routes(Services services);

  /// The locks that it gives out, which all changes of files have to heed.
  default WriteLocks locks() {
    return WriteLocks.NONE;
  }
}
