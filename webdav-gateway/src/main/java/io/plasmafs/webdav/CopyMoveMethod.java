package io.plasmafs.webdav;

import io.plasmafs.client.Transaction;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.lock.LockGuard;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/// COPY and MOVE (RFC 4918 sections 9.8 and 9.9): what they do to the destination is one step, so
/// that nothing is lost if they fail.
///
/// @param move whether the source goes away
record CopyMoveMethod(Guards guards, boolean move) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    FsPath source = request.path();
    FsPath target = request.destinations().require(request.header("Destination"));
    boolean overwrite = overwrite(request);
    Depth depth = request.depth(Depth.INFINITY);
    check(source, target);
    boolean replaced =
        request
            .edit(transaction -> run(transaction, request, source, target, overwrite, depth))
            .result();
    if (!replaced) {
      request.exchange().header("Location", request.origin() + request.href(target, false));
    }
    request.end(replaced ? 204 : 201);
  }

  private static boolean overwrite(DavRequest request) {
    String header = request.header("Overwrite").orElse("T");
    return switch (header.strip().toUpperCase(Locale.ROOT)) {
      case "T" -> true;
      case "F" -> false;
      default -> throw new MalformedHeader("Overwrite: T or F is expected, not " + header);
    };
  }

  private void check(FsPath source, FsPath target) {
    if (source.equals(target)) {
      throw new DavException(403, source + " cannot be copied or moved onto itself");
    }
    if (target.startsWith(source)) {
      throw new DavException(403, source + " cannot be copied or moved into itself, " + target);
    }
    if (source.startsWith(target)) {
      throw new DavException(403, target + " contains " + source + " and cannot be replaced by it");
    }
    if (SystemDirectory.isHidden(target)) {
      throw new DavException(403, target + " is reserved");
    }
  }

  /// @return whether something was replaced
  private boolean run(
      Transaction transaction,
      DavRequest request,
      FsPath source,
      FsPath target,
      boolean overwrite,
      Depth depth)
      throws IOException {
    Attributes from =
        transaction
            .find(source)
            .orElseThrow(() -> new DavException(404, source + " does not exist"));
    if (from.isDirectory() && (depth == Depth.ONE || (move && depth != Depth.INFINITY))) {
      throw new DavException(400, "Depth: " + depth.text() + " is not possible here");
    }
    LockGuard guard = guards.enter(transaction, request);
    Optional<Attributes> old = transaction.find(target);
    if (old.isPresent() && !overwrite) {
      throw new DavException(412, target + " exists, and Overwrite is F");
    }
    DavRequest.requireCollection(transaction, target.parent());
    if (move) {
      guard.remove(transaction, source);
    }
    if (old.isPresent()) {
      guard.remove(transaction, target);
      DeleteMethod.remove(transaction, target, old.get());
    } else {
      guard.create(transaction, target);
    }
    if (move) {
      transaction.rename(source, target, RenameMode.NO_REPLACE);
    } else {
      Copying.copy(transaction, source, target, depth == Depth.INFINITY);
    }
    return old.isPresent();
  }
}
