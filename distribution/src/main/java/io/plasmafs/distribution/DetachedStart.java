package io.plasmafs.distribution;

import io.plasmafs.cli.CommandFailure;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Has another process start the cluster and look after it, and waits until that is done.
final class DetachedStart {
  private static final long POLL_MILLIS = 50;

  private final ClusterDirectory directory;
  private final ClusterSettings settings;

  DetachedStart(ClusterDirectory directory, ClusterSettings settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /// Answers the exit code. `arguments` make the other process do the work in its foreground.
  int run(List<String> arguments) throws IOException, InterruptedException {
    directory.create();
    Optional<FileLock> lock = directory.lock();
    if (lock.isEmpty()) {
      System.out.println(UpCommand.alreadyRunning(directory, settings));
      return 0;
    }
    StartReport.clear(directory);
    lock.get().channel().close();
    LogTail tail = LogTail.of(List.of(printed(), directory.logOf(LocalRoles.SUPERVISOR)));
    Process process = launch(arguments);
    String shown = "";
    while (true) {
      boolean alive = process.isAlive();
      StartReport.Stage stage = StartReport.read(directory);
      if (!stage.text().isEmpty() && !stage.text().equals(shown)) {
        shown = stage.text();
        if (stage.kind() != StartReport.Kind.FAILED) {
          System.out.println(shown);
        }
      }
      switch (stage.kind()) {
        case READY -> {
          return 0;
        }
        case FAILED -> throw new CommandFailure(stage.text());
        case STARTING -> {
          if (!alive) {
            String words = tail.text();
            throw new CommandFailure(
                "the start ended early"
                    + (words.isEmpty() ? "" : ": " + words)
                    + "; see "
                    + tail.files());
          }
        }
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private Process launch(List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    // A session of its own, so that closing the terminal does not end the cluster.
    command.add("setsid");
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx48m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dplasma.role=supervisor",
            "-Dplasma.log=" + directory.logOf(LocalRoles.SUPERVISOR),
            "-Dlogback.configurationFile=logback-role.xml",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Plasma.class.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command)
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(printed().toFile()))
        .start();
  }

  private Path printed() {
    return directory.log().resolve(LocalRoles.SUPERVISOR + ".out");
  }
}
