package io.plasmafs.http.commits;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.operation.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes away what gateways kept long enough: uploads that nobody published, and what commits came
/// to. Every gateway does it, once an hour; what another one has taken away already is passed over.
public final class Housekeeping implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration PAUSE = Duration.ofHours(1);

  private final PlasmaClient client;
  private final InstantSource clock;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("housekeeping").factory());

  /// @param clock tells what is old
  public Housekeeping(PlasmaClient client, InstantSource clock) {
    this.client = client;
    this.clock = clock;
    // Gateways that were started together do not all come at once.
    long first = ThreadLocalRandom.current().nextLong(PAUSE.toSeconds());
    var unused =
        thread.scheduleWithFixedDelay(this::tidy, first, PAUSE.toSeconds(), TimeUnit.SECONDS);
  }

  private void tidy() {
    try {
      clean();
    } catch (RuntimeException e) {
      log.warn("old uploads and records of commits could not be taken away: {}", e.getMessage());
    }
  }

  /// Does it now.
  void clean() {
    clean(Uploads.DIRECTORY, Uploads.KEPT);
    if (client.find(CommitRecords.DIRECTORY).isPresent()) {
      try (Stream<Outcome.Entry> shards = client.list(CommitRecords.DIRECTORY)) {
        List<FsPath> directories =
            shards.map(entry -> CommitRecords.DIRECTORY.resolve(entry.name())).toList();
        directories.forEach(directory -> clean(directory, CommitRecords.KEPT));
      }
    }
  }

  private void clean(FsPath directory, Duration kept) {
    if (client.find(directory).isEmpty()) {
      return;
    }
    Instant oldest = clock.instant().minus(kept);
    try (Stream<Outcome.Entry> entries = client.list(directory)) {
      for (Iterator<Outcome.Entry> i = entries.iterator(); i.hasNext(); ) {
        Outcome.Entry entry = i.next();
        Instant changed = entry.attributes().map(Attributes::mtime).orElse(Instant.MAX);
        if (changed.isBefore(oldest)) {
          remove(directory.resolve(entry.name()));
        }
      }
    }
  }

  private void remove(FsPath path) {
    try {
      client.unlink(path);
    } catch (FsException e) {
      log.debug("{} stays for now: {}", path, e.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
