package io.plasmafs.http.files;

import io.plasmafs.http.archives.ArchiveWriter;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.model.FsPath;

/// GET and HEAD of anything: a file's content, a directory's listing, or what is known about either
/// (`?stat`, `?blocks`, `?archive`).
public final class ReadFile implements Handler {
  private final Scope.Source scopes;
  private final FileSender files;
  private final Listing listing = new Listing();

  /// @param scopes what requests see
  public ReadFile(Scope.Source scopes, FileSender files) {
    this.scopes = scopes;
    this.files = files;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    FsPath path = FilePath.of(exchange);
    try (Scope scope = scopes.of(exchange)) {
      if (exchange.query().flag("stat")) {
        Description.send(exchange, scope, path);
      } else if (exchange.query().flag("blocks")) {
        BlockList.send(exchange, scope, path);
      } else if (exchange.query().has("archive")) {
        String format = exchange.query().allow("archive").required("archive");
        ArchiveWriter.send(exchange, scope.namespace(), path, format, SystemDirectory::hides);
      } else if (!files.send(exchange, scope, path)) {
        listing.send(exchange, scope, path);
      }
    }
  }
}
