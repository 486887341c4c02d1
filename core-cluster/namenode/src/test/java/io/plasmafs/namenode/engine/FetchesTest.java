package io.plasmafs.namenode.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.InodeId;
import io.plasmafs.namenode.metadata.Fetch;
import org.junit.jupiter.api.Test;

/// When commits may be let go of because every answer still to come contains them.
final class FetchesTest {
  private static final Fetch<?> FIRST = new Fetch.OfInode(new InodeId(1));
  private static final Fetch<?> SECOND = new Fetch.OfInode(new InodeId(2));

  private final Fetches fetches = new Fetches();

  private void ask(Fetch<?> question) {
    assertThat(fetches.await(question, new Fetches.Waiter(() -> {}, () -> {}))).isTrue();
  }

  @Test
  void commitsAreLetGoOfAtOnceIfNobodyAsks() {
    fetches.applied(3);
    fetches.applied(4);
    assertThat(fetches.releasable()).isEqualTo(4);
    assertThat(fetches.releasable()).isNull();
  }

  @Test
  void whatWasAskedBeforeACommitWasAppliedMayBeAnsweredWithoutIt() {
    ask(FIRST);
    fetches.applied(3);
    assertThat(fetches.releasable()).isNull();
    fetches.answered(FIRST, false);
    assertThat(fetches.releasable()).isEqualTo(3);
  }

  @Test
  void whatWasAskedAfterwardsIsAnsweredWithIt() {
    ask(FIRST);
    fetches.applied(3);
    ask(SECOND);
    fetches.applied(4);
    fetches.answered(FIRST, false);
    assertThat(fetches.releasable()).isEqualTo(3);
    fetches.answered(SECOND, true);
    assertThat(fetches.releasable()).isEqualTo(4);
  }
}
