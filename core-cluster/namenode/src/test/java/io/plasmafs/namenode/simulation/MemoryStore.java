package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
import io.plasmafs.namenode.metadata.InlineContent;
import io.plasmafs.namenode.metadata.InodeRecord;
import io.plasmafs.namenode.metadata.MetadataStore;
import io.plasmafs.namenode.metadata.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// A store whose disk is in memory. Everything takes place when the schedule says so: reading, and
/// later the arrival of what was read; making a batch durable, and later the news of it; applying.
/// After [#crash] nothing that was on its way happens any more.
public final class MemoryStore implements MetadataStore {
  /// When things happen, and what goes wrong.
  public interface Schedule {
    /// Runs something, now or later.
    void later(Stage stage, Runnable task);

    /// A batch is about to be written.
    default void appending(CommitBatch batch) {}

    /// What becomes of the next append.
    default Fate fateOfAppend() {
      return Fate.DONE;
    }

    /// How the next question fails, if it does.
    default Optional<StoreException.Kind> failureOfAsking() {
      return Optional.empty();
    }

    /// How the next attempt to open the store fails, if it does.
    default Optional<StoreException.Kind> failureOfOpening() {
      return Optional.empty();
    }

    /// Up to which commit the tables are brought next.
    default long applyUpTo(long applied, long last) {
      return last;
    }
  }

  /// What waits to happen.
  public enum Stage {
    ASKED,
    ANSWERED,
    WRITING,
    WRITTEN,
    APPLYING,
    APPLIED
  }

  /// What can become of an append.
  public enum Fate {
    DONE,
    UNAVAILABLE,
    BROKEN,
    UNKNOWN_DONE,
    UNKNOWN_NOT_DONE
  }

  /// Everything happens at once, and nothing goes wrong.
  public static final Schedule AT_ONCE = (stage, task) -> task.run();

  private final Disk disk;
  private final Schedule schedule;
  private @Nullable LongConsumer listener;
  private boolean crashed;
  private boolean applying;

  /// Questions answered so far.
  private long fetches;

  public MemoryStore(Disk disk, Schedule schedule) {
    this.disk = disk;
    this.schedule = schedule;
  }

  /// What was on its way is lost.
  public void crash() {
    crashed = true;
  }

  public long fetches() {
    return fetches;
  }

  private void later(Stage stage, Runnable task) {
    schedule.later(
        stage,
        () -> {
          if (!crashed) {
            task.run();
          }
        });
  }

  @Override
  public State open() {
    schedule
        .failureOfOpening()
        .ifPresent(kind -> {
          throw wished(kind);
        });
    disk.apply(disk.last());
    disk.epoch++;
    return new State(disk.epoch, disk.last(), disk.lastEpoch, disk.inodes.size());
  }

  @Override
  public CompletableFuture<Void> append(CommitBatch batch) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    schedule.appending(batch);
    later(
        Stage.WRITING,
        () -> {
          boolean fenced = batch.epoch() != disk.epoch;
          Fate fate = schedule.fateOfAppend();
          StoreException.Kind failure =
              switch (fate) {
                case DONE -> null;
                case UNAVAILABLE -> StoreException.Kind.UNAVAILABLE;
                case BROKEN -> StoreException.Kind.BROKEN;
                case UNKNOWN_DONE, UNKNOWN_NOT_DONE -> StoreException.Kind.UNKNOWN;
              };
          if (fenced) {
            failure = StoreException.Kind.FENCED;
          } else if (fate == Fate.DONE || fate == Fate.UNKNOWN_DONE) {
            write(batch);
          }
          StoreException.Kind kind = failure;
          later(
              Stage.WRITTEN,
              () -> {
                if (kind == null) {
                  result.complete(null);
                } else {
                  result.completeExceptionally(wished(kind));
                }
              });
        });
    return result;
  }

  private static StoreException wished(StoreException.Kind kind) {
    return new StoreException(kind, "as the schedule wished");
  }

  private void write(CommitBatch batch) {
    if (batch.first() != disk.last() + 1) {
      throw new AssertionError(
          "commit " + batch.first() + " does not follow " + disk.last() + " in the log");
    }
    for (ChangeSet set : batch.commits()) {
      disk.log.add(set);
    }
    disk.lastEpoch = batch.epoch();
    if (!applying) {
      applying = true;
      later(Stage.APPLYING, this::applySome);
    }
  }

  private void applySome() {
    applying = false;
    long before = disk.applied;
    disk.apply(schedule.applyUpTo(disk.applied, disk.last()));
    if (disk.applied > before && disk.applied < disk.last()) {
      applying = true;
      later(Stage.APPLYING, this::applySome);
    }
    long reached = disk.applied;
    later(
        Stage.APPLIED,
        () -> {
          if (listener != null) {
            listener.accept(reached);
          }
        });
  }

  @Override
  public void onApplied(LongConsumer newListener) {
    listener = newListener;
  }

  @Override
  public void hurry() {}

  @Override
  public <T> CompletableFuture<T> fetch(Fetch<T> question) {
    CompletableFuture<T> result = new CompletableFuture<>();
    later(
        Stage.ASKED,
        () -> {
          T answer = answer(question);
          fetches++;
          reply(result, answer);
        });
    return result;
  }

  /// The answer comes later, or a failure in its place.
  private <T> void reply(CompletableFuture<T> result, T answer) {
    Optional<StoreException.Kind> failure = schedule.failureOfAsking();
    later(
        Stage.ANSWERED,
        () -> {
          if (failure.isPresent()) {
            result.completeExceptionally(wished(failure.get()));
          } else {
            result.complete(answer);
          }
        });
  }

  @SuppressWarnings("unchecked") // the answer's type follows from the question's
  private <T> T answer(Fetch<T> question) {
    Object answer =
        switch ((Fetch<?>) question) {
          case Fetch.OfInode(InodeId inode) -> Optional.ofNullable(disk.inodes.get(inode));
          case Fetch.OfEntry(InodeId directory, Name name) ->
              Optional.ofNullable(disk.entries.getOrDefault(directory, new TreeMap<>()).get(name));
          case Fetch.OfExtents(InodeId inode, long first, long end) -> {
            List<Extent> found = new ArrayList<>();
            for (Extent extent : disk.extents.getOrDefault(inode, new TreeMap<>()).values()) {
              if (extent.end() > first) {
                found.add(extent);
              }
              if (extent.index() >= end) {
                break;
              }
            }
            yield found;
          }
          case Fetch.OfInline(InodeId inode) -> disk.inline.getOrDefault(inode, InlineContent.NONE);
          case Fetch.OfXattrs(InodeId inode) ->
              new TreeMap<>(disk.xattrs.getOrDefault(inode, new TreeMap<>()));
          case Fetch.OfEntries(InodeId directory, Optional<Name> after, int limit) -> {
            TreeMap<Name, InodeId> names = disk.entries.getOrDefault(directory, new TreeMap<>());
            List<Fetch.Entry> page = new ArrayList<>();
            for (Map.Entry<Name, InodeId> entry :
                (after.isPresent() ? names.tailMap(after.get(), false) : names).entrySet()) {
              if (page.size() == limit) {
                break;
              }
              InodeRecord inode =
                  Objects.requireNonNull(
                      disk.inodes.get(entry.getValue()),
                      () -> entry + " in " + directory + " points to nothing");
              page.add(new Fetch.Entry(entry.getKey(), inode));
            }
            yield page;
          }
          case Fetch.OfOrphans(InodeId after, int limit) ->
              disk.inodes.tailMap(after, false).values().stream()
                  .filter(inode -> inode.nlink() == 0)
                  .limit(limit)
                  .map(InodeRecord::id)
                  .toList();
        };
    return (T) answer;
  }

  @Override
  public CompletableFuture<Optional<Long>> commitOf(CommitToken token) {
    CompletableFuture<Optional<Long>> result = new CompletableFuture<>();
    later(Stage.ASKED, () -> reply(result, Optional.ofNullable(disk.tokens.get(token))));
    return result;
  }

  @Override
  public CompletableFuture<Long> reserve(Counter counter, long count) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    later(
        Stage.ASKED,
        () -> {
          long first = disk.counters.getOrDefault(counter, 1L);
          disk.counters.put(counter, first + count);
          reply(result, first);
        });
    return result;
  }

  @Override
  public List<io.plasmafs.namenode.metadata.FileExtent> extentsAfter(
      InodeId inode, long index, int limit) {
    throw new UnsupportedOperationException("repair is no business of the engine");
  }

  @Override
  public void scanExtents(BiConsumer<InodeId, Extent> visitor) {
    disk.extents.forEach(
        (inode, runs) -> runs.values().forEach(extent -> visitor.accept(inode, extent)));
  }

  @Override
  public List<DatanodeRecord> datanodes() {
    return List.of();
  }

  @Override
  public CompletableFuture<Void> putDatanode(DatanodeRecord datanode) {
    throw new UnsupportedOperationException("datanodes are no business of the engine");
  }

  @Override
  public CompletableFuture<Void> deleteDatanode(DatanodeRecord datanode) {
    throw new UnsupportedOperationException("datanodes are no business of the engine");
  }

  @Override
  public void close() {
    crashed = true;
  }
}
