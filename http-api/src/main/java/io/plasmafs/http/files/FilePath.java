package io.plasmafs.http.files;

import io.plasmafs.http.exchange.Exchange;
import io.plasmafs.http.exchange.Problem;
import io.plasmafs.http.semantics.PathText;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;

/// The paths of the filesystem that a request names. What gateways keep for themselves is never
/// among them.
public final class FilePath {
  /// The variable of the routes.
  static final String VARIABLE = "path";

  /// What stands before a path in the URLs of files.
  static final String BASE = "/fs/";

  private FilePath() {}

  /// Whatever is there.
  static FsPath of(Exchange exchange) {
    return shown(PathText.parse(exchange.variable(VARIABLE)));
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
    return of(exchange);
  }

  /// A path below the root.
  ///
  /// @throws Problem 403 if the URL names the root
  static FsPath belowRoot(Exchange exchange) {
    return checked(PathText.parse(exchange.variable(VARIABLE)));
  }

  /// The path that the parameter `to` names.
  public static FsPath target(Exchange exchange) {
    return checked(exchange.query().requiredPath("to"));
  }

  /// A path that something is to be done with.
  ///
  /// @throws Problem 403 if it is the root
  /// @throws FsException ENOENT if it is not shown
  public static FsPath checked(FsPath path) {
    if (path.isEmpty()) {
      throw Problem.of(403, "eperm", "operation not permitted", "the root stays where it is");
    }
    return shown(path);
  }

  private static FsPath shown(FsPath path) {
    if (SystemDirectory.hides(path)) {
      throw new FsException(FsStatus.ENOENT, path + " does not exist");
    }
    return path;
  }
}
