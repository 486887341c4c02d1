package io.plasmafs.cli;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma tree`.
@Command(name = "tree", description = "Draw directories and all below them.")
final class TreeCommand extends UserCommand {
  @Option(names = "-a", description = "Names that begin with a dot as well.")
  boolean all;

  @Option(names = "-d", description = "Directories only.")
  boolean directories;

  @Option(names = "-L", paramLabel = "DEPTH", description = "Go so many levels down.")
  int depth = Integer.MAX_VALUE;

  @Option(names = "-s", description = "Sizes of files as well.")
  boolean sizes;

  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "PATH", description = "Where to begin. Default: /")
  List<String> paths = List.of("/");

  private long directoriesSeen;
  private long filesSeen;

  @Override
  void check() {
    if (depth < 1) {
      throw misuse("-L " + depth + ": at least one level is needed");
    }
  }

  @Override
  void run(Session session) throws IOException {
    if (json) {
      try (Json array = Json.array(session.out())) {
        session.forEach(paths, path -> write(session, array, path));
      }
      return;
    }
    session.forEach(
        paths,
        path -> {
          Attributes attributes = session.files().stat(path);
          session.out().line(session.out().shown(path));
          if (attributes.isDirectory()) {
            draw(session, path, attributes, "", 1);
          }
        });
    session.out().line("");
    session
        .out()
        .line(
            Counts.of(directoriesSeen, "directory", "directories")
                + (directories ? "" : ", " + Counts.of(filesSeen, "file", "files")));
  }

  private void write(Session session, Json array, FsPath path) throws IOException {
    Attributes attributes = session.files().stat(path);
    array.object(o -> o.attributes(path, attributes, Optional.empty()));
    if (attributes.isDirectory()) {
      writeBelow(session, array, path, attributes, 1);
    }
  }

  private void writeBelow(
      Session session, Json array, FsPath path, Attributes attributes, int level)
      throws IOException {
    for (Outcome.Entry entry : entries(session, attributes)) {
      Attributes a = entry.attributes().orElseThrow();
      FsPath below = path.resolve(entry.name());
      array.object(o ->
          o.attributes(
              below,
              a,
              a.isSymlink() ? Optional.of(session.files().readLink(below)) : Optional.empty()));
      if (a.isDirectory() && level < depth) {
        writeBelow(session, array, below, a, level + 1);
      }
    }
  }

  private List<Outcome.Entry> entries(Session session, Attributes directory) {
    List<Outcome.Entry> entries = new ArrayList<>();
    Directories.forEach(
        session.files(),
        directory.inode(),
        entry -> {
          boolean wanted = all || entry.name().bytes()[0] != '.';
          if (wanted
              && entry.attributes().isPresent()
              && (!directories || entry.attributes().get().isDirectory())) {
            entries.add(entry);
          }
        });
    return entries;
  }

  private void draw(Session session, FsPath path, Attributes directory, String indent, int level)
      throws IOException {
    List<Outcome.Entry> entries = entries(session, directory);
    for (int i = 0; i < entries.size(); i++) {
      boolean last = i == entries.size() - 1;
      Outcome.Entry entry = entries.get(i);
      Attributes a = entry.attributes().orElseThrow();
      FsPath below = path.resolve(entry.name());
      String name = session.out().shown(entry.name());
      if (a.isSymlink()) {
        name += " -> " + session.files().readLink(below);
      } else if (sizes && a.isRegular()) {
        name = "[" + ByteSize.display(a.size()) + "] " + name;
      }
      session.out().line(indent + (last ? "└── " : "├── ") + name);
      if (!a.isDirectory()) {
        filesSeen++;
        continue;
      }
      directoriesSeen++;
      if (level < depth) {
        session.attempt(
            session.out().shown(below),
            () -> draw(session, below, a, indent + (last ? "    " : "│   "), level + 1));
      }
    }
  }
}
