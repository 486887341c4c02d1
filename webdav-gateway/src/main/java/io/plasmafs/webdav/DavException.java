package io.plasmafs.webdav;

import io.plasmafs.http.exchange.Refusal;
import io.plasmafs.model.FsPath;
import java.util.List;
import java.util.Optional;

/// A request that cannot be done, for a reason of this protocol's own.
final class DavException extends Refusal {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Optional<String> condition;
  private final transient List<FsPath> paths;

  /// A failure that the status alone tells.
  DavException(int status, String message) {
    this(status, message, Optional.empty(), List.of());
  }

  /// A failure with a precondition or postcondition code (RFC 4918 section 16).
  ///
  /// @param condition local name in `DAV:`
  /// @param paths that the condition names
  DavException(int status, String message, Optional<String> condition, List<FsPath> paths) {
    super(message);
    this.status = status;
    this.condition = condition;
    this.paths = List.copyOf(paths);
  }

  static DavException condition(int status, String condition, String message) {
    return new DavException(status, message, Optional.of(condition), List.of());
  }

  int status() {
    return status;
  }

  Optional<String> condition() {
    return condition;
  }

  List<FsPath> paths() {
    return paths;
  }
}
