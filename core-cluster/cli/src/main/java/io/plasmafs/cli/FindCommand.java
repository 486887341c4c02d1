package io.plasmafs.cli;

import io.plasmafs.cli.text.ByteText;
import io.plasmafs.cli.text.Glob;
import io.plasmafs.client.TreeEntry;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `plasma find`: all tests given must hold.
@Command(name = "find", description = "Find files below directories. All tests given must hold.")
final class FindCommand extends UserCommand {
  private static final Pattern NUMBER = Pattern.compile("([+-]?)(\\d{1,15})([bckMGwT]?)");

  @Option(names = "-name", paramLabel = "PATTERN", description = "The last name matches.")
  @Nullable String name;

  @Option(names = "-type", paramLabel = "f|d|l", description = "File, directory, symbolic link.")
  @Nullable String type;

  @Option(
      names = "-size",
      paramLabel = "N",
      description = "N units of 512 bytes, or with c, k, M, G bytes and more; +N: more, -N: less.")
  @Nullable String size;

  @Option(names = "-newer", paramLabel = "FILE", description = "Changed after this file.")
  @Nullable String newer;

  @Option(names = "-mtime", paramLabel = "N", description = "Changed N days ago; +N, -N as above.")
  @Nullable String modified;

  @Option(names = "-empty", description = "Files without bytes, directories without entries.")
  boolean empty;

  @Option(names = "-user", paramLabel = "NAME", description = "Owned by this user.")
  @Nullable String user;

  @Option(names = "-mindepth", paramLabel = "N", description = "At least N levels down.")
  int minDepth;

  @Option(names = "-maxdepth", paramLabel = "N", description = "At most N levels down.")
  int maxDepth = Integer.MAX_VALUE;

  @Option(names = "-print0", description = "End each path by a NUL byte, not a new line.")
  boolean nul;

  @Option(names = "--json", description = "An array of objects, for programs.")
  boolean json;

  @Parameters(paramLabel = "PATH", description = "Where to begin. Default: /")
  List<String> paths = List.of("/");

  @Override
  void check() {
    if (type != null && !type.matches("[fdl]")) {
      throw misuse("-type " + type + ": f, d or l is expected");
    }
    if (json && nul) {
      throw misuse("--json and -print0 contradict each other");
    }
    for (String number : new String[] {size, modified}) {
      if (number != null && !NUMBER.matcher(number).matches()) {
        throw misuse("'" + number + "' is no number such as 5, +10 or -64k");
      }
    }
  }

  @Override
  void run(Session session) throws IOException {
    Predicate<TreeEntry> test = test(session);
    if (json) {
      try (Json array = Json.array(session.out())) {
        session.forEach(paths, path -> find(session, path, test, Optional.of(array)));
      }
    } else {
      session.forEach(paths, path -> find(session, path, test, Optional.empty()));
    }
  }

  private void find(Session session, FsPath start, Predicate<TreeEntry> test, Optional<Json> array)
      throws IOException {
    // A walk goes all the way down; with a limit it is better not to read what is deeper.
    if (maxDepth == Integer.MAX_VALUE) {
      try (Stream<TreeEntry> walk = session.files().walk(start)) {
        for (Iterator<TreeEntry> i = walk.iterator(); i.hasNext(); ) {
          tell(session, i.next(), test, array);
        }
      }
    } else {
      descend(session, new TreeEntry(start, session.files().lstat(start), 0), test, array);
    }
  }

  private void descend(
      Session session, TreeEntry entry, Predicate<TreeEntry> test, Optional<Json> array)
      throws IOException {
    tell(session, entry, test, array);
    if (!entry.attributes().isDirectory() || entry.depth() >= maxDepth) {
      return;
    }
    List<TreeEntry> below = new ArrayList<>();
    Directories.forEach(
        session.files(),
        entry.attributes().inode(),
        found ->
            found
                .attributes()
                .ifPresent(a ->
                    below.add(
                        new TreeEntry(entry.path().resolve(found.name()), a, entry.depth() + 1))));
    for (TreeEntry one : below) {
      descend(session, one, test, array);
    }
  }

  private void tell(
      Session session, TreeEntry entry, Predicate<TreeEntry> test, Optional<Json> array)
      throws IOException {
    if (entry.depth() < minDepth || !test.test(entry)) {
      return;
    }
    Output out = session.out();
    if (array.isPresent()) {
      array.get().object(o -> o.attributes(entry.path(), entry.attributes(), Optional.empty()));
    } else if (nul) {
      out.text("/" + ByteText.decode(entry.path().bytes()));
      out.write(0);
    } else {
      out.line(out.shown(entry.path()));
    }
  }

  private Predicate<TreeEntry> test(Session session) {
    Predicate<TreeEntry> test = entry -> true;
    if (name != null) {
      Glob glob = new Glob(name);
      test =
          test.and(e ->
              glob.matchesAnyDot(
                  e.path().isEmpty() ? "/" : ByteText.decode(e.path().last().bytes())));
    }
    if (type != null) {
      char wanted = type.charAt(0);
      test = test.and(e -> typeLetter(e.attributes()) == wanted);
    }
    if (size != null) {
      Predicate<Long> fits = sizeTest(size);
      test = test.and(e -> fits.test(e.attributes().size()));
    }
    if (modified != null) {
      test = test.and(ageTest(modified, session.console().times().now()));
    }
    if (newer != null) {
      Instant than = session.files().stat(session.single(newer)).mtime();
      test = test.and(e -> e.attributes().mtime().isAfter(than));
    }
    if (user != null) {
      String wanted = user;
      test = test.and(e -> e.attributes().owner().equals(wanted));
    }
    if (empty) {
      test = test.and(e -> !e.attributes().isSymlink() && e.attributes().size() == 0);
    }
    return test;
  }

  private static char typeLetter(Attributes attributes) {
    return switch (attributes.type()) {
      case REGULAR -> 'f';
      case DIRECTORY -> 'd';
      case SYMLINK -> 'l';
    };
  }

  /// As find(1): sizes are rounded up to whole units before they are compared.
  static Predicate<Long> sizeTest(String text) {
    Matcher m = NUMBER.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no size");
    }
    long wanted = Long.parseLong(m.group(2));
    long unit =
        switch (m.group(3)) {
          case "c" -> 1L;
          case "w" -> 2L;
          case "k" -> 1L << 10;
          case "M" -> 1L << 20;
          case "G" -> 1L << 30;
          case "T" -> 1L << 40;
          default -> 512L;
        };
    String sign = m.group(1);
    return size -> compares(sign, Math.ceilDiv(size, unit), wanted);
  }

  private static Predicate<TreeEntry> ageTest(String text, Instant now) {
    Matcher m = NUMBER.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("'" + text + "' is no number of days");
    }
    String sign = m.group(1);
    long wanted = Long.parseLong(m.group(2));
    return e -> compares(sign, Duration.between(e.attributes().mtime(), now).toDays(), wanted);
  }

  private static boolean compares(String sign, long found, long wanted) {
    return switch (sign) {
      case "+" -> found > wanted;
      case "-" -> found < wanted;
      default -> found == wanted;
    };
  }
}
