package io.plasmafs.cli;

import io.plasmafs.model.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/// Runs command lines as a shell would, and keeps what they write.
final class TestConsole {
  private final Path home;
  private final Map<String, String> environment;
  private final boolean terminal;

  TestConsole(Path home) {
    this(home, Map.of(), false);
  }

  TestConsole(Path home, Map<String, String> environment, boolean terminal) {
    this.home = home;
    this.environment = environment;
    this.terminal = terminal;
  }

  /// What came of a command line.
  record Result(int exitCode, Bytes outBytes, String err) {
    String out() {
      return new String(outBytes.unsafeArray(), StandardCharsets.UTF_8);
    }
  }

  Result run(String... args) {
    return runWithInput(new byte[0], args);
  }

  Result runWithInput(byte[] input, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Console console =
        new Console(
            new ByteArrayInputStream(input),
            new Output(out, terminal),
            new Output(err, false),
            environment,
            home);
    int exitCode = PlasmaCommand.run(console, args);
    return new Result(
        exitCode, Bytes.wrap(out.toByteArray()), err.toString(StandardCharsets.UTF_8));
  }
}
