package io.plasmafs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterChoiceTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PLASMA_NAMENODES", "environment:1", "PLASMA_CLUSTER", "of-environment");

  @TempDir Path home;

  private final CommonOptions options = new CommonOptions();

  private void describe(String file, String... lines) throws IOException {
    Path path = home.resolve(".plasma").resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, List.of(lines));
  }

  private void assertChosen(Map<String, String> environment, String cluster, String namenode) {
    ClusterChoice choice = ClusterChoice.of(options, environment, home);
    assertThat(choice.config().cluster()).isEqualTo(cluster);
    assertThat(choice.config().namenodes()).containsExactly(namenode);
  }

  @Test
  void optionsThenEnvironmentThenFileThenClusterOfThisMachine() throws IOException {
    assertThatThrownBy(() -> ClusterChoice.of(options, Map.of(), home))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("no cluster is known");
    describe("plasma/cluster.properties", "cluster=of-machine", "namenodes=machine:4");
    assertChosen(Map.of(), "of-machine", "machine:4");
    describe("client.properties", "cluster=of-file", "namenodes=file:3");
    assertChosen(Map.of(), "of-file", "file:3");
    assertChosen(ENVIRONMENT, "of-environment", "environment:1");
    options.namenodes = "option:5";
    assertChosen(ENVIRONMENT, "", "option:5");
  }

  @Test
  void directoryOutranksTheEnvironment() throws IOException {
    describe("other/cluster.properties", "cluster=other", "namenodes=other:6");
    options.dir = home.resolve(".plasma").resolve("other");
    assertChosen(ENVIRONMENT, "other", "other:6");
  }
}
