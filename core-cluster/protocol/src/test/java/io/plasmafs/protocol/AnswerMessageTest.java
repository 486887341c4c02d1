package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Conflict;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.Contract;
import io.plasmafs.protocol.xdr.compound_result;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class AnswerMessageTest {
  private final long seed = new Random().nextLong();
  private final Samples samples = new Samples(seed);

  @Test
  void everyKindOfOutcomeIsTheSameAfterEncodingAndDecoding() throws Exception {
    for (int round = 0; round < 200; round++) {
      for (int kind = 0; kind < Samples.OUTCOMES; kind++) {
        Answer answer =
            new Answer(
                List.of(samples.outcome(kind)), samples.maybe(samples::failure), samples.counter());
        assertSame(roundTrip(answer), answer);
      }
    }
  }

  @Test
  void theSamplesHaveEveryKindOfOutcome() {
    Set<Class<?>> kinds = new HashSet<>();
    IntStream.range(0, Samples.OUTCOMES).forEach(i -> kinds.add(samples.outcome(i).getClass()));
    assertThat(kinds).containsExactlyInAnyOrder(Outcome.class.getPermittedSubclasses());
  }

  @Test
  void bytesAreThoseOfTheGeneratedClasses() throws Exception {
    for (int round = 0; round < 2000; round++) {
      Answer answer = samples.answer();
      byte[] bytes = Wire.encode(new AnswerMessage(answer));
      assertThat(bytes).as("seed %d", seed).isEqualTo(Wire.encode(Generated.of(answer)));
      compound_result parsed = Wire.decode(new compound_result(), bytes);
      assertThat(Wire.encode(parsed)).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  @Test
  void mangledBytesAreRefusedInAnOrderlyWay() throws Exception {
    Random random = new Random(seed);
    int refused = 0;
    for (int round = 0; round < 5_000; round++) {
      byte[] mangled = Mangler.mangle(Wire.encode(new AnswerMessage(samples.answer())), random);
      try {
        Answer taken = Wire.decode(new AnswerMessage(), mangled).answer();
        assertSame(roundTrip(taken), taken);
      } catch (XdrException e) {
        // The stream says so of an exception that the decoder did not expect.
        assertThat(e.getMessage()).as("seed %d", seed).doesNotStartWith("Cannot decode");
        refused++;
      }
    }
    assertThat(refused).as("seed %d", seed).isPositive();
  }

  @Test
  void aCountWithoutElementsTakesNoMemory() {
    byte[] bytes = new byte[1 << 16];
    // One outcome, a listing with as many entries as are allowed: far more than follow.
    bytes[3] = 1;
    bytes[7] = 4;
    bytes[26] = 0x40;
    assertThatThrownBy(() -> Wire.decode(new AnswerMessage(), bytes))
        .isInstanceOf(XdrException.class)
        .hasMessageContaining("entries")
        .hasMessageContaining("16384");
  }

  @RepeatedTest(100)
  void ownersOfAListingShareOneString() throws Exception {
    List<Outcome.Entry> entries = new ArrayList<>();
    Attributes some = samples.attributes();
    for (int i = 0; i < 100; i++) {
      entries.add(new Outcome.Entry(Name.of("n" + i), new InodeId(i), Optional.of(some)));
    }
    Answer answer =
        new Answer(
            List.of(new Outcome.Listing(InodeId.ROOT, 1, entries, true)), Optional.empty(), 0);

    Outcome.Listing listing = (Outcome.Listing) roundTrip(answer).outcomes().get(0);

    String owner = listing.entries().get(0).attributes().orElseThrow().owner();
    assertThat(listing.entries())
        .allSatisfy(e ->
            assertThat(e.attributes().orElseThrow().owner())
                .as("seed %d", seed)
                .isSameAs(owner)
                .isEqualTo(some.owner()));
  }

  @Test
  void tooManyConflictsAndTooLongAMessageAreCutOff() throws Exception {
    Conflict conflict =
        new Conflict(Conflict.Kind.CHANGED, InodeId.ROOT, FsPath.of("a"), 1, 2, "u", -1);
    FsException cause =
        new FsException(FsStatus.ECONFLICT, "漢".repeat(3000), Collections.nCopies(300, conflict));
    Answer answer = new Answer(List.of(), Optional.of(new Answer.Failure(0, cause)), 0);

    FsException received = roundTrip(answer).failure().orElseThrow().cause();

    assertThat(received.conflicts()).hasSize(Contract.CONFLICTS_MAX);
    assertThat(String.valueOf(received.getMessage()).getBytes(StandardCharsets.UTF_8))
        .hasSizeBetween(Contract.MESSAGE_MAX - 2, Contract.MESSAGE_MAX);
    assertThat(received.getMessage()).matches("漢+");
  }

  @Test
  void anObjectWithAStatusAndWithoutAttributesThatBelongToItIsNotSent() {
    Answer answer =
        new Answer(
            List.of(new Outcome.Inodes(List.of(new Outcome.Found(FsStatus.OK, Optional.empty())))),
            Optional.empty(),
            0);
    assertThatThrownBy(() -> Wire.encode(new AnswerMessage(answer)))
        .isInstanceOf(XdrException.class)
        .hasMessageContaining("without attributes");
  }

  private static Answer roundTrip(Answer answer) throws XdrException {
    return Wire.decode(new AnswerMessage(), Wire.encode(new AnswerMessage(answer))).answer();
  }

  /// Exceptions have no equality, so that failures are compared by their parts.
  private void assertSame(Answer actual, Answer expected) {
    assertThat(actual.outcomes()).as("seed %d", seed).isEqualTo(expected.outcomes());
    assertThat(actual.sequence()).as("seed %d", seed).isEqualTo(expected.sequence());
    assertThat(actual.failure().isPresent()).isEqualTo(expected.failure().isPresent());
    if (expected.failure().isPresent()) {
      Answer.Failure one = actual.failure().orElseThrow();
      Answer.Failure other = expected.failure().get();
      assertThat(one.operation()).isEqualTo(other.operation());
      assertThat(one.cause().status()).isEqualTo(other.cause().status());
      assertThat(one.cause().getMessage()).isEqualTo(other.cause().getMessage());
      assertThat(one.cause().conflicts()).isEqualTo(other.cause().conflicts());
    }
  }
}
