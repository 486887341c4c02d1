package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.JsonInput;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.ContentRange;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// PATCH of an object: of its attributes, by a JSON merge patch; or of bytes of a file, by a body
/// with `Content-Range: bytes FIRST-LAST/*`, beyond the end too.
public final class PatchFile implements Handler {
  private static final int MAX_PATCH = 256 << 10;
  private static final int PIECE = 64 << 10;

  private final Scope.Source scopes;
  private final Uploading uploading;

  /// @param scopes where requests work
  public PatchFile(Scope.Source scopes, Uploading uploading) {
    this.scopes = scopes;
    this.uploading = uploading;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    exchange.query().allow();
    FsPath path = FilePath.of(exchange);
    Guard guard = Guard.of(exchange, path);
    try (Scope scope = scopes.of(exchange)) {
      if (exchange.header("Content-Range").isPresent()) {
        bytes(exchange, scope, guard, path);
      } else {
        attributes(exchange, scope, guard, path);
      }
    }
  }

  private static void attributes(Exchange exchange, Scope scope, Guard guard, FsPath path)
      throws Exception {
    switch (exchange.contentType()) {
      case "application/merge-patch+json", "application/json" -> {}
      default ->
          throw Problem.unsupportedMediaType(
                  "a PATCH is of type application/merge-patch+json, or has a Content-Range")
              .withHeader("Accept-Patch", "application/merge-patch+json");
    }
    JsonInput json = JsonInput.parse(exchange.body().readAll(MAX_PATCH));
    MetadataPatch patch =
        MetadataPatch.of(json.allow(MetadataPatch.MEMBERS.toArray(new String[0])));
    Location where = Location.of(path);
    Scope.Edited<List<Outcome>> done =
        guard.apply(scope, namespace -> patch.operations(namespace, where));
    Attributes attributes =
        done.result().stream()
            .filter(Outcome.Inode.class::isInstance)
            .map(outcome -> ((Outcome.Inode) outcome).attributes())
            .reduce((first, last) -> last)
            .orElseThrow();
    EntityTag.of(attributes).ifPresent(tag -> exchange.header("ETag", tag.toString()));
    exchange.send(200, AttributesJson.add(new JsonObject(), attributes));
  }

  private void bytes(Exchange exchange, Scope scope, Guard guard, FsPath path) throws Exception {
    ContentRange range = ContentRange.parse(exchange.header("Content-Range").orElseThrow());
    Scope.Edited<InodeId> done =
        guard.editOnce(
            scope, uploading, transaction -> write(exchange, transaction, guard, path, range));
    if (done.commit() != 0) {
      exchange.header("ETag", EntityTag.of(done.result(), done.commit()).toString());
    }
    scope.uploaded(exchange.body().received());
    exchange.send(204);
  }

  private static InodeId write(
      Exchange exchange, Transaction transaction, Guard guard, FsPath path, ContentRange range)
      throws Exception {
    guard.demand(transaction);
    InodeId inode = transaction.stat(path).inode();
    WriteOptions options = WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING);
    PlasmaChannel channel =
        Patience.with(() -> transaction.openChannel(Location.of(inode), options));
    try {
      fill(exchange, channel, range);
      channel.close();
    } catch (IOException | RuntimeException e) {
      channel.abort();
      throw e;
    }
    return inode;
  }

  private static void fill(Exchange exchange, PlasmaChannel channel, ContentRange range)
      throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    long left = range.length();
    while (exchange.body().read(piece.clear()) >= 0) {
      int count = piece.flip().remaining();
      if (count > left) {
        throw wrongLength(range);
      }
      int unused = channel.write(piece, range.first() + range.length() - left);
      left -= count;
    }
    if (left > 0) {
      throw wrongLength(range);
    }
  }

  private static Problem wrongLength(ContentRange range) {
    return Problem.badRequest(
        "the body is not as long as the " + range.length() + " bytes of its Content-Range");
  }
}
