package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Programs of this machine that tests run: real clients of the protocol.
///
/// A test is skipped where its program is missing, and says so; unless the environment variable
/// `PLASMA_TEST_PROGRAMS` names it, as that of the continuous integration does: then it fails.
final class Program {
  private Program() {}

  /// What a program came to.
  record Result(int status, String output) {
    /// @return the output
    String succeeded() {
      if (status != 0) {
        fail("status " + status + ":\n" + output);
      }
      return output;
    }
  }

  /// Skips the test if a program is not installed.
  static void assumeInstalled(String name) {
    if (find(name).isEmpty()) {
      missing(name, name + " is not installed");
    }
  }

  /// Skips the test, or fails it if the program is required.
  static void missing(String name, String why) {
    String required = Optional.ofNullable(System.getenv("PLASMA_TEST_PROGRAMS")).orElse("");
    if (List.of(required.split(",")).contains(name)) {
      fail(why + ", but PLASMA_TEST_PROGRAMS requires " + name);
    }
    System.out.println("skipped: " + why);
    Assumptions.abort(why);
  }

  private static Optional<Path> find(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream((path + File.pathSeparator + "/usr/sbin:/sbin").split(File.pathSeparator))
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Runs a program to its end.
  ///
  /// @param directory where it works
  static Result run(Path directory, Duration limit, String... command) {
    try {
      Path output = Files.createTempFile("output", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly().waitFor();
          fail(
              "%s did not end within %s:\n%s",
              List.of(command), limit, Files.readString(output, StandardCharsets.ISO_8859_1));
        }
        return new Result(
            process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new AssertionError(List.of(command).toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
