package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.ContentTypes;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.XattrMode;
import io.plasmafs.model.operation.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// PUT of a file: creates it or replaces its content, all or nothing. The file stays the same
/// inode, with its mode, owner and other names. `?mode` sets the permission bits of one that is
/// created, `?parents` makes missing directories; `?extract` unpacks an archive instead.
///
/// Content that is kept with the metadata goes in one call to the namenode. Larger content is
/// streamed to the datanodes, while the transaction holds the file: who writes to it meanwhile is
/// told of the conflict.
public final class PutFile implements Handler {
  private static final int DEFAULT_MODE = 0644;
  private static final int PARENT_MODE = 0755;

  private final Scope.Source scopes;
  private final Uploading uploading;
  private final int inlineLimit;
  private final ExtractArchive extract;

  /// @param inlineLimit files up to this many bytes are kept with the metadata
  public PutFile(Scope.Source scopes, Uploading uploading, int inlineLimit) {
    this.scopes = scopes;
    this.uploading = uploading;
    this.inlineLimit = inlineLimit;
    this.extract = new ExtractArchive(scopes, uploading);
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    if (exchange.query().has("extract")) {
      extract.handle(exchange);
      return;
    }
    exchange.query().allow("mode", "parents");
    if (exchange.header("Content-Range").isPresent()) {
      // RFC 9110 §14.5: what a server does not understand it must refuse.
      throw Problem.badRequest("PUT takes whole files: PATCH changes a range of one");
    }
    FsPath path = FilePath.ofFile(exchange);
    Guard guard = Guard.of(exchange, path);
    OptionalLong length = exchange.body().declaredLength();
    try (Scope scope = scopes.of(exchange)) {
      Scope.Edited<Outcome.Inode> file =
          length.isPresent() && length.getAsLong() <= inlineLimit
              ? small(exchange, scope, guard, path)
              : large(exchange, scope, guard, path);
      scope.uploaded(exchange.body().received());
      answer(exchange, file);
    }
  }

  private static void answer(Exchange exchange, Scope.Edited<Outcome.Inode> file) throws Exception {
    InodeId inode = file.result().attributes().inode();
    Optional<EntityTag> tag =
        file.commit() == 0
            ? EntityTag.of(file.result().attributes())
            : Optional.of(EntityTag.of(inode, file.commit()));
    tag.ifPresent(t -> exchange.header("ETag", t.toString()));
    exchange.send(file.result().created() ? 201 : 204);
  }

  private Scope.Edited<Outcome.Inode> small(
      Exchange exchange, Scope scope, Guard guard, FsPath path) throws Exception {
    byte[] content = exchange.body().readAll(inlineLimit);
    Uploading.check(exchange, content);
    List<Operation> operations = new ArrayList<>(opening(exchange, path));
    Location created = Location.ofResult(operations.size() - 1);
    int opened = operations.size() - 1;
    if (content.length > 0) {
      operations.add(new Operation.WriteInline(created, Bytes.wrap(content)));
    }
    operations.addAll(type(exchange, created));
    Scope.Edited<List<Outcome>> done = guard.apply(scope, operations);
    return new Scope.Edited<>((Outcome.Inode) done.result().get(opened), done.commit());
  }

  private Scope.Edited<Outcome.Inode> large(
      Exchange exchange, Scope scope, Guard guard, FsPath path) throws Exception {
    return guard.editOnce(
        scope, uploading, transaction -> stream(exchange, transaction, guard, path));
  }

  private static Outcome.Inode stream(
      Exchange exchange, Transaction transaction, Guard guard, FsPath path) throws Exception {
    List<Operation> opening = opening(exchange, path);
    Outcome.Inode file =
        Patience.with(() -> {
          List<Operation> operations = new ArrayList<>(opening);
          operations.addAll(guard.requirements(transaction));
          return (Outcome.Inode) transaction.execute(operations).get(opening.size() - 1);
        });
    Location where = Location.of(file.attributes().inode());
    PlasmaOutputStream out =
        transaction.openOutput(where, WriteOptions.DEFAULT.with(WriteOptions.How.UPDATE_EXISTING));
    Uploading.copy(exchange, out);
    List<Operation> type = type(exchange, where);
    if (!type.isEmpty()) {
      transaction.execute(type);
    }
    return file;
  }

  /// The operations that create or empty the file; the last of them answers its inode.
  private static List<Operation> opening(Exchange exchange, FsPath path) {
    List<Operation> operations = new ArrayList<>();
    if (exchange.query().flag("parents") && !path.parent().isEmpty()) {
      operations.add(new Operation.MakeDirectory(Location.of(path.parent()), PARENT_MODE, true));
    }
    operations.add(
        new Operation.Create(
            Location.of(path),
            CreateMode.TRUNCATE,
            exchange.query().mode("mode").orElse(DEFAULT_MODE),
            0));
    return operations;
  }

  private static List<Operation> type(Exchange exchange, Location file) {
    Optional<String> type = exchange.header("Content-Type").filter(ContentTypes::isWorthStoring);
    return type.map(t ->
            List.<Operation>of(
                new Operation.SetXattr(
                    file,
                    true,
                    XattrMode.SET,
                    ContentTypes.ATTRIBUTE,
                    Bytes.wrap(t.getBytes(StandardCharsets.US_ASCII)))))
        .orElse(List.of());
  }
}
