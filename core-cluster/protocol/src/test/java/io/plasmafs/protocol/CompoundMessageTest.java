package io.plasmafs.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.Principal;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.oncrpc.xdr.XdrException;
import io.plasmafs.protocol.xdr.compound_args;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

final class CompoundMessageTest {
  private final long seed = new Random().nextLong();
  private final Samples samples = new Samples(seed);

  @Test
  void everyKindOfOperationIsTheSameAfterEncodingAndDecoding() throws Exception {
    for (int round = 0; round < 200; round++) {
      for (int kind = 0; kind < Samples.OPERATIONS; kind++) {
        Compound compound =
            new Compound(
                samples.counter(), samples.maybe(samples::token), List.of(samples.operation(kind)));
        CompoundMessage decoded =
            Wire.decode(new CompoundMessage(), Wire.encode(new CompoundMessage(compound)));
        assertThat(decoded.refusal()).isEmpty();
        assertThat(decoded.compound()).as("seed %d", seed).isEqualTo(compound);
      }
    }
  }

  @Test
  void theSamplesHaveEveryKindOfOperation() {
    Set<Class<?>> kinds = new java.util.HashSet<>();
    IntStream.range(0, Samples.OPERATIONS).forEach(i -> kinds.add(samples.operation(i).getClass()));
    assertThat(kinds).containsExactlyInAnyOrder(Operation.class.getPermittedSubclasses());
  }

  @Test
  @DisplayName("The bytes are those of the generated classes, field by field")
  void bytesAreThoseOfTheGeneratedClasses() throws Exception {
    for (int round = 0; round < 2000; round++) {
      Compound compound = samples.compound();
      byte[] bytes = Wire.encode(new CompoundMessage(compound));
      assertThat(bytes).as("seed %d", seed).isEqualTo(Wire.encode(Generated.of(compound)));
      compound_args parsed = Wire.decode(new compound_args(), bytes);
      assertThat(Wire.encode(parsed)).as("seed %d", seed).isEqualTo(bytes);
    }
  }

  @Test
  void mangledBytesAreRefusedInAnOrderlyWay() throws Exception {
    Random random = new Random(seed);
    int accepted = 0;
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = Wire.encode(new CompoundMessage(samples.compound()));
      byte[] mangled = Mangler.mangle(bytes, random);
      try {
        CompoundMessage message = Wire.decode(new CompoundMessage(), mangled);
        // What is taken can be said again, and means the same.
        if (message.refusal().isEmpty()) {
          Compound taken = message.compound();
          assertThat(
                  Wire.decode(new CompoundMessage(), Wire.encode(new CompoundMessage(taken)))
                      .compound())
              .as("seed %d", seed)
              .isEqualTo(taken);
        }
        accepted++;
      } catch (XdrException e) {
        // The stream says so of an exception that the decoder did not expect.
        assertThat(e.getMessage()).as("seed %d", seed).doesNotStartWith("Cannot decode");
        refused++;
      }
    }
    assertThat(accepted).as("seed %d", seed).isPositive();
    assertThat(refused).as("seed %d", seed).isPositive();
  }

  /// What a message can make the decoder take is in proportion to its own length.
  @Test
  void mangledBytesTakeLittleMemory() throws Exception {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Random random = new Random(seed);
    for (int round = 0; round < 5000; round++) {
      byte[] mangled = Mangler.mangle(Wire.encode(new CompoundMessage(samples.compound())), random);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        Wire.decode(new CompoundMessage(), mangled);
      } catch (XdrException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
      long taken = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(taken).as("seed %d", seed).isLessThan(200_000 + 100L * mangled.length);
    }
  }

  @Test
  void aNameThatCannotBeOneIsRefusedWithTheIndexOfItsOperation() throws Exception {
    Compound compound =
        new Compound(
            0,
            Optional.empty(),
            List.of(
                new Operation.Unlink(Location.of("a")),
                new Operation.Rename(
                    Location.of("ab"), Location.of("c"), Operation.RenameMode.REPLACE),
                new Operation.Unlink(Location.of("d"))));
    byte[] bytes = Wire.encode(new CompoundMessage(compound));
    int ab = Collections.indexOfSubList(asList(bytes), asList(new byte[] {'a', 'b', 0, 0}));
    bytes[ab] = '.';
    bytes[ab + 1] = '.';

    CompoundMessage message = Wire.decode(new CompoundMessage(), bytes);

    Answer answer = message.refusal().orElseThrow();
    assertThat(answer.outcomes()).isEmpty();
    assertThat(answer.failure().orElseThrow().operation()).isEqualTo(1);
    assertThat(answer.failure().orElseThrow().cause().status()).isEqualTo(FsStatus.EBADPATH);
    assertThatThrownBy(message::compound)
        .isInstanceOfSatisfying(
            FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EBADPATH));
  }

  @Test
  void aRefusalDoesNotOutliveTheNextDecoding() throws Exception {
    CompoundMessage message = new CompoundMessage();
    byte[] good =
        Wire.encode(
            new CompoundMessage(
                new Compound(
                    7, Optional.empty(), List.of(new Operation.Unlink(Location.of("a"))))));
    byte[] bad = good.clone();
    bad[bad.length - 4] = '.';

    assertThat(Wire.decode(message, bad).refusal()).isPresent();
    assertThat(Wire.decode(message, good).refusal()).isEmpty();
    assertThat(message.compound().transaction()).isEqualTo(7);
  }

  @Test
  void tooManyOperationsAreNotSent() {
    Operation abort = new Operation.Abort();
    assertNotSent(Collections.nCopies(Compound.MAX_OPERATIONS + 1, abort), "operations", "4096");
  }

  @Test
  void valuesBeyondTheirBoundsAreNotSent() {
    Location root = Location.of("");
    assertNotSent(List.of(new Operation.Punch(root, -1, 1)), "first is -1");
    assertNotSent(
        List.of(new Operation.WriteInline(root, Bytes.wrap(new byte[65537]))), "content", "65536");
    assertNotSent(
        List.of(new Operation.ExtendInline(root, 0, 0, Bytes.wrap(new byte[65537]))),
        "content",
        "65536");
    assertNotSent(
        List.of(new Operation.Begin(Duration.ofDays(1000), Optional.empty())),
        "idle_timeout_millis");
    assertNotSent(
        List.of(
            new Operation.Begin(
                Duration.ZERO, Optional.of(new Principal("u", "g", Set.of("a,b"))))),
        "a,b");
    assertNotSent(
        List.of(
            new Operation.Begin(
                Duration.ZERO, Optional.of(new Principal("é".repeat(128), "g", Set.of())))),
        "user",
        "255");
  }

  @Test
  void aTimeoutShorterThanAMillisecondIsNotTakenForTheDefault() throws Exception {
    Compound compound =
        new Compound(
            1,
            Optional.empty(),
            List.of(new Operation.Begin(Duration.ofNanos(1), Optional.empty())));
    assertThat(
            Wire.decode(new CompoundMessage(), Wire.encode(new CompoundMessage(compound)))
                .compound()
                .operations())
        .containsExactly(new Operation.Begin(Duration.ofMillis(1), Optional.empty()));
  }

  private static void assertNotSent(List<Operation> operations, String... words) {
    assertThatThrownBy(
            () -> Wire.encode(new CompoundMessage(new Compound(0, Optional.empty(), operations))))
        .isInstanceOf(XdrException.class)
        .hasMessageContainingAll(words);
  }

  private static List<Byte> asList(byte[] bytes) {
    return IntStream.range(0, bytes.length).mapToObj(i -> bytes[i]).toList();
  }
}
