package io.plasmafs.nio;

import io.plasmafs.client.Namespace;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Finds the path of an object on which there is no symbolic link. One call looks at all names of
/// the path; two more are needed for each link on the way.
final class RealPaths {
  private static final int MAX_LINKS = 40;

  private final Namespace namespace;

  /// What is known to be without links.
  private FsPath real = FsPath.EMPTY;

  /// Names still to follow; empty stands for `..`.
  private final Deque<Optional<Name>> todo = new ArrayDeque<>();

  private int links;

  RealPaths(Namespace namespace) {
    this.namespace = namespace;
  }

  /// The real path of what `path` leads to.
  ///
  /// @throws FsException if it leads to nothing
  FsPath of(FsPath path) {
    path.names().forEach(name -> todo.add(Optional.of(name)));
    while (!todo.isEmpty()) {
      if (todo.getFirst().isEmpty()) {
        todo.removeFirst();
        real = real.isEmpty() ? real : real.parent();
      } else {
        advance();
      }
    }
    return real;
  }

  /// Goes on as far as there are names, and at most to the first link.
  private void advance() {
    List<FsPath> ahead = new ArrayList<>();
    FsPath at = real;
    for (Optional<Name> name : todo) {
      if (name.isEmpty()) {
        break;
      }
      at = at.resolve(name.get());
      ahead.add(at);
    }
    List<Outcome.Found> found = namespace.statMany(ahead, false);
    for (int i = 0; i < found.size(); i++) {
      FsPath here = ahead.get(i);
      Attributes attributes = found.get(i).attributes().orElseGet(() -> namespace.lstat(here));
      todo.removeFirst();
      if (attributes.isSymlink()) {
        enter(here);
        return;
      }
      real = here;
    }
  }

  private void enter(FsPath link) {
    if (++links > MAX_LINKS) {
      throw new FsException(
          FsStatus.ELOOP, link + ": more than " + MAX_LINKS + " symbolic links on the way");
    }
    LinkTarget target = namespace.readLink(link);
    if (target.isAbsolute()) {
      real = FsPath.EMPTY;
    }
    List<Optional<Name>> names = split(target.bytes());
    for (int i = names.size() - 1; i >= 0; i--) {
      todo.addFirst(names.get(i));
    }
  }

  private static List<Optional<Name>> split(byte[] target) {
    List<Optional<Name>> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= target.length; i++) {
      if (i == target.length || target[i] == '/') {
        byte[] name = Arrays.copyOfRange(target, start, i);
        if (PlasmaPath.isDots(name)) {
          names.add(Optional.empty());
        } else if (name.length > 0 && !PlasmaPath.isDot(name)) {
          names.add(Optional.of(Name.of(name)));
        }
        start = i + 1;
      }
    }
    return names;
  }
}
