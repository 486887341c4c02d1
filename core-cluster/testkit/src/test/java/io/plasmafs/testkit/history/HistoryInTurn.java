package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// A history in which one client after the other does something, while transactions and files stay
/// open from step to step. So it is known at each step what is current.
final class HistoryInTurn implements AutoCloseable {
  private static final int MOST_OPEN = 5;
  private static final int PART_BYTES = 40_000;

  private final List<HistoryActor> actors;
  private final HistoryFiles files;
  private final Random random;
  private final List<HistoryTransaction> transactions = new ArrayList<>();
  private final List<OpenFile> opened = new ArrayList<>();

  /// @param expected what was current when it was opened; not known if that was done on trust
  private record OpenFile(HistoryActor.PartByPart parts, Optional<StampedContent> expected) {}

  HistoryInTurn(List<HistoryActor> actors, HistoryFiles files, Random random) {
    this.actors = actors;
    this.files = files;
    this.random = random;
  }

  void step() throws IOException {
    HistoryActor actor = actors.get(random.nextInt(actors.size()));
    int file = files.any(random);
    switch (random.nextInt(20)) {
      case 0, 1 -> begin(actor);
      case 2, 3, 4, 5 -> change(file);
      case 6 -> read(file);
      case 7, 8, 9 -> end();
      case 10, 11, 12 -> readAll(actor, file);
      case 13 -> actor.readMany();
      case 14 -> statMany(actor);
      case 15, 16 -> open(actor, file);
      default -> readOn();
    }
    actors.forEach(HistoryActor::judge);
  }

  // ---- transactions

  private void begin(HistoryActor actor) {
    if (transactions.size() < MOST_OPEN) {
      transactions.add(new HistoryTransaction(actor));
    }
  }

  private Optional<HistoryTransaction> anyTransaction() {
    return transactions.isEmpty()
        ? Optional.empty()
        : Optional.of(transactions.get(random.nextInt(transactions.size())));
  }

  private void change(int file) throws IOException {
    Optional<HistoryTransaction> any = anyTransaction();
    if (any.isPresent()) {
      HistoryTransaction transaction = any.get();
      Optional<StampedContent> before = transaction.own(file).orElse(files.of(file).now());
      int lastStamp = files.lastStamp();
      transaction.change(file, random);
      if (!transaction.hasEnded()) {
        assertThatOthersUnitsStay(before, transaction.own(file).orElse(before), lastStamp);
      }
      transactions.removeIf(HistoryTransaction::hasEnded);
    }
  }

  private static void assertThatOthersUnitsStay(
      Optional<StampedContent> before, Optional<StampedContent> after, int lastStamp) {
    List<Integer> stamps = after.map(StampedContent::stamps).orElse(List.of());
    for (int unit = 0; unit < stamps.size(); unit++) {
      if (stamps.get(unit) <= lastStamp) {
        assertThat(stamps.get(unit)).isEqualTo(before.orElseThrow().stamps().get(unit));
      }
    }
  }

  private void read(int file) {
    anyTransaction().ifPresent(transaction -> transaction.read(file));
  }

  private void end() throws IOException {
    Optional<HistoryTransaction> any = anyTransaction();
    if (any.isPresent()) {
      if (random.nextInt(4) > 0) {
        any.get().commit();
      }
      any.get().close();
      transactions.removeIf(HistoryTransaction::hasEnded);
    }
  }

  // ---- clients

  private void readAll(HistoryActor actor, int file) {
    Optional<StampedContent> state = actor.readAll(file);
    if (!actor.isTrusting()) {
      assertThat(state).as("file %s", file).isEqualTo(files.of(file).now());
    }
  }

  private void statMany(HistoryActor actor) {
    List<Outcome.Found> all = actor.statMany();
    for (int file = 0; file < all.size(); file++) {
      Optional<Attributes> attributes = all.get(file).attributes();
      assertThat(attributes.map(Attributes::size))
          .as("size of file %s", file)
          .isEqualTo(files.of(file).now().map(now -> (long) now.length()));
      if (attributes.isPresent()) {
        assertThat(files.of(file).had(attributes.get())).as("%s", attributes.get()).isTrue();
      }
    }
  }

  private void open(HistoryActor actor, int file) {
    if (opened.size() >= MOST_OPEN) {
      return;
    }
    try {
      HistoryActor.PartByPart parts = actor.open(actor.client(), file);
      opened.add(new OpenFile(parts, actor.isTrusting() ? Optional.empty() : files.of(file).now()));
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(FsStatus.ENOENT);
      assertThat(files.of(file).since(Optional.empty(), actor.floor(file))).isPresent();
    }
  }

  private void readOn() throws IOException {
    if (opened.isEmpty()) {
      return;
    }
    OpenFile file = opened.get(random.nextInt(opened.size()));
    if (!file.parts().read(PART_BYTES)) {
      Optional<StampedContent> content = file.parts().content();
      if (file.expected().isPresent()) {
        assertThat(content).isEqualTo(file.expected());
      }
      file.parts().close();
      boolean unused = opened.remove(file);
    }
  }

  @Override
  public void close() {
    opened.forEach(file -> file.parts().close());
    transactions.forEach(HistoryTransaction::close);
  }
}
