package io.plasmafs.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.Namespace;
import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.PlasmaFile;
import io.plasmafs.client.PlasmaIOException;
import io.plasmafs.model.Attributes;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.operation.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;

/// A client and what it has seen, which is checked against what was committed. Safe for use by many
/// threads.
final class HistoryActor {
  /// What was there when a client looked.
  ///
  /// @param floor the newest version of this file that it had seen or committed before it asked
  record Sight(String how, int file, long floor, Optional<StampedContent> state) {}

  private final String name;
  private final PlasmaClient client;
  private final HistoryFiles files;
  private final boolean trusting;
  private final AtomicLongArray floors;
  private final Queue<Sight> unjudged = new ConcurrentLinkedQueue<>();

  /// @param trusting whether the client uses what it knows without validation
  HistoryActor(String name, PlasmaClient client, HistoryFiles files, boolean trusting) {
    this.name = name;
    this.client = client;
    this.files = files;
    this.trusting = trusting;
    this.floors = new AtomicLongArray(files.count());
  }

  PlasmaClient client() {
    return client;
  }

  HistoryFiles files() {
    return files;
  }

  boolean isTrusting() {
    return trusting;
  }

  long floor(int file) {
    return floors.get(file);
  }

  private void knows(int file, long version) {
    floors.accumulateAndGet(file, version, Math::max);
  }

  void committed(int file, long version, Optional<StampedContent> state) {
    files.of(file).committed(version, state);
    knows(file, version);
  }

  // ---- judging

  /// Judges what was seen, or puts it aside if the history does not have it yet: others' commits
  /// can be seen before they are written down there.
  void saw(Sight sight) {
    files
        .of(sight.file())
        .since(sight.state(), sight.floor())
        .ifPresentOrElse(version -> knows(sight.file(), version), () -> unjudged.add(sight));
  }

  /// Judges what was put aside; all that was committed is written down now.
  void judge() {
    for (Sight sight = unjudged.poll(); sight != null; sight = unjudged.poll()) {
      assertThat(files.of(sight.file()).since(sight.state(), sight.floor()))
          .as("%s: %s\nof %s", name, sight, files.of(sight.file()))
          .isPresent();
    }
  }

  // ---- looking

  /// A whole content as a client or a transaction sees it; nothing if there is no file.
  Optional<StampedContent> content(Namespace namespace, int file) {
    try {
      return Optional.of(StampedContent.read(namespace.readAll(files.path(file))));
    } catch (FsException e) {
      if (e.status() != FsStatus.ENOENT) {
        throw e;
      }
      return Optional.empty();
    }
  }

  Optional<StampedContent> readAll(int file) {
    long floor = floor(file);
    Optional<StampedContent> state = content(client, file);
    saw(new Sight("all of a file", file, floor, state));
    return state;
  }

  /// All files by one call. What it leaves out, as it was changed meanwhile, is left out here.
  void readMany() {
    long[] before = floorsOfAll();
    List<Optional<ByteBuffer>> contents = client.readMany(files.locations());
    for (int file = 0; file < contents.size(); file++) {
      Optional<ByteBuffer> content = contents.get(file);
      if (content.isPresent()) {
        StampedContent state = StampedContent.read(content.get().array());
        saw(new Sight("one of many", file, before[file], Optional.of(state)));
      }
    }
  }

  /// Attributes of all, validated by one call, whatever the client trusts otherwise.
  List<Outcome.Found> statMany() {
    long[] before = floorsOfAll();
    List<Outcome.Found> all = client.withMaxStaleness(Duration.ZERO).statMany(files.paths(), true);
    for (int file = 0; file < all.size(); file++) {
      Optional<Attributes> attributes = all.get(file).attributes();
      if (attributes.isPresent()) {
        assertThat(attributes.get().contentVersion())
            .as("%s: attributes of file %s", name, file)
            .isGreaterThanOrEqualTo(before[file]);
        knows(file, attributes.get().contentVersion());
      } else {
        saw(new Sight("no attributes", file, before[file], Optional.empty()));
      }
    }
    return all;
  }

  private long[] floorsOfAll() {
    return LongStream.range(0, files.count()).map(file -> floor((int) file)).toArray();
  }

  /// A file that is read part by part.
  PartByPart open(Namespace namespace, int file) {
    return new PartByPart(namespace, file);
  }

  /// Parts of an open file: of one version, whatever is committed meanwhile.
  final class PartByPart implements AutoCloseable {
    private final int file;
    private final long floor;
    private final PlasmaFile opened;
    private final ByteBuffer all;
    private boolean lost;

    private PartByPart(Namespace namespace, int file) {
      this.file = file;
      this.floor = floor(file);
      this.opened = namespace.openFile(files.path(file));
      this.all = ByteBuffer.allocate((int) opened.size());
    }

    /// Reads on.
    ///
    /// @return whether something is left
    boolean read(int bytes) throws IOException {
      try {
        int position = all.position();
        int unused = opened.read(all.limit(Math.min(all.capacity(), position + bytes)), position);
      } catch (PlasmaIOException e) {
        // Nothing holds the blocks of a file that is read on trust. That they are gone is said.
        assertThat(e.status()).isEqualTo(FsStatus.ESTALE);
        assertThat(trusting).as("%s: %s", name, e).isTrue();
        lost = true;
      }
      return !lost && all.position() < all.capacity();
    }

    /// What was read of all parts; nothing unless all were.
    Optional<StampedContent> content() {
      if (lost || all.position() < all.capacity()) {
        return Optional.empty();
      }
      Optional<StampedContent> state = Optional.of(StampedContent.read(all.array()));
      saw(new Sight("part by part", file, floor, state));
      return state;
    }

    @Override
    public void close() {
      opened.close();
    }
  }
}
