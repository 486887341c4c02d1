package io.plasmafs.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Runs the `plasma` command in processes of its own, as a person would, on one cluster directory.
final class PlasmaCommandLine {
  private static final long LIMIT_SECONDS = 240;

  private final Path directory;
  private final int portOffset;

  /// What a command said and how it ended.
  record Result(int exit, String out, String err) {
    /// Fails the test unless the command succeeded.
    Result succeeded() {
      if (exit != 0) {
        throw new AssertionError("exit code " + exit + "\n" + out + "\n" + err);
      }
      return this;
    }
  }

  PlasmaCommandLine(Path directory, int portOffset) {
    this.directory = directory;
    this.portOffset = portOffset;
  }

  Path directory() {
    return directory;
  }

  int portOffset() {
    return portOffset;
  }

  /// Starts a small cluster in the background; `more` are options beside those that say where.
  Result up(String... more) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "up",
                "--detach",
                "--dir",
                directory.toString(),
                "--port-offset",
                Integer.toString(portOffset)));
    arguments.addAll(List.of(more));
    return run(arguments);
  }

  Result down() throws IOException, InterruptedException {
    return run(List.of("down", "--dir", directory.toString()));
  }

  /// Runs a user's command on the cluster.
  Result plasma(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(1, "--dir");
    all.add(2, directory.toString());
    return run(all);
  }

  static Result run(List<String> arguments) throws IOException, InterruptedException {
    return run(Map.of(), arguments);
  }

  /// Runs a command in this process's environment and `environment`.
  static Result run(Map<String, String> environment, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            Plasma.class.getName()));
    command.addAll(arguments);
    Path out = Files.createTempFile("plasma", ".out");
    Path err = Files.createTempFile("plasma", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(
            "plasma "
                + arguments
                + " does not end\n"
                + Files.readString(out, StandardCharsets.ISO_8859_1));
      }
      return new Result(
          process.exitValue(),
          Files.readString(out, StandardCharsets.ISO_8859_1),
          Files.readString(err, StandardCharsets.ISO_8859_1));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /// The processes of the cluster by name: `supervisor`, `postgres`, `namenode-1`, `datanode-1` …
  Map<String, ProcessHandle> processes() throws IOException {
    Map<String, ProcessHandle> found = new TreeMap<>();
    ClusterDirectory cluster = new ClusterDirectory(directory);
    try (var files = Files.newDirectoryStream(cluster.run(), "*.pid")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".pid", "");
        cluster.processOf(name).ifPresent(process -> found.put(name, process));
      }
    }
    return found;
  }

  /// The process of this name.
  ProcessHandle process(String name) throws IOException {
    ProcessHandle found = processes().get(name);
    if (found == null) {
      throw new AssertionError(name + " is not running; these are: " + processes().keySet());
    }
    return found;
  }

  /// Changes tables of the namenode behind its back.
  void sql(String statement) throws IOException, SQLException {
    Properties namenode = new Properties();
    Path file = directory.resolve("namenode-1").resolve("configuration");
    try (var in = Files.newInputStream(file)) {
      namenode.load(in);
    }
    String password =
        Files.readString(Path.of(namenode.getProperty("database-password-file"))).strip();
    try (Connection connection =
            DriverManager.getConnection(
                namenode.getProperty("database-url"),
                namenode.getProperty("database-user"),
                password);
        Statement made = connection.createStatement()) {
      made.executeUpdate(statement);
    }
  }

  /// Kills a process the way a crash would, and waits until it is gone.
  static void kill(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().join();
  }
}
