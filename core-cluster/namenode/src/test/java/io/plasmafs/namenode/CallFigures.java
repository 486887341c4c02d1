package io.plasmafs.namenode;

import io.plasmafs.model.operation.Answer;
import io.plasmafs.model.operation.Compound;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Prints how many calls a second a namenode answers, by calls in flight and connections. Run by
/// hand; with `-Ddurable=true` the database waits for the disk.
final class CallFigures {
  private static final long SECONDS = Long.getLong("seconds", 5);

  private CallFigures() {}

  /// Measures and prints.
  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("figures");
    try (LocalNamenode local = LocalNamenode.start(directory)) {
      AtomicLong names = new AtomicLong();
      LongFunction<Operation> stat = i -> new Operation.Stat(Location.of("/"), true);
      LongFunction<Operation> mkdir =
          i ->
              new Operation.MakeDirectory(Location.of("/d" + names.incrementAndGet()), 0755, false);
      measure(local, "warm-up", stat, 4, 32);
      measure(local, "warm-up", mkdir, 4, 32);
      for (int connections : new int[] {1, 4}) {
        for (int inFlight : new int[] {1, 32, 128}) {
          measure(local, "Stat", stat, connections, inFlight);
          measure(local, "MakeDirectory", mkdir, connections, inFlight);
        }
      }
    }
    System.exit(0);
  }

  /// @param inFlight calls of all connections together
  private static void measure(
      LocalNamenode local,
      String what,
      LongFunction<Operation> operation,
      int connections,
      int inFlight)
      throws InterruptedException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      clients.add(RawClient.as("root", local.transport(), local.port()));
    }
    Semaphore permits = new Semaphore(inFlight);
    AtomicLong answered = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    long start = System.nanoTime();
    long end = start + SECONDS * 1_000_000_000L;
    for (long i = 0; System.nanoTime() < end; i++) {
      permits.acquire();
      clients
          .get((int) (i % connections))
          .submit(new Compound(0, Optional.empty(), List.of(operation.apply(i))))
          .whenComplete((answer, failure) -> count(answer, failure, answered, failed, permits));
    }
    permits.acquire(inFlight);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%-14s %d connections, %3d in flight: %8.0f calls/s, %d failed%n",
        what, connections, inFlight, answered.get() / seconds, failed.get());
    clients.forEach(RawClient::close);
  }

  private static void count(
      @Nullable Answer answer,
      @Nullable Throwable failure,
      AtomicLong answered,
      AtomicLong failed,
      Semaphore permits) {
    if (failure == null && answer != null && answer.failure().isEmpty()) {
      answered.incrementAndGet();
    } else {
      failed.incrementAndGet();
    }
    permits.release();
  }
}
