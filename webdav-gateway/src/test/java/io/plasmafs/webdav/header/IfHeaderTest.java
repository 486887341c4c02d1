package io.plasmafs.webdav.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.http.semantics.MalformedHeader;
import io.plasmafs.webdav.header.IfHeader.Condition;
import io.plasmafs.webdav.header.IfHeader.State;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IfHeaderTest {
  private static IfHeader parse(String text) {
    return IfHeader.parse(Optional.of(text));
  }

  @Test
  void noHeaderHasNoListAndNoToken() {
    IfHeader none = IfHeader.parse(Optional.empty());

    assertThat(none.isPresent()).isFalse();
    assertThat(none.tokens()).isEmpty();
  }

  @Test
  void listsWithoutTagAreAboutTheRequestItself() {
    // RFC 4918 section 10.4.6.
    IfHeader header = parse("(<urn:uuid:181d4fae> [\"I am an ETag\"]) ([\"I am another ETag\"])");

    assertThat(header.lists()).hasSize(2);
    assertThat(header.lists().get(0).resource()).isEmpty();
    assertThat(header.lists().get(0).conditions())
        .containsExactly(
            new Condition(false, new State.Token("urn:uuid:181d4fae")),
            new Condition(false, new State.EntityTag("\"I am an ETag\"")));
    assertThat(header.tokens()).isEqualTo(Set.of("urn:uuid:181d4fae"));
  }

  @Test
  void tagIsAboutAllListsBehindIt() {
    IfHeader header =
        parse("</a> (<urn:1> [W/\"A weak ETag\"]) ([\"strong\"]) <http://h/b> (Not <DAV:no-lock>)");

    assertThat(header.lists())
        .extracting(list -> list.resource().orElseThrow())
        .containsExactly("/a", "/a", "http://h/b");
    assertThat(header.lists().get(2).conditions())
        .containsExactly(new Condition(true, new State.Token("DAV:no-lock")));
  }

  @Test
  void bracketWithinAnEntityTagDoesNotEndIt() {
    assertThat(parse("([\"a]b\"])").lists().get(0).conditions())
        .containsExactly(new Condition(false, new State.EntityTag("\"a]b\"")));
  }

  @Test
  void listHoldsIfAllItsConditionsDo() {
    IfHeader.ConditionList list = parse("(<urn:1> Not <urn:2>)").lists().get(0);

    assertThat(IfHeader.holds(list, state -> state.equals(new State.Token("urn:1")))).isTrue();
    assertThat(IfHeader.holds(list, state -> true)).isFalse();
    assertThat(IfHeader.holds(list, state -> false)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "(",
        ")",
        "()",
        "(<urn:1>",
        "(<urn:1)",
        "(<>)",
        "<a>",
        "<a> ",
        "<a> <b> (<c>)",
        "(<urn:1>) x",
        "(<urn:1>) <a> (<urn:2>)",
        "(urn:1)",
        "(Not)",
        "([\"a)",
        "([a])",
        "([\"a\"",
        "(Not Not <a>)",
        "<a> ()",
        "([W\"a\"])"
      })
  void brokenHeaderIsRefused(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(MalformedHeader.class)
        .hasMessageStartingWith("If:");
  }

  @Test
  void moreConditionsThanAreAllowedAreRefused() {
    assertThatThrownBy(() -> parse("(" + "<urn:1> ".repeat(IfHeader.MAX_CONDITIONS + 1) + ")"))
        .isInstanceOf(MalformedHeader.class)
        .hasMessageContaining("more than 1000");
  }

  @Test
  void anyTextIsParsedOrRefused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "()<>[]\" Not/Wurn:1";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(24); n >= 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        assertThat(parse(text.toString()).lists()).as("seed " + seed).isNotEmpty();
      } catch (MalformedHeader e) {
        assertThat(e.getMessage()).as("seed " + seed + ": " + text).startsWith("If:");
      }
    }
  }
}
