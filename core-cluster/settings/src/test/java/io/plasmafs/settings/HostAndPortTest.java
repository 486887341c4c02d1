package io.plasmafs.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HostAndPortTest {
  @Test
  void namesAndAddresses() {
    assertThat(HostAndPort.parse("host:2727")).isEqualTo(new HostAndPort("host", 2727));
    assertThat(HostAndPort.parse("127.0.0.1:0")).isEqualTo(new HostAndPort("127.0.0.1", 0));
    assertThat(HostAndPort.parse("[::1]:65535")).isEqualTo(new HostAndPort("::1", 65535));
    assertThat(HostAndPort.parse("[::1]:1")).hasToString("[::1]:1");
    assertThat(HostAndPort.parse("host:1").unresolved().isUnresolved()).isTrue();
  }

  @Test
  void anyPortBecomesTheOneThatIsBound() {
    assertThat(new HostAndPort("host", 0).orPort(7)).hasToString("host:7");
    assertThat(new HostAndPort("host", 8).orPort(7)).hasToString("host:8");
  }

  @Test
  void portMayBeLeftOutWhereThereIsAStandardOne() {
    assertThat(HostAndPort.parse("host", 7)).hasToString("host:7");
    assertThat(HostAndPort.parse("host:8", 7)).hasToString("host:8");
    assertThat(HostAndPort.parse("::1", 7)).hasToString("[::1]:7");
    assertThat(HostAndPort.parse("[::1]", 7)).hasToString("[::1]:7");
    assertThat(HostAndPort.parse("[::1]:8", 7)).hasToString("[::1]:8");
    assertThatThrownBy(() -> HostAndPort.parse("", 7)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HostAndPort.parse("host:", 7))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "host", ":1", "host:", "host:x", "host:-1", "host:65536", "::1", "[]:1"})
  void othersAreRefusedByName(String text) {
    assertThatThrownBy(() -> HostAndPort.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is no address of the form host:port");
  }
}
