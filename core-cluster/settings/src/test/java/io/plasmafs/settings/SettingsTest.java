package io.plasmafs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {
  private static Settings of(String... arguments) {
    try {
      return Settings.of(Settings.ofArguments(arguments), Set.of("a", "b"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void argumentsGoOverTheFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("config"), "a = 1\nb = file\n");

    Properties read = Settings.ofArguments(new String[] {"--b=argument", "--config", file + ""});

    assertThat(read).containsEntry("a", "1").containsEntry("b", "argument");
    assertThat(Settings.ofArguments(new String[] {"--config=" + file})).containsEntry("b", "file");
  }

  @Test
  void fileThatCannotBeReadIsNamed(@TempDir Path directory) throws IOException {
    Path missing = directory.resolve("missing");
    Path broken = Files.writeString(directory.resolve("broken"), "a=\\u12");

    for (Path file : new Path[] {missing, broken}) {
      assertThatThrownBy(() -> Settings.ofArguments(new String[] {"--config", file.toString()}))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void whatIsUnknownIsRefused() {
    assertThatThrownBy(() -> of("--a=1", "--c=2"))
        .hasMessage("unknown configuration keys [c], known are [a, b]");
    assertThatThrownBy(() -> of("a=1"))
        .hasMessage("\"a=1\" is neither --config FILE nor --KEY=VALUE");
    assertThatThrownBy(() -> of("--a")).hasMessage("\"a\" is no setting of the form key=value");
  }

  @Test
  void values() {
    Settings settings = of("--a= x , ,y ");

    assertThat(settings.required("a")).isEqualTo("x , ,y");
    assertThat(settings.list("a")).containsExactly("x", "y");
    assertThat(settings.list("b")).isEmpty();
    assertThat(of("--b= ").optional("b")).isEmpty();
    assertThatThrownBy(() -> settings.required("b"))
        .hasMessage("the configuration lacks the key \"b\"");
    assertThat(of("--a=h:1").address("a")).contains(new HostAndPort("h", 1));
    assertThatThrownBy(() -> of("--a=h").address("a")).hasMessage("a is \"h\", expected host:port");
  }

  @Test
  void numbers() {
    assertThat(of().number("a", 5, 0, 10)).isEqualTo(5);
    assertThat(of("--a=64k").number("a", 5L, 0L, 1L << 40)).isEqualTo(64 << 10);
    assertThat(of("--a=3G").number("a", 5L, 0L, 1L << 40)).isEqualTo(3L << 30);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-1", "101", "1e1", "k", "1kk", "9999999999g", "999999999999999999999999", "१"})
  void othersAreNoNumbers(String text) {
    assertThatThrownBy(() -> of("--a=" + text).number("a", 5, 0, 100))
        .hasMessage("a is \"" + text + "\", expected a number from 0 to 100");
  }
}
