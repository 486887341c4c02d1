package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The conformance suites of litmus, all of them, without a failure or a warning.
class LitmusTest {
  private static Doors doors;

  @TempDir Path directory;

  @BeforeAll
  static void open() throws Exception {
    Program.assumeInstalled("litmus");
    doors = Doors.open();
  }

  @AfterAll
  static void close() throws Exception {
    if (doors != null) {
      doors.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"basic", "copymove", "props", "locks", "http"})
  void suiteIsPassedWithoutWarning(String suite) {
    String output =
        Program.run(
                directory,
                Duration.ofMinutes(2),
                "env",
                "TESTS=" + suite,
                "litmus",
                doors.url() + "/")
            .output();

    assertThat(output).contains("100.0%").doesNotContain("FAIL").doesNotContain("WARNING");
  }
}
