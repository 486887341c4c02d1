package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.testkit.TestCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs command lines at a cluster.
final class ClusterConsole {
  private final TestConsole console;
  private final TestCluster cluster;

  ClusterConsole(Path home, TestCluster cluster) {
    this.console = new TestConsole(home);
    this.cluster = cluster;
  }

  TestConsole.Result run(String... words) {
    return runWithInput("", words);
  }

  TestConsole.Result runWithInput(String input, String... words) {
    List<String> all = new ArrayList<>(List.of("--namenodes", cluster.namenodes()));
    all.addAll(List.of(words));
    return console.runWithInput(input.getBytes(StandardCharsets.UTF_8), all.toArray(String[]::new));
  }

  /// What a command says that succeeds.
  String done(String... words) {
    return succeeded(run(words));
  }

  static String succeeded(TestConsole.Result result) {
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return result.out().strip();
  }

  void assertRefused(String message, String... words) {
    assertRefused(message, run(words));
  }

  static void assertRefused(String message, TestConsole.Result result) {
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("plasma: ").contains(message);
    assertThat(result.err().lines()).hasSize(1);
  }
}
