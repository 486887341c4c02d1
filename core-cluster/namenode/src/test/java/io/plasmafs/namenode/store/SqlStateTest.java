package io.plasmafs.namenode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.namenode.metadata.StoreException;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlStateTest {
  @ParameterizedTest
  @CsvSource({
    "40001, RETRY, UNAVAILABLE",
    "40P01, RETRY, UNAVAILABLE",
    "55P03, RETRY, UNAVAILABLE",
    "08000, RECONNECT, UNAVAILABLE",
    "08006, RECONNECT, UNAVAILABLE",
    "57P01, RECONNECT, UNAVAILABLE",
    "57P02, RECONNECT, UNAVAILABLE",
    "57P03, RECONNECT, UNAVAILABLE",
    ", RECONNECT, UNAVAILABLE",
    "53100, FULL, UNAVAILABLE",
    "53200, UNAVAILABLE, UNAVAILABLE",
    "53300, UNAVAILABLE, UNAVAILABLE",
    "58030, UNAVAILABLE, UNAVAILABLE",
    "57014, UNAVAILABLE, UNAVAILABLE",
    "25006, UNAVAILABLE, UNAVAILABLE",
    "23505, BROKEN, BROKEN",
    "23514, BROKEN, BROKEN",
    "25P02, BROKEN, BROKEN",
    "42P01, BROKEN, BROKEN",
    "28P01, BROKEN, BROKEN",
    "3D000, BROKEN, BROKEN",
    "XX001, BROKEN, BROKEN",
  })
  void eachStateHasItsReaction(String state, SqlState reaction, StoreException.Kind kind) {
    SQLException failure = new SQLException("what the server said", state);
    assertThat(SqlState.of(failure)).isEqualTo(reaction);
    StoreException shown = SqlState.notDone("trying", failure);
    assertThat(shown.kind()).isEqualTo(kind);
    assertThat(shown).hasMessageContaining("trying").hasMessageContaining("what the server said");
  }
}
