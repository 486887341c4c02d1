package io.plasmafs.webdav.lock;

import io.plasmafs.model.FsPath;
import io.plasmafs.webdav.header.Depth;
import io.plasmafs.webdav.xml.XmlElement;
import java.time.Instant;
import java.util.Optional;

/// A write lock.
///
/// @param token its state token, a URI that nobody can guess
/// @param root the path that was locked
/// @param exclusive or shared
/// @param depth [Depth#ZERO] or [Depth#INFINITY]
/// @param owner what the client gave as owner, for people to read
/// @param user whose request took it
/// @param expires when it vanishes by itself
public record Lock(
    String token,
    FsPath root,
    boolean exclusive,
    Depth depth,
    Optional<XmlElement> owner,
    String user,
    Instant expires) {

  public Lock {
    if (depth == Depth.ONE) {
      throw new IllegalArgumentException("a lock has depth 0 or infinity");
    }
  }

  /// Whether `path` is in its scope.
  public boolean covers(FsPath path) {
    return path.equals(root) || (depth == Depth.INFINITY && path.startsWith(root));
  }

  /// Whether it still holds.
  public boolean isAlive(Instant now) {
    return now.isBefore(expires);
  }

  /// This lock with a later end.
  public Lock until(Instant newEnd) {
    return new Lock(token, root, exclusive, depth, owner, user, newEnd);
  }
}
