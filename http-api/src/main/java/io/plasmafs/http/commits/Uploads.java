package io.plasmafs.http.commits;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.JsonObject;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.files.Scope;
import io.plasmafs.http.files.SystemDirectory;
import io.plasmafs.http.files.Uploading;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;

/// Content that was sent ahead of the commit that will publish it: files in the system's directory,
/// durable, of any size, seen by whoever knows their id. A commit moves them to their place.
public final class Uploads {
  /// The route variable that names one.
  public static final String VARIABLE = "id";

  /// Where they are.
  static final FsPath DIRECTORY = SystemDirectory.ROOT.resolve(FsPath.of("uploads"));

  /// For so long they are kept.
  static final Duration KEPT = Duration.ofDays(1);

  private static final String BASE = "/v1/uploads/";

  private final SecureRandom random = new SecureRandom();
  private final PlasmaClient client;
  private final Scope committed;
  private final Uploading uploading;

  /// @param committed the filesystem itself
  public Uploads(PlasmaClient client, Scope committed, Uploading uploading) {
    this.client = client;
    this.committed = committed;
    this.uploading = uploading;
  }

  static FsPath path(String id) {
    return DIRECTORY.resolve(FsPath.of(id));
  }

  /// A finished upload.
  ///
  /// @throws FsException ENOENT if there is none
  static Attributes find(Namespace namespace, String id) {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new FsException(FsStatus.ENOENT, "'" + id + "' is no id of an upload");
    }
    return namespace
        .find(path(id))
        .orElseThrow(() ->
            new FsException(
                FsStatus.ENOENT,
                "there is no upload " + id + ": it was published, or is older than a day"));
  }

  /// Takes a body.
  public void take(Exchange exchange) throws Exception {
    exchange.query().allow();
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String id = HexFormat.of().formatHex(bytes);
    try (Uploading.Place place = uploading.place()) {
      var unused = client.mkdirs(DIRECTORY, SystemDirectory.MODE);
      Scope.Edited<JsonObject> done =
          committed.editOnce(
              path(id),
              transaction -> {
                PlasmaOutputStream out =
                    transaction.openOutput(
                        Location.of(path(id)),
                        WriteOptions.CREATE_NEW.withMode(SystemDirectory.FILE_MODE));
                Uploading.copy(exchange, out);
                return new JsonObject().put("upload", id).put("inode", out.inode().value());
              });
      exchange
          .header("Location", BASE + id)
          .send(201, done.result().put("size", exchange.body().received()));
    }
  }

  /// Shows one.
  public void show(Exchange exchange) throws IOException {
    exchange.query().allow();
    Attributes upload = find(client, exchange.variable(VARIABLE));
    JsonObject out =
        new JsonObject()
            .put("upload", exchange.variable(VARIABLE))
            .put("size", upload.size())
            .put("kept", upload.mtime().plus(KEPT).toString());
    EntityTag.of(upload).ifPresent(tag -> out.put("etag", tag.toString()));
    exchange.send(200, out);
  }

  /// Gives one up.
  public void drop(Exchange exchange) throws IOException {
    exchange.query().allow();
    String id = exchange.variable(VARIABLE);
    if (!find(client, id).isRegular()) {
      throw Problem.notFound("there is no upload " + id);
    }
    client.unlink(path(id));
    exchange.send(204);
  }
}
