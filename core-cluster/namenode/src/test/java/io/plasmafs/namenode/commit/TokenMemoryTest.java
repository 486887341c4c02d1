package io.plasmafs.namenode.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.CommitToken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TokenMemoryTest {
  private final TokenMemory memory = new TokenMemory(3);
  private final List<CommitToken> tokens = new ArrayList<>();

  private void commit(int count) {
    for (int i = 0; i < count; i++) {
      CommitToken token = CommitToken.random();
      tokens.add(token);
      memory.done(token, tokens.size());
    }
  }

  @Test
  void whatIsNotInTheTablesYetIsNotForgotten() {
    commit(10);
    for (int i = 0; i < 10; i++) {
      assertThat(memory.sequenceOf(tokens.get(i))).hasValue(i + 1);
    }
    memory.applied(5);
    assertThat(memory.sequenceOf(tokens.get(4))).isEmpty();
    assertThat(memory.sequenceOf(tokens.get(5))).hasValue(6);
    memory.applied(10);
    assertThat(memory.sequenceOf(tokens.get(6))).isEmpty();
    assertThat(memory.sequenceOf(tokens.get(7))).as("one of the last three").hasValue(8);
  }

  @Test
  void tellsWhetherItKnowsAllSinceALookUpBegan() {
    commit(3);
    memory.applied(2);
    long lookUpBegins = memory.applied();
    commit(2);
    assertThat(memory.remembersAllAfter(lookUpBegins)).isTrue();
    memory.applied(5);
    assertThat(memory.remembersAllAfter(lookUpBegins)).isTrue();
    commit(3);
    memory.applied(8);
    assertThat(memory.remembersAllAfter(lookUpBegins)).isFalse();
    assertThat(memory.remembersAllAfter(memory.applied())).isTrue();
  }
}
