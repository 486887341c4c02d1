import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// Checks or settles the layout of every Java source file of the project with google-java-format.
///
/// The build runs this file with the JDK that also compiles the sources, because the formatter uses
/// the parser of the JDK it runs on, and that of the JDK running Maven may be too old.
///
/// Arguments: `check` or `apply`, and the root directory. Exits with 1 if a checked file differs.
final class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    int options = arguments.size();
    for (Path source : sources(root)) {
      arguments.add(source.toString());
    }
    if (arguments.size() == options) {
      throw new IllegalStateException("no Java source file under " + root);
    }
    var out = new StringWriter();
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int exit =
        new Main(new PrintWriter(out), err, System.in).format(arguments.toArray(String[]::new));
    if (exit != 0) {
      err.println("These files are not laid out as google-java-format does, or do not parse:");
      out.toString().lines().map(f -> "  " + root.relativize(Path.of(f))).forEach(err::println);
      err.println("To settle their layout, run in " + root + ":  mvn -q -N -Pformat");
    }
    err.flush();
    System.exit(exit);
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            String name = dir.getFileName().toString();
            boolean ours = dir.equals(root) || !(name.equals("target") || name.startsWith("."));
            return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }
}
