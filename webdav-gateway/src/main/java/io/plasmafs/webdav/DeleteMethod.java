package io.plasmafs.webdav;

import io.plasmafs.client.Transaction;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.header.Depth;

/// Removes a resource with all below it, in one step (RFC 4918 section 9.6).
record DeleteMethod(Guards guards) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    if (request.path().isEmpty()) {
      throw new DavException(403, "the root cannot be removed");
    }
    var unused =
        request.edit(transaction -> {
          Attributes found =
              transaction
                  .find(request.path())
                  .orElseThrow(() -> new DavException(404, request.path() + " does not exist"));
          if (found.isDirectory() && request.depth(Depth.INFINITY) != Depth.INFINITY) {
            throw new DavException(400, "a collection is removed with Depth: infinity only");
          }
          guards.enter(transaction, request).remove(transaction, request.path());
          remove(transaction, request.path(), found);
          return true;
        });
    request.end(204);
  }

  static void remove(Transaction transaction, FsPath path, Attributes found) {
    if (found.isDirectory()) {
      long unused = transaction.removeTree(path);
    } else {
      transaction.unlink(path);
    }
  }
}
