package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.CommitToken;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TokenFilterTest {
  private static final int CAPACITY = 10_000;

  private final TokenFilter filter = new TokenFilter(CAPACITY);

  private static List<CommitToken> randomTokens(int count) {
    return IntStream.range(0, count).mapToObj(i -> CommitToken.random()).toList();
  }

  @Test
  void rulesNothingOutBeforeItKnowsWhatWasStoredBefore() {
    assertThat(filter.mayHave(CommitToken.random())).isTrue();
    filter.complete(filter.forStored());
    assertThat(filter.mayHave(CommitToken.random())).isFalse();
  }

  @Test
  void noStoredTokenIsEverRuledOut() {
    TokenFilter.Bloom stored = filter.forStored();
    List<CommitToken> before = randomTokens(CAPACITY);
    before.forEach(stored::add);
    List<CommitToken> meanwhile = randomTokens(100);
    meanwhile.forEach(filter::add);
    filter.complete(stored);
    List<CommitToken> after = randomTokens(CAPACITY - 100);
    after.forEach(filter::add);
    assertThat(before).allMatch(filter::mayHave);
    assertThat(meanwhile).allMatch(filter::mayHave);
    assertThat(after).allMatch(filter::mayHave);
  }

  @Test
  void asManyAsTheStoreRetainsAreKnownThroughoutALongRun() {
    filter.complete(filter.forStored());
    List<CommitToken> tokens = new ArrayList<>();
    for (int i = 0; i < 5 * CAPACITY; i++) {
      CommitToken token = CommitToken.random();
      tokens.add(token);
      filter.add(token);
      if (i % 1999 == 0) {
        assertThat(tokens.subList(Math.max(0, tokens.size() - CAPACITY), tokens.size()))
            .allMatch(filter::mayHave);
      }
    }
    long stillThere = tokens.subList(0, CAPACITY).stream().filter(filter::mayHave).count();
    assertThat(stillThere).as("of what is long forgotten").isLessThan(CAPACITY / 50);
  }

  @Test
  void newTokensAreNearlyAlwaysRuledOut() {
    assertThat(takenForKnown(i -> CommitToken.random())).isLessThan(CAPACITY / 100);
  }

  /// Clients may count instead of drawing lots.
  @Test
  void countedTokensAreToldApartToo() {
    assertThat(takenForKnown(i -> CommitToken.of(ByteBuffer.allocate(8).putLong(i).array())))
        .isLessThan(CAPACITY / 100);
    assertThat(
            takenForKnown(i -> CommitToken.of(("client-7/" + i).getBytes(StandardCharsets.UTF_8))))
        .isLessThan(CAPACITY / 100);
  }

  private static long takenForKnown(Function<Long, CommitToken> token) {
    TokenFilter full = new TokenFilter(CAPACITY);
    TokenFilter.Bloom stored = full.forStored();
    for (long i = 0; i < CAPACITY; i++) {
      stored.add(token.apply(i));
      full.add(token.apply(CAPACITY + i));
    }
    full.complete(stored);
    return IntStream.range(2 * CAPACITY, 3 * CAPACITY)
        .filter(i -> full.mayHave(token.apply((long) i)))
        .count();
  }
}
