package io.plasmafs.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientConfigTest {
  @TempDir Path directory;

  @Test
  void portMayBeLeftOut() {
    assertThat(ClientConfig.of("a, b:99,[::1]:5,[::2]").namenodes())
        .containsExactly("a:2727", "b:99", "[::1]:5", "[::2]:2727");
  }

  @Test
  void malformedAddressIsNamed() {
    assertThatThrownBy(() -> ClientConfig.of("host:port"))
        .isInstanceOf(FsException.class)
        .hasMessageContaining("'host:port'");
    assertThatThrownBy(() -> ClientConfig.of("host:70000")).isInstanceOf(FsException.class);
  }

  @Test
  void environmentWinsOverFile() throws IOException {
    Path unused =
        Files.writeString(
            directory.resolve("client.properties"), "namenodes=file:1\ncluster=one\n");
    assertThat(ClientConfig.of(Map.of(), directory).namenodes()).containsExactly("file:1");
    ClientConfig both = ClientConfig.of(Map.of("PLASMA_NAMENODES", "env:2"), directory);
    assertThat(both.namenodes()).containsExactly("env:2");
    assertThat(both.cluster()).isEqualTo("one");
  }

  @Test
  void nothingConfiguredSaysWhatToDo() {
    assertThatThrownBy(() -> ClientConfig.of(Map.of(), directory))
        .isInstanceOf(FsException.class)
        .hasMessageContaining("PLASMA_NAMENODES")
        .hasMessageContaining("client.properties");
  }
}
