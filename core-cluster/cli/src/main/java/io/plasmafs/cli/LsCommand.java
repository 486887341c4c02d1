package io.plasmafs.cli;

import io.plasmafs.cli.text.FileMode;
import io.plasmafs.cli.text.Table;
import io.plasmafs.cli.text.Times;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.LinkTarget;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma ls`.
@Command(name = "ls", description = "List directories.")
final class LsCommand extends UserCommand {
  @Option(names = "-l", description = "Mode, links, owner, group, size and time as well.")
  boolean longFormat;

  @Option(names = "-R", description = "All directories below as well.")
  boolean recursive;

  @Option(names = "-a", description = "Names that begin with a dot as well.")
  boolean all;

  @Option(names = "-d", description = "The directories themselves, not what they hold.")
  boolean directories;

  @Option(names = "-i", description = "Inode numbers as well.")
  boolean inodes;

  @Option(names = "-1", description = "One name a line.")
  boolean single;

  @Option(names = "-h", description = "Sizes for people: 1.2K, 34M.")
  boolean human;

  @Option(names = "-t", description = "Newest first.")
  boolean byTime;

  @Option(names = "-S", description = "Largest first.")
  boolean bySize;

  @Option(names = "-r", description = "The other way round.")
  boolean reverse;

  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "PATH", description = "What to list. Default: /")
  List<String> paths = List.of("/");

  /// An object to show.
  private record Item(FsPath path, String shown, Attributes attributes) {}

  @Override
  void run(Session session) throws IOException {
    if (json) {
      try (Json array = Json.array(session.out())) {
        new Listing(session, Optional.of(array)).run();
      }
    } else {
      new Listing(session, Optional.empty()).run();
    }
  }

  private final class Listing {
    private final Session session;
    private final Output out;
    private final Optional<Json> array;
    private final Times times;
    private boolean anythingShown;

    Listing(Session session, Optional<Json> array) {
      this.session = session;
      this.out = session.out();
      this.array = array;
      this.times = session.console().times();
    }

    void run() throws IOException {
      List<Item> files = new ArrayList<>();
      List<Item> toEnter = new ArrayList<>();
      session.forEach(
          paths,
          path -> {
            Item item = new Item(path, out.shown(path), session.files().lstat(path));
            Item target = followed(item);
            if (target.attributes().isDirectory() && !directories) {
              toEnter.add(target);
            } else {
              files.add(item);
            }
          });
      show(sorted(files));
      boolean headings = recursive || files.size() + toEnter.size() > 1 || session.exitCode() != 0;
      for (Item directory : sorted(toEnter)) {
        enter(directory, headings);
      }
    }

    /// With -l a link is shown, else what it leads to: as `ls` has it.
    private Item followed(Item item) {
      if (!item.attributes().isSymlink() || longFormat || directories) {
        return item;
      }
      try {
        return new Item(item.path(), item.shown(), session.files().stat(item.path()));
      } catch (FsException e) {
        if (e.status() == FsStatus.ENOENT || e.status() == FsStatus.ELOOP) {
          return item;
        }
        throw e;
      }
    }

    private void enter(Item directory, boolean heading) throws IOException {
      if (heading && array.isEmpty()) {
        if (anythingShown) {
          out.line("");
        }
        out.line(directory.shown() + ":");
        anythingShown = true;
      }
      List<Item> items = new ArrayList<>();
      session.attempt(
          directory.shown(),
          () -> {
            Directories.forEach(
                session.files(),
                directory.attributes().inode(),
                entry -> {
                  boolean hidden = entry.name().bytes()[0] == '.';
                  if ((all || !hidden) && entry.attributes().isPresent()) {
                    items.add(
                        new Item(
                            directory.path().resolve(entry.name()),
                            out.shown(entry.name()),
                            entry.attributes().get()));
                  }
                });
            show(sorted(items));
          });
      if (recursive) {
        for (Item item : sorted(items)) {
          if (item.attributes().isDirectory()) {
            enter(item, true);
          }
        }
      }
    }

    /// Entries come in the order of their names' bytes, and sorting keeps that among equals.
    private List<Item> sorted(List<Item> items) {
      List<Item> sorted = new ArrayList<>(items);
      if (bySize) {
        sorted.sort(Comparator.comparingLong((Item i) -> i.attributes().size()).reversed());
      } else if (byTime) {
        sorted.sort(Comparator.comparing((Item i) -> i.attributes().mtime()).reversed());
      }
      return reverse ? sorted.reversed() : sorted;
    }

    private void show(List<Item> items) throws IOException {
      if (array.isPresent()) {
        for (Item item : items) {
          Optional<LinkTarget> target = target(item);
          array.get().object(o -> o.attributes(item.path(), item.attributes(), target));
        }
      } else if (longFormat) {
        showLong(items);
      } else {
        List<String> names = new ArrayList<>();
        for (Item item : items) {
          names.add(inodes ? item.attributes().inode().value() + " " + item.shown() : item.shown());
        }
        boolean columns = out.isTerminal() && !single;
        (columns ? Table.columns(names, Terminal.width()) : names).forEach(out::line);
      }
      anythingShown |= !items.isEmpty();
    }

    private void showLong(List<Item> items) {
      Table table =
          new Table(
              Table.Align.RIGHT,
              Table.Align.LEFT,
              Table.Align.RIGHT,
              Table.Align.LEFT,
              Table.Align.LEFT,
              Table.Align.RIGHT,
              Table.Align.LEFT,
              Table.Align.LEFT);
      for (Item item : items) {
        Attributes a = item.attributes();
        String target = target(item).map(t -> " -> " + shown(t)).orElse("");
        table.row(
            inodes ? Long.toString(a.inode().value()) : "",
            FileMode.display(a.type(), a.mode()),
            Integer.toString(a.nlink()),
            a.owner(),
            a.group(),
            human ? ByteSize.display(a.size()) : Long.toString(a.size()),
            times.brief(a.mtime()),
            item.shown() + target);
      }
      for (String line : table.lines()) {
        out.line(inodes ? line : line.substring(1));
      }
    }

    private String shown(LinkTarget target) {
      return out.isTerminal()
          ? target.toString()
          : io.plasmafs.cli.text.ByteText.decode(target.bytes());
    }

    private Optional<LinkTarget> target(Item item) {
      if (!item.attributes().isSymlink()) {
        return Optional.empty();
      }
      try {
        return Optional.of(session.files().readLink(item.path()));
      } catch (FsException e) {
        // Gone or replaced since it was listed.
        return Optional.empty();
      }
    }
  }
}
