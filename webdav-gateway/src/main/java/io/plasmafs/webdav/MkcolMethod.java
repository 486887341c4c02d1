package io.plasmafs.webdav;

import io.plasmafs.model.FsException;
import io.plasmafs.webdav.lock.LockGuard;

/// Makes a collection (RFC 4918 section 9.3). Missing parents are not made.
record MkcolMethod(Guards guards) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    if (request.exchange().body().stream().read() >= 0) {
      throw new DavException(415, "MKCOL takes no body");
    }
    if (request.path().isEmpty()) {
      throw new DavException(405, "the root exists already");
    }
    var unused =
        request.edit(transaction -> {
          LockGuard locks = guards.enter(transaction, request);
          locks.create(transaction, request.path());
          try {
            transaction.mkdir(request.path(), 0755);
          } catch (FsException e) {
            throw switch (e.status()) {
              case EEXIST -> new DavException(405, request.path() + " exists already");
              case ENOENT, ENOTDIR ->
                  new DavException(409, request.path().parent() + " is no collection");
              default -> e;
            };
          }
          return true;
        });
    request.end(201);
  }
}
