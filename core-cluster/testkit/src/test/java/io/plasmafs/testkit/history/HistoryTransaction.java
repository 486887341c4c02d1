package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaChannel;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.WriteOptions;
import io.plasmafs.client.WriteOptions.How;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Location;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// A transaction that remembers what it has done, sees that and no other uncommitted change, and
/// tells the history if it is committed. A conflict aborts it.
final class HistoryTransaction implements AutoCloseable {
  private final HistoryActor actor;
  private final HistoryFiles files;
  private final Transaction transaction;
  private final Map<Integer, Optional<StampedContent>> own = new HashMap<>();

  /// The units that it has changed of files of which it has kept the others.
  private final Map<Integer, BitSet> parts = new HashMap<>();

  private boolean ended;

  HistoryTransaction(HistoryActor actor) {
    this.actor = actor;
    this.files = actor.files();
    this.transaction = actor.client().begin();
  }

  boolean hasEnded() {
    return ended;
  }

  HistoryActor actor() {
    return actor;
  }

  Transaction transaction() {
    return transaction;
  }

  private interface Work {
    void run() throws IOException;
  }

  private void orConflict(Work work) throws IOException {
    FsException failure;
    try {
      work.run();
      return;
    } catch (PlasmaIOException e) {
      failure = e.failure();
    } catch (FsException e) {
      failure = e;
    }
    if (failure.status() != FsStatus.ECONFLICT) {
      throw failure;
    }
    close();
  }

  /// Changes a file in a random way that its kind allows.
  void change(int file, Random random) throws IOException {
    boolean seldom = random.nextInt(3) == 0;
    orConflict(() -> {
      if (files.isReplaced(file) && seldom) {
        remove(file);
      } else if (files.isReplaced(file) || seldom) {
        write(file, random);
      } else {
        changePart(file, random);
      }
    });
    if (!ended && own.containsKey(file)) {
      read(file);
    }
  }

  /// Gives a file another content.
  void write(int file, Random random) {
    StampedContent content = files.newContent(random);
    WriteOptions how = files.isReplaced(file) ? WriteOptions.REPLACE : WriteOptions.DEFAULT;
    Object unused =
        transaction.write(
            Location.of(FsPath.of(files.path(file))), ByteBuffer.wrap(content.bytes()), how);
    own.put(file, Optional.of(content));
    parts.remove(file);
  }

  private void remove(int file) {
    try {
      transaction.unlink(files.path(file));
      own.put(file, Optional.empty());
    } catch (FsException e) {
      if (e.status() != FsStatus.ENOENT) {
        throw e;
      }
    }
  }

  private void changePart(int file, Random random) throws IOException {
    int stamp = files.newStamp();
    int first;
    int count;
    try (PlasmaChannel channel =
        transaction.openChannel(files.path(file), WriteOptions.DEFAULT.with(How.UPDATE_EXISTING))) {
      StampedContent changes = StampedContent.of(stamp, (int) channel.size());
      first = random.nextInt(changes.stamps().size());
      count = 1 + random.nextInt(changes.stamps().size() - first);
      ByteBuffer changed = ByteBuffer.wrap(changes.bytes(first, count));
      int unused = channel.write(changed, (long) first * StampedContent.UNIT_BYTES);
    }
    Optional<StampedContent> after = actor.content(transaction, file);
    assertThat(after.orElseThrow().stamps().subList(first, first + count)).containsOnly(stamp);
    if (!own.containsKey(file)) {
      parts.put(file, new BitSet());
    }
    if (parts.containsKey(file)) {
      parts.get(file).set(first, first + count);
    }
    own.put(file, after);
  }

  /// What it has made of a file; nothing if it has not changed it.
  Optional<Optional<StampedContent>> own(int file) {
    return Optional.ofNullable(own.get(file));
  }

  /// Reads a file as it has left it, or as it is committed.
  void read(int file) {
    long floor = actor.floor(file);
    Optional<StampedContent> state = actor.content(transaction, file);
    if (own.containsKey(file)) {
      assertThat(state).as("own change of file %s", file).isEqualTo(own.get(file));
    } else {
      actor.saw(new HistoryActor.Sight("in a transaction", file, floor, state));
    }
  }

  void commit() throws IOException {
    orConflict(() -> {
      long version = transaction.commit();
      ended = true;
      own.forEach((file, state) -> actor.committed(file, version, state));
      parts.forEach((file, units) -> files.of(file).changedPart(version, units));
    });
  }

  /// Aborts it, unless it has ended.
  @Override
  public void close() {
    ended = true;
    transaction.close();
  }
}
