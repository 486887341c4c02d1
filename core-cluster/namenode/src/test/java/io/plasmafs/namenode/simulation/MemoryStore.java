package io.plasmafs.namenode.simulation;

import io.plasmafs.model.CommitToken;
import io.plasmafs.model.Extent;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.Name;
import io.plasmafs.namenode.metadata.ChangeSet;
import io.plasmafs.namenode.metadata.CommitBatch;
import io.plasmafs.namenode.metadata.DatanodeRecord;
import io.plasmafs.namenode.metadata.Fetch;
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
    void later(Runnable task);

    /// What becomes of the next append.
    Fate fateOfAppend();

    /// Whether the next question fails.
    boolean failsFetch();
  }

  /// What can become of an append.
  public enum Fate {
    DONE,
    UNAVAILABLE,
    UNKNOWN_DONE,
    UNKNOWN_NOT_DONE
  }

  /// Everything happens at once, and nothing goes wrong.
  public static final Schedule AT_ONCE =
      new Schedule() {
        @Override
        public void later(Runnable task) {
          task.run();
        }

        @Override
        public Fate fateOfAppend() {
          return Fate.DONE;
        }

        @Override
        public boolean failsFetch() {
          return false;
        }
      };

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

  private void later(Runnable task) {
    schedule.later(() -> {
      if (!crashed) {
        task.run();
      }
    });
  }

  @Override
  public State open() {
    disk.apply(disk.last());
    disk.epoch++;
    return new State(disk.epoch, disk.last(), disk.lastEpoch, disk.inodes.size());
  }

  @Override
  public CompletableFuture<Void> append(CommitBatch batch) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    later(() -> {
      Fate fate = schedule.fateOfAppend();
      StoreException.Kind failure =
          switch (fate) {
            case DONE -> null;
            case UNAVAILABLE -> StoreException.Kind.UNAVAILABLE;
            case UNKNOWN_DONE, UNKNOWN_NOT_DONE -> StoreException.Kind.UNKNOWN;
          };
      if (batch.epoch() != disk.epoch) {
        failure = StoreException.Kind.FENCED;
      } else if (fate == Fate.DONE || fate == Fate.UNKNOWN_DONE) {
        write(batch);
      }
      StoreException.Kind kind = failure;
      later(() -> {
        if (kind == null) {
          result.complete(null);
        } else {
          result.completeExceptionally(
              new StoreException(kind, "as the schedule wished", new Exception("none")));
        }
      });
    });
    return result;
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
      later(this::applySome);
    }
  }

  private void applySome() {
    applying = false;
    disk.apply(disk.last());
    later(() -> {
      if (listener != null) {
        listener.accept(disk.applied);
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
    later(() -> {
      boolean fails = schedule.failsFetch();
      T answer = answer(question);
      fetches++;
      later(() -> {
        if (fails) {
          result.completeExceptionally(
              new StoreException(
                  StoreException.Kind.UNAVAILABLE,
                  "as the schedule wished",
                  new Exception("none")));
        } else {
          result.complete(answer);
        }
      });
    });
    return result;
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
              if (extent.index() < end && extent.end() > first) {
                found.add(extent);
              }
            }
            yield found;
          }
          case Fetch.OfInline(InodeId inode) -> Optional.ofNullable(disk.inline.get(inode));
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
    later(() -> {
      Optional<Long> sequence = Optional.ofNullable(disk.tokens.get(token));
      later(() -> result.complete(sequence));
    });
    return result;
  }

  @Override
  public CompletableFuture<Long> reserve(Counter counter, long count) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    later(() -> {
      long first = disk.counters.getOrDefault(counter, 1L);
      disk.counters.put(counter, first + count);
      later(() -> result.complete(first));
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
