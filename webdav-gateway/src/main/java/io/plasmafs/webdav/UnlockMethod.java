package io.plasmafs.webdav;

import io.plasmafs.client.Transaction;
import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.webdav.lock.Lock;
import io.plasmafs.webdav.lock.LockTable;
import java.util.Optional;

/// Gives a lock up (RFC 4918 section 9.11).
record UnlockMethod(Guards guards, LockTable table) implements DavMethod {

  @Override
  public void handle(DavRequest request) throws Exception {
    String token = token(request.header("Lock-Token"));
    var unused =
        request.edit(transaction -> {
          guards.enter(transaction, request);
          unlock(transaction, request, token);
          return true;
        });
    request.end(204);
  }

  private void unlock(Transaction transaction, DavRequest request, String token) {
    for (LockTable.Found one : table.onTheWay(transaction, request.path())) {
      for (Lock lock : one.locks()) {
        if (lock.token().equals(token) && lock.covers(request.path())) {
          LockTable.hold(transaction, one.requirements());
          table.remove(transaction, one, lock);
          return;
        }
      }
    }
    throw DavException.condition(
        409, "lock-token-matches-request-uri", "no lock of that token covers " + request.path());
  }

  private static String token(Optional<String> header) {
    String text = header.orElse("").strip();
    if (text.length() < 3 || !text.startsWith("<") || !text.endsWith(">")) {
      throw new MalformedHeader("Lock-Token: <token> is expected, not " + text);
    }
    return text.substring(1, text.length() - 1);
  }
}
