package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// What clients remember beyond the crash of an engine: what was acknowledged to them, and what
/// they may send again.
final class Promises {
  private final Disk disk;
  private final Consumer<String> counter;
  private final Map<CommitToken, Long> acknowledged = new HashMap<>();
  private final Map<CommitToken, Long> inLog = new HashMap<>();
  private final List<Compound> repeatable = new ArrayList<>();
  private int looked;
  private int tokens;

  Promises(Disk disk, Consumer<String> counter) {
    this.disk = disk;
    this.counter = counter;
  }

  CommitToken newToken() {
    return CommitToken.of(ByteBuffer.allocate(4).putInt(++tokens).array());
  }

  void count(Answer answer) {
    counter.accept(answer.failure().map(f -> f.cause().status().name()).orElse("OK"));
  }

  void acknowledged(CommitToken token, long sequence) {
    acknowledged.put(token, sequence);
  }

  void mayBeRepeated(Compound compound) {
    repeatable.add(compound);
  }

  Optional<Compound> some(Random random) {
    return repeatable.isEmpty()
        ? Optional.empty()
        : Optional.of(repeatable.get(random.nextInt(repeatable.size())));
  }

  /// The commit in the log that bears this token; 0 if none does.
  long sequenceOf(CommitToken token) {
    for (; looked < disk.last(); looked++) {
      long sequence = looked + 1L;
      disk.commit(sequence).token().ifPresent(found -> inLog.put(found, sequence));
    }
    return inLog.getOrDefault(token, 0L);
  }

  /// What was acknowledged is there, where it was said to be (P1).
  void verify() {
    acknowledged.forEach((token, sequence) -> {
      if (sequenceOf(token) != sequence) {
        throw new AssertionError("commit " + sequence + " with " + token + " was acknowledged");
      }
    });
  }
}
