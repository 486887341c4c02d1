package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.cli.text.FileMode;
import io.plasmafs.cli.text.Times;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.LinkTarget;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma stat`.
@Command(name = "stat", description = "Tell all attributes of files.")
final class StatCommand extends UserCommand {
  @Option(
      names = {"-L", "--dereference"},
      description = "Of what a symbolic link leads to.")
  boolean follow;

  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "What to tell of.")
  List<String> paths;

  @Override
  void run(Session session) throws IOException {
    if (json) {
      try (Json array = Json.array(session.out())) {
        session.forEach(
            paths,
            path -> {
              Attributes a = attributes(session, path);
              Optional<LinkTarget> target = target(session, path, a);
              array.object(o -> o.attributes(path, a, target));
            });
      }
    } else {
      session.forEach(paths, path -> show(session, path));
    }
  }

  private Attributes attributes(Session session, FsPath path) {
    return follow ? session.files().stat(path) : session.files().lstat(path);
  }

  private static Optional<LinkTarget> target(Session session, FsPath path, Attributes a) {
    return a.isSymlink() ? Optional.of(session.files().readLink(path)) : Optional.empty();
  }

  private void show(Session session, FsPath path) {
    Attributes a = attributes(session, path);
    Output out = session.out();
    String target =
        target(session, path, a)
            .map(t -> " -> " + (out.isTerminal() ? t.toString() : ByteText.decode(t.bytes())))
            .orElse("");
    Times times = session.console().times();
    out.line("   File: " + out.shown(path) + target);
    out.line(
        "   Type: "
            + typeName(a)
            + "   Size: "
            + a.size()
            + "   Blocks: "
            + a.blocks()
            + "   Replication: "
            + a.replication());
    out.line(
        "   Mode: "
            + FileMode.octal(a.mode())
            + " "
            + FileMode.display(a.type(), a.mode())
            + "   Owner: "
            + a.owner()
            + "   Group: "
            + a.group());
    out.line(
        "  Inode: "
            + a.inode().value()
            + "   Links: "
            + a.nlink()
            + "   Version: "
            + a.version()
            + "   Content: "
            + a.contentVersion());
    out.line(" Modify: " + times.full(a.mtime()));
    out.line(" Change: " + times.full(a.ctime()));
    out.line("  Birth: " + times.full(a.birth()));
  }

  private static String typeName(Attributes a) {
    return switch (a.type()) {
      case REGULAR -> a.size() == 0 ? "regular empty file" : "regular file";
      case DIRECTORY -> "directory";
      case SYMLINK -> "symbolic link";
    };
  }
}
