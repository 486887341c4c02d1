package io.plasmafs.http;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.Route;
import io.plasmafs.http.files.Scope;
import java.util.List;
import java.util.function.Function;

/// One more protocol that the gateway serves, on the same port.
public interface Door {

  /// What a door can build on.
  ///
  /// @param client of the cluster; the gateway's to close
  /// @param committed the filesystem itself
  /// @param transactions the open transaction that a route's variable `id` names
  /// @param readers makes a handler that sends the file which a route's variable `path` names
  record Services(
      PlasmaClient client,
      Scope.Source committed,
      Scope.Source transactions,
      Function<Scope.Source, Handler> readers) {

    /// Sends the file that a route's variable `path` names.
    public Handler readFile(Scope.Source scopes) {
      return readers.apply(scopes);
    }
  }

  /// Its routes.
  List<Route> routes(Services services);
}
