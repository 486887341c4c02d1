package io.plasmafs.namenode.blocks;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Numbers of allocations, never given out twice. Taken out of the store in ranges, the next one
/// while half of the last is left, so that the engine need not wait.
///
/// Confined to the engine's thread, but for the arrival of a range.
public final class Generations {
  private static final Logger log = LoggerFactory.getLogger(Generations.class);

  private final LongFunction<CompletableFuture<Long>> source;
  private final long range;
  private final AtomicReference<@Nullable Long> arrived = new AtomicReference<>();
  private volatile boolean asked;
  private long next;
  private long end;

  /// Has no numbers yet: see [#begin].
  ///
  /// @param source takes so many numbers out of circulation and answers the first of them
  /// @param range numbers to take at a time, at least 2
  public Generations(LongFunction<CompletableFuture<Long>> source, long range) {
    if (range < 2) {
      throw new IllegalArgumentException("a range of " + range + " numbers is too short");
    }
    this.source = source;
    this.range = range;
  }

  /// Takes the first range; waits for it.
  public void begin() {
    next = source.apply(range).join();
    end = next + range;
  }

  /// The next number.
  ///
  /// @throws FsException EUNAVAIL if the store is so slow that no number is left
  long next() {
    if (next == end) {
      Long first = arrived.getAndSet(null);
      if (first == null) {
        ask();
        throw new FsException(
            FsStatus.EUNAVAIL, "the database has not answered yet with new allocation numbers");
      }
      next = first;
      end = first + range;
      asked = false;
    }
    if (end - next <= range / 2) {
      ask();
    }
    return next++;
  }

  private void ask() {
    if (asked) {
      return;
    }
    asked = true;
    source
        .apply(range)
        .whenComplete((first, failure) -> {
          if (failure != null) {
            log.warn("allocation numbers could not be reserved: {}", failure.toString());
            asked = false;
          } else {
            arrived.set(first);
          }
        });
  }
}
