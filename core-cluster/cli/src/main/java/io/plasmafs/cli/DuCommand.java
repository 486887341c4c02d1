package io.plasmafs.cli;

import io.plasmafs.client.TreeEntry;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.InodeId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma du`: a file of several names counts once.
@Command(
    name = "du",
    description = {
      "Sum up the space that files take, in KiB.",
      "It is that of one copy of their blocks; files stored with the metadata count their bytes."
    })
final class DuCommand extends UserCommand {
  @Option(names = "-s", description = "Only the sum of each PATH.")
  boolean summarize;

  @Option(names = "-a", description = "Files as well as directories.")
  boolean all;

  @Option(names = "-h", description = "Sizes for people: 1.2K, 34M.")
  boolean human;

  @Option(
      names = {"-b", "--bytes"},
      description = "The lengths of files, in bytes.")
  boolean bytes;

  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "PATH", description = "What to sum up. Default: /")
  List<String> paths = List.of("/");

  /// A directory whose sum is still growing.
  private static final class Sum {
    final FsPath path;
    final int depth;
    long size;
    long occupied;
    long files;
    long directories;

    Sum(FsPath path, int depth) {
      this.path = path;
      this.depth = depth;
    }

    void add(Sum below) {
      size += below.size;
      occupied += below.occupied;
      files += below.files;
      directories += below.directories;
    }
  }

  @Override
  void check() {
    if (summarize && all) {
      throw misuse("-s and -a contradict each other");
    }
  }

  @Override
  void run(Session session) throws IOException {
    if (json) {
      try (Json array = Json.array(session.out())) {
        session.forEach(paths, path -> sum(session, path, Optional.of(array)));
      }
    } else {
      session.forEach(paths, path -> sum(session, path, Optional.empty()));
    }
  }

  private void sum(Session session, FsPath path, Optional<Json> array) throws IOException {
    int blockSize = session.client().cluster().blockSize();
    Set<InodeId> counted = new HashSet<>();
    Deque<Sum> open = new ArrayDeque<>();
    try (Stream<TreeEntry> walk = session.files().walk(path)) {
      for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
        TreeEntry entry = i.next();
        finish(session, open, entry.depth(), array);
        Sum sum = new Sum(entry.path(), entry.depth());
        count(sum, entry.attributes(), blockSize, counted);
        open.addLast(sum);
      }
    }
    finish(session, open, 0, array);
  }

  private static void count(Sum sum, Attributes a, int blockSize, Set<InodeId> counted) {
    if (a.isDirectory()) {
      sum.directories = 1;
    } else if (a.nlink() < 2 || counted.add(a.inode())) {
      sum.files = 1;
      sum.size = a.size();
      sum.occupied = a.blocks() > 0 ? a.blocks() * blockSize : Math.min(a.size(), blockSize);
    }
  }

  /// Ends all that is not above an object of this depth: adds it to what is above, and tells it.
  private void finish(Session session, Deque<Sum> open, int depth, Optional<Json> array)
      throws IOException {
    while (!open.isEmpty() && open.getLast().depth >= depth) {
      Sum sum = open.removeLast();
      if (!open.isEmpty()) {
        open.getLast().add(sum);
      }
      boolean wanted = sum.depth == 0 || (!summarize && (all || sum.directories > 0));
      if (wanted) {
        tell(session, sum, array);
      }
    }
  }

  private void tell(Session session, Sum sum, Optional<Json> array) throws IOException {
    if (array.isPresent()) {
      array
          .get()
          .object(o -> {
            o.path("path", sum.path);
            o.field("bytes", sum.size);
            o.field("occupied", sum.occupied);
            o.field("files", sum.files);
            o.field("directories", sum.directories);
          });
      return;
    }
    long size = bytes ? sum.size : sum.occupied;
    String shown =
        human ? ByteSize.display(size) : Long.toString(bytes ? size : (size + 1023) / 1024);
    session.out().line(shown + "\t" + session.out().shown(sum.path));
  }
}
