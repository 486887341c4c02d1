package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.cli.text.Glob;
import io.plasmafs.client.Namespace;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Name;
import java.util.ArrayList;
import java.util.List;

/// Makes paths in the cluster of what a user types. There is no current directory: paths start at
/// the root, with or without a slash. `.` and `..` are resolved in the text, before any symbolic
/// link is looked at.
final class ClusterPath {
  private ClusterPath() {}

  /// The path as it is spelled.
  static FsPath parse(String argument) {
    FsPath path = FsPath.EMPTY;
    for (String component : components(argument)) {
      path = step(path, component);
    }
    return path;
  }

  /// Whether the spelling says that a directory is meant: a slash behind, or dots.
  static boolean meansDirectory(String argument) {
    return argument.endsWith("/")
        || argument.equals(".")
        || argument.equals("..")
        || argument.endsWith("/.")
        || argument.endsWith("/..");
  }

  /// The paths that match, in the order of the bytes of their names; if none does, the path as it
  /// is spelled.
  static List<FsPath> expand(String argument, Namespace files) {
    List<String> components = components(argument);
    List<FsPath> found = List.of(FsPath.EMPTY);
    boolean patternSeen = false;
    boolean toBeChecked = false;
    for (int i = 0; i < components.size(); i++) {
      String component = components.get(i);
      List<FsPath> next = new ArrayList<>();
      if (Glob.isPattern(component)) {
        patternSeen = true;
        toBeChecked = false;
        for (FsPath directory : found) {
          next.addAll(matches(directory, new Glob(component), files));
        }
      } else {
        toBeChecked = patternSeen;
        for (FsPath directory : found) {
          next.add(step(directory, Glob.unescape(component)));
        }
      }
      found = next;
    }
    if (toBeChecked) {
      found = found.stream().filter(path -> files.find(path).isPresent()).toList();
    }
    return found.isEmpty() ? List.of(parse(Glob.unescape(argument))) : found;
  }

  private static List<FsPath> matches(FsPath directory, Glob glob, Namespace files) {
    List<FsPath> found = new ArrayList<>();
    try {
      Directories.forEach(
          files,
          directory,
          entry -> {
            if (glob.matches(ByteText.decode(entry.name().bytes()))) {
              found.add(directory.resolve(entry.name()));
            }
          });
    } catch (FsException e) {
      boolean nothingToMatch =
          e.status() == FsStatus.ENOENT
              || e.status() == FsStatus.ENOTDIR
              || e.status() == FsStatus.EACCES
              || e.status() == FsStatus.ESTALE;
      if (!nothingToMatch) {
        throw e;
      }
    }
    return found;
  }

  private static List<String> components(String argument) {
    List<String> components = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= argument.length(); i++) {
      if (i == argument.length() || argument.charAt(i) == '/') {
        if (i > start) {
          components.add(argument.substring(start, i));
        }
        start = i + 1;
      }
    }
    return components;
  }

  private static FsPath step(FsPath from, String component) {
    return switch (component) {
      case "." -> from;
      case ".." -> from.isEmpty() ? from : from.parent();
      default -> from.resolve(Name.of(ByteText.encode(component)));
    };
  }
}
