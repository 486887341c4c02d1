package io.plasmafs.http.files;

import io.plasmafs.http.archives.ArchiveExtraction;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;

/// PUT of an archive to a directory, `?extract=tar` or `zip`: unpacked as one transaction, so that
/// others see all of it or nothing.
final class ExtractArchive {
  private final Scope.Source scopes;
  private final Uploading uploading;

  ExtractArchive(Scope.Source scopes, Uploading uploading) {
    this.scopes = scopes;
    this.uploading = uploading;
  }

  void handle(Exchange exchange) throws Exception {
    String format = exchange.query().allow("extract").required("extract");
    FsPath path = FilePath.of(exchange);
    try (Scope scope = scopes.of(exchange);
        Uploading.Place place = uploading.place()) {
      Scope.Edited<ArchiveExtraction> done =
          scope.editOnce(
              path,
              transaction -> {
                ArchiveExtraction extraction =
                    new ArchiveExtraction(transaction, path, SystemDirectory::hides);
                extraction.run(format, exchange.body().stream(), exchange.body()::received);
                return extraction;
              });
      scope.uploaded(exchange.body().received());
      JsonObject out =
          new JsonObject()
              .put("path", PathText.format(path))
              .put("entries", done.result().entries())
              .put("bytes", done.result().bytes());
      if (done.commit() != 0) {
        out.put("commit", done.commit());
      }
      exchange.send(200, out);
    }
  }
}
