package io.plasmafs.http.commits;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.model.CommitToken;
import java.util.Optional;

/// The name that a client gave to a commit, by `Idempotency-Key`.
///
/// @param token under which the cluster knows it
record CommitKey(String text, CommitToken token) {
  private static final int MAX_LENGTH = 255;

  /// The key of a request, if it has one.
  static Optional<CommitKey> of(Exchange exchange, String user) {
    return exchange.header("Idempotency-Key").map(value -> of(value, user));
  }

  /// A key as a header or a URL spells it: with or without quotes.
  static CommitKey of(String value, String user) {
    String text = value.strip();
    if (text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")) {
      text = text.substring(1, text.length() - 1);
    }
    if (text.isEmpty()
        || text.length() > MAX_LENGTH
        || !text.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw Problem.badRequest(
          "Idempotency-Key: 1 to "
              + MAX_LENGTH
              + " characters of ASCII without spaces are"
              + " expected");
    }
    return new CommitKey(text, CommitToken.ofKey("http commit of " + user, text));
  }

  /// What was answered before, if the request is the same.
  ///
  /// @throws Problem 422 if it is not
  CommitResult same(CommitRecords.Found found, String digest) {
    if (!found.request().equals(digest)) {
      throw Problem.of(
              422,
              "key-reused",
              "the key was used for another commit",
              "the Idempotency-Key "
                  + text
                  + " belongs to commit "
                  + found.result().commit()
                  + ", whose request was different: a new commit needs a new key")
          .with("commit", found.result().commit());
    }
    return found.result();
  }
}
