package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.http.archives.ArchiveWriter;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// GET and HEAD of anything: a file's content, a directory's listing, or what is known about either
/// (`?stat`, `?blocks`, `?archive`).
///
/// A small file costs one call to the namenode: content, attributes and stored type come together.
public final class ReadFile implements Handler {
  private final Scope.Source scopes;
  private final FileBody body;
  private final Listing listing = new Listing();

  /// @param scopes what requests see
  /// @param buffers for content on its way
  public ReadFile(Scope.Source scopes, TransferBuffers buffers) {
    this.scopes = scopes;
    this.body = new FileBody(buffers);
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
      } else {
        read(exchange, scope, path);
      }
    }
  }

  private void read(Exchange exchange, Scope scope, FsPath path) throws Exception {
    Location where = Location.of(path);
    Answer answer =
        Answers.of(
            scope.namespace(),
            List.of(
                new Operation.Read(where, true, 0, 1),
                new Operation.GetXattr(where, true, ContentTypes.ATTRIBUTE)));
    if (answer.outcomes().isEmpty()) {
      FsException failure = answer.failure().orElseThrow().cause();
      if (failure.status() == FsStatus.EISDIR) {
        listing.send(exchange, scope, path);
        return;
      }
      throw failure;
    }
    exchange.query().allow();
    String type = type(path, answer);
    Outcome.Content content = (Outcome.Content) answer.outcomes().get(0);
    switch (content.body()) {
      case Outcome.Body.Inline(Bytes bytes) ->
          body.send(exchange, content.attributes(), type, Content.of(bytes, content.attributes()));
      case Outcome.Body.Blocks blocks -> {
        try (PlasmaFile file =
            scope.namespace().openFile(Location.of(content.attributes().inode()))) {
          body.send(exchange, file.attributes(), type, Content.of(file));
        } catch (PlasmaIOException e) {
          throw e.failure();
        }
      }
    }
  }

  private static String type(FsPath path, Answer answer) {
    if (answer.outcomes().size() > 1) {
      String stored =
          new String(
              ((Outcome.Value) answer.outcomes().get(1)).bytes().unsafeArray(),
              StandardCharsets.UTF_8);
      if (ContentTypes.isSafe(stored)) {
        return stored;
      }
    }
    return ContentTypes.byName(path.last());
  }
}
