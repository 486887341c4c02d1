package io.plasmafs.client.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.cache.BlockCache.Look;
import io.plasmafs.model.InodeId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BlockCacheTest {
  private static final int SLICE = 4096;

  private static SliceKey key(long index) {
    return new SliceKey(new InodeId(3), 7, index);
  }

  private static void fill(BlockCache cache, SliceKey key) {
    cache.fill(
        key,
        SLICE,
        target -> {
          while (target.hasRemaining()) {
            target.putLong(key.index());
          }
        });
  }

  @Test
  void claimedOnceThenJoinedThenPresent() {
    BlockCache cache = new BlockCache(1 << 20, SLICE);
    assertThat(cache.look(key(1))).isInstanceOf(Look.Claimed.class);
    Look second = cache.look(key(1));
    assertThat(second)
        .isInstanceOfSatisfying(Look.Loading.class, look -> assertThat(look.done()).isNotDone());
    fill(cache, key(1));
    assertThat(((Look.Loading) second).done()).isCompletedWithValue(true);
    assertThat(cache.look(key(1)))
        .isInstanceOfSatisfying(
            Look.Present.class,
            look -> {
              assertThat(look.slice().bytes().getLong(8)).isEqualTo(1);
              look.slice().close();
            });
  }

  @Test
  void whoeverGivesUpLetsOthersLoad() {
    BlockCache cache = new BlockCache(1 << 20, SLICE);
    assertThat(cache.look(key(1))).isInstanceOf(Look.Claimed.class);
    Look second = cache.look(key(1));
    cache.giveUp(key(1));
    assertThat(((Look.Loading) second).done()).isCompletedWithValue(false);
    assertThat(cache.look(key(1))).isInstanceOf(Look.Claimed.class);
  }

  @Test
  void aSliceInUseKeepsItsBytesAfterItsEviction() {
    BlockCache cache = new BlockCache(64 * SLICE, SLICE);
    assertThat(cache.look(key(0))).isInstanceOf(Look.Claimed.class);
    fill(cache, key(0));
    try (BlockCache.Slice held = cache.get(key(0)).orElseThrow()) {
      for (int i = 1; i < 1000; i++) {
        for (int n = 0; n < 3; n++) {
          if (cache.look(key(i)) instanceof Look.Claimed) {
            fill(cache, key(i));
          }
        }
      }
      assertThat(held.bytes().getLong(0)).isZero();
      assertThat(held.bytes().getLong(SLICE - 8)).isZero();
    }
    assertThat(cache.directBytes()).isLessThanOrEqualTo(64 * SLICE);
    assertThat(cache.evictions()).isPositive();
  }

  @Test
  void withoutMemoryNothingIsKept() {
    BlockCache cache = new BlockCache(0, SLICE);
    assertThat(cache.isOn()).isFalse();
    assertThat(cache.look(key(0))).isInstanceOf(Look.Claimed.class);
    fill(cache, key(0));
    assertThat(cache.get(key(0))).isEmpty();
  }

  /// Readers of a cache much too small: no slice ever shows the bytes of another.
  @Test
  void framesAreNeverReusedUnderAReader() throws Exception {
    long seed = System.nanoTime();
    System.out.println("seed " + seed);
    BlockCache cache = new BlockCache(40 * SLICE, SLICE);
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(4)) {
      for (int t = 0; t < 4; t++) {
        Random random = new Random(seed + t);
        all.add(
            readers.submit(() -> {
              for (int i = 0; i < 20_000; i++) {
                SliceKey key = key(random.nextInt(60));
                switch (cache.look(key)) {
                  case Look.Claimed claimed -> fill(cache, key);
                  case Look.Loading loading -> {
                    boolean unused = loading.done().join();
                  }
                  case Look.Present(BlockCache.Slice slice) -> {
                    try (slice) {
                      ByteBuffer bytes = slice.bytes();
                      while (bytes.hasRemaining()) {
                        if (bytes.getLong() != key.index()) {
                          throw new AssertionError("a frame was reused under its reader");
                        }
                      }
                    }
                  }
                }
              }
            }));
      }
      for (Future<?> one : all) {
        Object unused = one.get();
      }
    }
    assertThat(cache.directBytes()).isLessThanOrEqualTo(40 * SLICE);
  }
}
