package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.util.Optional;
import java.util.Random;

/// What one of several threads does with a client.
final class HistoryAtOnce {
  private static final int PART_BYTES = 50_000;

  private final HistoryActor actor;
  private final HistoryFiles files;
  private final Random random;

  HistoryAtOnce(HistoryActor actor, HistoryFiles files, Random random) {
    this.actor = actor;
    this.files = files;
    this.random = random;
  }

  void step() throws IOException {
    int file = files.any(random);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> transaction(true);
      case 3 -> transaction(false);
      case 4, 5, 6 -> {
        Object unused = actor.readAll(file);
      }
      case 7, 8 -> partByPart(file);
      case 9 -> twiceInTransaction(file);
      case 10 -> actor.readMany();
      default -> {
        Object unused = actor.statMany();
      }
    }
  }

  private void transaction(boolean commit) throws IOException {
    try (HistoryTransaction transaction = new HistoryTransaction(actor)) {
      for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
        int file = files.any(random);
        transaction.read(file);
        transaction.change(file, random);
        if (transaction.hasEnded()) {
          return;
        }
      }
      if (commit) {
        transaction.commit();
      }
    }
  }

  private void partByPart(int file) throws IOException {
    try (HistoryActor.PartByPart parts = actor.open(actor.client(), file)) {
      while (parts.read(PART_BYTES)) {
        Thread.yield();
      }
      Object unused = parts.content();
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.ENOENT);
    }
  }

  /// What a transaction has opened stays as it is, whatever the same client commits meanwhile.
  private void twiceInTransaction(int file) throws IOException {
    try (HistoryTransaction holder = new HistoryTransaction(actor);
        HistoryActor.PartByPart first = actor.open(holder.transaction(), file)) {
      boolean more = first.read(PART_BYTES);
      transaction(true);
      while (more) {
        more = first.read(PART_BYTES);
      }
      Optional<StampedContent> content = first.content();
      assertThat(content).isPresent();
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.ENOENT);
    }
  }
}
