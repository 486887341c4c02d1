package io.plasmafs.http.archives;

import io.plasmafs.http.exchange.Problem;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Name;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Names in archives: relative, and not leading out of the place that is unpacked to.
final class EntryName {
  private EntryName() {}

  /// The path of an entry below the target; empty for the target itself.
  ///
  /// @throws Problem 400 if it is absolute or leads out
  static FsPath parse(String text) {
    if (text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw refused(text, "relative names are expected");
    }
    List<Name> names = new ArrayList<>();
    for (String segment : text.split("/", -1)) {
      if (segment.equals("..")) {
        throw refused(text, "it leads out of the target");
      }
      if (!segment.isEmpty() && !segment.equals(".")) {
        try {
          names.add(Name.of(segment.getBytes(StandardCharsets.UTF_8)));
        } catch (FsException e) {
          throw refused(text, String.valueOf(e.getMessage()));
        }
      }
    }
    return new FsPath(names);
  }

  /// Checks the target of a symbolic link: relative, and not leading out.
  ///
  /// @param link the path of the link below the target
  static void checkTarget(FsPath link, String target) {
    if (target.isEmpty() || target.startsWith("/")) {
      throw refused(link.toString(), "its target is not relative");
    }
    int depth = link.names().size() - 1;
    for (String segment : target.split("/", -1)) {
      if (segment.equals("..")) {
        depth--;
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        throw refused(link.toString(), "its target " + target + " leads out");
      }
    }
  }

  private static Problem refused(String name, String why) {
    return Problem.of(
        400, "archive-entry", "an entry of the archive is refused", "entry '" + name + "': " + why);
  }
}
