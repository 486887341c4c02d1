package io.plasmafs.client.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// Verified slices of blocks, in direct memory. Who misses one claims it, and loads it for all who
/// miss it meanwhile. Safe for use by many threads.
///
/// ```
/// unknown ──look()──> claimed ──fill()──> present ──evicted──> unknown
///                        └──giveUp()──> unknown
/// ```
public final class BlockCache {
  /// Frames beyond those in the cache: for slices that are just being filled or still being read
  /// after their eviction.
  private static final long SPARE = 16;

  private final int sliceBytes;
  private final FrameSpace space;
  private final Cache<SliceKey, Frame> present;
  private final Map<SliceKey, CompletableFuture<Boolean>> loading = new ConcurrentHashMap<>();
  private final boolean on;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder joins = new LongAdder();
  private final LongAdder evictions = new LongAdder();

  /// A cache of so many bytes of direct memory.
  public BlockCache(long bytes, int sliceBytes) {
    this.sliceBytes = sliceBytes;
    this.space = new FrameSpace(sliceBytes, bytes);
    this.on = space.limit() > 2 * SPARE;
    this.present =
        Caffeine.newBuilder()
            .maximumSize(Math.max(0, space.limit() - SPARE))
            .<SliceKey, Frame>evictionListener((key, frame, cause) -> evictions.increment())
            .removalListener((key, frame, cause) -> {
              if (frame != null) {
                frame.release();
              }
            })
            .executor(Runnable::run)
            .build();
  }

  /// Bytes of blocks that it can hold.
  public long limitBytes() {
    return on ? (space.limit() - SPARE) * sliceBytes : 0;
  }

  /// Whether it can hold anything.
  public boolean isOn() {
    return on;
  }

  /// What is known of a slice.
  public sealed interface Look {
    /// It is here.
    record Present(Slice slice) implements Look {}

    /// Somebody else loads it.
    ///
    /// @param done true when it is here, as far as there is room; false if it could not be loaded
    record Loading(CompletableFuture<Boolean> done) implements Look {}

    /// The caller is to load it, and to call [#fill] or [#giveUp] in any case.
    record Claimed() implements Look {}
  }

  private static final Look CLAIMED = new Look.Claimed();

  /// A slice that stays readable until it is closed.
  public interface Slice extends AutoCloseable {
    /// The bytes there are; what is missing of the slice is zero. Position and limit are the
    /// caller's own.
    ByteBuffer bytes();

    @Override
    void close();
  }

  /// Looks for a slice, and claims it if nobody loads it.
  public Look look(SliceKey key) {
    Optional<Slice> found = get(key);
    if (found.isPresent()) {
      hits.increment();
      return new Look.Present(found.get());
    }
    CompletableFuture<Boolean> mine = new CompletableFuture<>();
    CompletableFuture<Boolean> other = loading.putIfAbsent(key, mine);
    if (other != null) {
      joins.increment();
      return new Look.Loading(other);
    }
    // Whoever loaded it may have finished between the two questions.
    Optional<Slice> meanwhile = get(key);
    if (meanwhile.isPresent()) {
      giveUp(key);
      hits.increment();
      return new Look.Present(meanwhile.get());
    }
    misses.increment();
    return CLAIMED;
  }

  /// A slice, if it is here.
  public Optional<Slice> get(SliceKey key) {
    Frame frame = present.getIfPresent(key);
    return frame != null && frame.retain() ? Optional.of(frame.slice()) : Optional.empty();
  }

  /// Takes in a claimed slice.
  ///
  /// @param length bytes there are of it
  /// @param writer puts that many bytes into an empty buffer
  public void fill(SliceKey key, int length, Consumer<ByteBuffer> writer) {
    boolean filled = false;
    try {
      if (length > sliceBytes) {
        throw new IllegalArgumentException("a slice has " + sliceBytes + " bytes, not " + length);
      }
      Optional<ByteBuffer> memory = space.take();
      if (memory.isPresent()) {
        Frame frame = new Frame(memory.get());
        try {
          writer.accept(frame.memory);
          frame.memory.flip();
          if (frame.memory.remaining() != length) {
            throw new IllegalStateException(
                frame.memory.remaining() + " bytes were put where " + length + " were announced");
          }
        } catch (RuntimeException e) {
          frame.release();
          throw e;
        }
        present.put(key, frame);
      }
      filled = true;
    } finally {
      settle(key, filled);
    }
  }

  /// A claimed slice could not be loaded: whoever waits for it has to load it.
  public void giveUp(SliceKey key) {
    settle(key, false);
  }

  private void settle(SliceKey key, boolean loaded) {
    CompletableFuture<Boolean> done = loading.remove(key);
    if (done != null) {
      done.complete(loaded);
    }
  }

  long hits() {
    return hits.sum();
  }

  long misses() {
    return misses.sum();
  }

  long joins() {
    return joins.sum();
  }

  long evictions() {
    return evictions.sum();
  }

  long directBytes() {
    return space.bytes();
  }

  /// Memory of one slice: given back when the cache and all readers have let go of it.
  private final class Frame {
    private final ByteBuffer memory;

    /// The cache, and each reader. Nobody comes back from 0.
    private final AtomicInteger users = new AtomicInteger(1);

    Frame(ByteBuffer memory) {
      this.memory = memory;
    }

    boolean retain() {
      for (int now = users.get(); now > 0; now = users.get()) {
        if (users.compareAndSet(now, now + 1)) {
          return true;
        }
      }
      return false;
    }

    void release() {
      if (users.decrementAndGet() == 0) {
        space.give(memory);
      }
    }

    Slice slice() {
      ByteBuffer bytes = memory.asReadOnlyBuffer();
      return new Slice() {
        private boolean closed;

        @Override
        public ByteBuffer bytes() {
          return bytes;
        }

        @Override
        public void close() {
          if (!closed) {
            closed = true;
            release();
          }
        }
      };
    }
  }
}
