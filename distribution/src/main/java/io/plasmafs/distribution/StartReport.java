package io.plasmafs.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Tells how a start goes on: to the terminal of who started it, and in a file of the cluster's
/// directory to a `plasma up --detach` that waits in another process.
final class StartReport {
  /// How far a start has come; `text` is what there is to say.
  record Stage(Kind kind, String text) {}

  enum Kind {
    STARTING,
    READY,
    FAILED
  }

  private final Path file;
  private final Consumer<String> terminal;

  StartReport(ClusterDirectory directory, Consumer<String> terminal) {
    this.file = directory.run().resolve("start");
    this.terminal = terminal;
  }

  void progress(String text) {
    terminal.accept(text);
    write(new Stage(Kind.STARTING, text));
  }

  void ready(ClusterSettings settings, ClusterDirectory directory) {
    String text =
        """
        cluster %s is ready
          namenode   %s
          datanodes  %s
          http       %s/v1/fs/
          webdav     %s/dav/%s
        Try:
          ./plasma put README.md /hello
          ./plasma ls -l /
          ./plasma cat /hello\
        """
            .formatted(
                settings.name(),
                settings.namenodeAddress(),
                datanodes(settings),
                settings.httpAddress(),
                settings.httpAddress(),
                stopped(settings, directory));
    terminal.accept(text);
    write(new Stage(Kind.READY, text));
  }

  private static String datanodes(ClusterSettings settings) {
    StringBuilder out = new StringBuilder("127.0.0.1:" + settings.datanodePort(1));
    if (settings.datanodes() > 1) {
      out.append(" to ").append(settings.datanodePort(settings.datanodes()));
    }
    return out.toString();
  }

  private static String stopped(ClusterSettings settings, ClusterDirectory directory) {
    List<String> names =
        IntStream.rangeClosed(1, settings.datanodes())
            .mapToObj(LocalRoles::datanodeName)
            .filter(directory::isStopped)
            .toList();
    return names.isEmpty()
        ? ""
        : "\n  stopped    " + String.join(" ", names) + ", until plasma start";
  }

  /// The caller shows the failure itself.
  void failed(String text) {
    write(new Stage(Kind.FAILED, text));
  }

  private void write(Stage stage) {
    try {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.writeString(fresh, stage.kind() + "\n" + stage.text());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How far the start has come that writes to this directory.
  static Stage read(ClusterDirectory directory) {
    try {
      String text = Files.readString(directory.run().resolve("start"));
      int end = text.indexOf('\n');
      return new Stage(Kind.valueOf(text.substring(0, end)), text.substring(end + 1));
    } catch (NoSuchFileException e) {
      return new Stage(Kind.STARTING, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Forgets the start before.
  static void clear(ClusterDirectory directory) {
    try {
      Files.deleteIfExists(directory.run().resolve("start"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
