package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.util.List;

/// DELETE of a file, a link, or an empty directory; with `?recursive` of anything, in one step.
public final class DeleteFile implements Handler {
  private final Scope.Source scopes;

  /// @param scopes what requests see
  public DeleteFile(Scope.Source scopes) {
    this.scopes = scopes;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    exchange.query().allow("recursive");
    FsPath path = FilePath.belowRoot(exchange);
    Location where = Location.of(path);
    Guard guard = Guard.of(exchange, path);
    try (Scope scope = scopes.of(exchange)) {
      if (exchange.query().flag("recursive")) {
        var unused = guard.apply(scope, List.of(new Operation.RemoveTree(where)));
      } else {
        try {
          var unused = guard.apply(scope, List.of(new Operation.Unlink(where)));
        } catch (FsException e) {
          if (e.status() != FsStatus.EISDIR) {
            throw e;
          }
          var unused = guard.apply(scope, List.of(new Operation.RemoveDirectory(where)));
        }
      }
    }
    exchange.send(204);
  }
}
