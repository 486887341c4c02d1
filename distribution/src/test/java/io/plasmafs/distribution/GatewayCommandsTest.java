package io.plasmafs.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayCommandsTest {

  @ParameterizedTest
  @ValueSource(strings = {"http", "webdav"})
  void gatewayLooksForTheClusterThatTheEnvironmentNames(String command) throws Exception {
    // Nobody listens at port 1.
    PlasmaCommandLine.Result result =
        PlasmaCommandLine.run(
            Map.of("PLASMA_NAMENODES", "127.0.0.1:1"),
            List.of(command, "--listen", "127.0.0.1:0", "--set", "patience-seconds=1"));
    assertThat(result.exit()).isNotZero();
    assertThat(result.err()).contains("no coordinator").contains("127.0.0.1:1");
  }
}
