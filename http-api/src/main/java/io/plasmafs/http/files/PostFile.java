package io.plasmafs.http.files;

import io.plasmafs.client.PlasmaOutputStream;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Handler;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.exchange.Query;
import io.plasmafs.http.semantics.EntityTag;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.RenameMode;
import java.util.List;

/// POST with `?op`: what HTTP has no method for.
///
/// | op | does |
/// |---|---|
/// | `mkdir` (`mode`, `parents`) | makes a directory |
/// | `copy`, `to` (`noreplace`) | copies a file or a tree |
/// | `move`, `to` (`noreplace`, `exchange`) | moves a name |
/// | `link`, `to` | gives the file one more name |
/// | `symlink`, `target` | makes a symbolic link |
/// | `truncate`, `size` | cuts a file off, or extends it by a hole |
/// | `append` | writes the body behind a file's end |
public final class PostFile implements Handler {
  private static final int DEFAULT_MODE = 0755;

  private final Scope.Source scopes;
  private final Uploading uploading;

  /// @param scopes where requests work
  public PostFile(Scope.Source scopes, Uploading uploading) {
    this.scopes = scopes;
    this.uploading = uploading;
  }

  @Override
  public void handle(Exchange exchange) throws Exception {
    FsPath path = FilePath.belowRoot(exchange);
    Guard guard = Guard.of(exchange, path);
    String op = exchange.query().required("op");
    try (Scope scope = scopes.of(exchange)) {
      switch (op) {
        case "mkdir" -> mkdir(exchange, scope, guard, path);
        case "copy" -> copy(exchange, scope, guard, path);
        case "move" -> move(exchange, scope, guard, path);
        case "link" -> link(exchange, scope, guard, path);
        case "symlink" -> symlink(exchange, scope, guard, path);
        case "truncate" -> truncate(exchange, scope, guard, path);
        case "append" -> append(exchange, scope, guard, path);
        default ->
            throw Problem.badRequest(
                "op=" + op + ": mkdir, copy, move, link, symlink, truncate, append are known");
      }
    }
  }

  private static void mkdir(Exchange exchange, Scope scope, Guard guard, FsPath path)
      throws Exception {
    Query query = exchange.query().allow("op", "mode", "parents");
    int mode = query.mode("mode").orElse(DEFAULT_MODE);
    var unused =
        guard.apply(
            scope,
            List.of(new Operation.MakeDirectory(Location.of(path), mode, query.flag("parents"))));
    created(exchange, path);
  }

  private static void copy(Exchange exchange, Scope scope, Guard guard, FsPath from)
      throws Exception {
    Query query = exchange.query().allow("op", "to", "noreplace");
    FsPath to = FilePath.target(exchange);
    boolean noReplace = query.flag("noreplace");
    // What cannot be done is told before anything is.
    var unusedSource = TreeCopy.check(scope.namespace(), from, to, noReplace);
    var unused =
        guard.edit(scope, transaction -> new TreeCopy(transaction).copy(from, to, noReplace));
    created(exchange, to);
  }

  private static void move(Exchange exchange, Scope scope, Guard guard, FsPath from)
      throws Exception {
    Query query = exchange.query().allow("op", "to", "noreplace", "exchange");
    if (query.flag("noreplace") && query.flag("exchange")) {
      throw Problem.badRequest("noreplace and exchange contradict each other");
    }
    RenameMode how =
        query.flag("exchange")
            ? RenameMode.EXCHANGE
            : query.flag("noreplace") ? RenameMode.NO_REPLACE : RenameMode.REPLACE;
    Location to = Location.of(FilePath.target(exchange));
    var unused = guard.apply(scope, List.of(new Operation.Rename(Location.of(from), to, how)));
    exchange.send(204);
  }

  private static void link(Exchange exchange, Scope scope, Guard guard, FsPath existing)
      throws Exception {
    exchange.query().allow("op", "to");
    FsPath to = FilePath.target(exchange);
    var unused =
        guard.apply(scope, List.of(new Operation.Link(Location.of(existing), Location.of(to))));
    created(exchange, to);
  }

  private static void symlink(Exchange exchange, Scope scope, Guard guard, FsPath path)
      throws Exception {
    exchange.query().allow("op", "target");
    LinkTarget target = LinkTarget.of(exchange.query().required("target"));
    var unused = guard.apply(scope, List.of(new Operation.MakeSymlink(Location.of(path), target)));
    created(exchange, path);
  }

  private static void truncate(Exchange exchange, Scope scope, Guard guard, FsPath path)
      throws Exception {
    exchange.query().allow("op", "size");
    long size =
        exchange
            .query()
            .number("size", 0, Long.MAX_VALUE)
            .orElseThrow(() -> Problem.badRequest("the parameter 'size' is missing"));
    InodeId inode = scope.namespace().stat(path).inode();
    Scope.Edited<InodeId> done =
        guard.edit(
            scope,
            transaction -> {
              transaction.truncate(Location.of(inode), size);
              return inode;
            });
    changed(exchange, done);
  }

  private void append(Exchange exchange, Scope scope, Guard guard, FsPath path) throws Exception {
    exchange.query().allow("op");
    Scope.Edited<InodeId> done =
        guard.editOnce(
            scope,
            uploading,
            transaction -> {
              PlasmaOutputStream out =
                  Patience.with(() -> {
                    guard.demand(transaction);
                    return transaction.openOutput(Location.of(path), WriteOptions.APPEND);
                  });
              Uploading.copy(exchange, out);
              return out.inode();
            });
    scope.uploaded(exchange.body().received());
    changed(exchange, done);
  }

  private static void created(Exchange exchange, FsPath path) throws Exception {
    String own = exchange.rawPath();
    String base = own.substring(0, own.indexOf(FilePath.BASE) + FilePath.BASE.length() - 1);
    exchange.header("Location", base + PathText.format(path)).send(201);
  }

  private static void changed(Exchange exchange, Scope.Edited<InodeId> done) throws Exception {
    if (done.commit() != 0) {
      exchange.header("ETag", EntityTag.of(done.result(), done.commit()).toString());
    }
    exchange.send(204);
  }
}
