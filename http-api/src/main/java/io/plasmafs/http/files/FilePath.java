package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsPath;

/// The path of the filesystem that a request's URL names.
final class FilePath {
  /// The variable of the routes.
  static final String VARIABLE = "path";

  private FilePath() {}

  /// Whatever is there.
  static FsPath of(Exchange exchange) {
    return PathText.parse(exchange.variable(VARIABLE));
  }

  /// The path of something that is no directory.
  ///
  /// @throws Problem 400 if the URL ends in a slash, or names the root
  static FsPath ofFile(Exchange exchange) {
    String raw = exchange.variable(VARIABLE);
    if (raw.isEmpty() || raw.endsWith("/")) {
      throw Problem.badRequest(
          "'/" + raw + "' names a directory: a file's name is expected behind the last slash");
    }
    return PathText.parse(raw);
  }

  /// A path below the root.
  ///
  /// @throws Problem 403 if the URL names the root
  static FsPath belowRoot(Exchange exchange) {
    FsPath path = of(exchange);
    if (path.isEmpty()) {
      throw Problem.of(403, "eperm", "operation not permitted", "the root stays where it is");
    }
    return path;
  }
}
