package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The store against a map of byte arrays, with random pieces over random blocks and reopenings.
class BlockStorePropertyTest {
  private static final int BLOCKS = 40;

  @TempDir Path directory;

  private static final class Held {
    private final long generation;
    private final byte[] bytes;

    Held(long generation, byte[] bytes) {
      this.generation = generation;
      this.bytes = bytes;
    }
  }

  private final Map<Long, Held> model = new HashMap<>();

  @ParameterizedTest
  @ValueSource(ints = {4096, 16384, 65536})
  void storeAnswersAsAMapOfBytesWould(int sliceSize) throws IOException {
    long seed = System.nanoTime();
    System.out.println("BlockStorePropertyTest seed " + seed);
    Random random = new Random(seed);
    Geometry geometry = new Geometry(64 << 10, sliceSize);
    Path[] volumes = {directory.resolve("a"), directory.resolve("b")};
    Stores.format(geometry, BLOCKS / 2, volumes);
    BlockStore store = Stores.open(volumes);
    try {
      for (int step = 0; step < 1500; step++) {
        switch (random.nextInt(12)) {
          case 0, 1, 2, 3, 4 -> write(store, random);
          case 5, 6, 7, 8, 9, 10 -> read(store, random);
          default -> {
            if (random.nextInt(10) == 0) {
              store.close();
              store = Stores.open(volumes[1], volumes[0]);
            }
          }
        }
      }
      for (long block = 0; block < BLOCKS; block++) {
        Held held = model.get(block);
        if (held != null) {
          assertThat(Stores.read(store, block, 0, 64 << 10, held.generation))
              .as("seed %d block %d", seed, block)
              .isEqualTo(held.bytes);
        }
      }
      store.inventory(
          0,
          BLOCKS,
          record -> {
            Held held = model.get(record.block());
            assertThat(record.generation()).isEqualTo(held == null ? 0 : held.generation);
            assertThat(record.length()).isEqualTo(held == null ? 0 : held.bytes.length);
            assertThat(record.checksum())
                .isEqualTo(held == null ? 0 : Stores.crc(held.bytes, 0, held.bytes.length));
          });
      Scrubber.scrubOnce(store);
      assertThat(store.checksumErrors()).isZero();
      assertThat(store.scrubbedBlocks()).isEqualTo(model.size());
    } finally {
      store.close();
    }
  }

  private void write(BlockStore store, Random random) {
    int blockSize = store.geometry().blockSize();
    int sliceSize = store.geometry().sliceSize();
    long block = random.nextInt(BLOCKS);
    int offset = random.nextInt(3) > 0 ? 0 : random.nextInt(blockSize / sliceSize) * sliceSize;
    byte[] bytes = Stores.bytes(random, 1 + random.nextInt(3 * blockSize));
    long generation = Math.max(1, generationOf(block) + random.nextInt(3) - 1);
    long behind = block + Math.ceilDiv(offset + bytes.length, blockSize);
    if (block < BLOCKS / 2 && behind > BLOCKS / 2) {
      // over two volumes: one of them alone could refuse, so let none of them have a reason
      offset = 0;
      for (long b = block; b < Math.min(BLOCKS, behind); b++) {
        generation = Math.max(generation, generationOf(b));
      }
    }
    Optional<FsStatus> expected = expected(block, offset, generation, bytes.length, blockSize);
    Optional<FsStatus> found;
    try {
      Stores.write(store, block, offset, generation, bytes);
      found = Optional.empty();
    } catch (FsException e) {
      found = Optional.of(e.status());
    }
    if (found.isPresent() && found.get() == FsStatus.EINVAL && expected.isPresent()) {
      return; // several reasons hold at once: any will do
    }
    assertThat(found).isEqualTo(expected);
    if (expected.isPresent()) {
      return;
    }
    int from = 0;
    int at = offset;
    for (long b = block; from < bytes.length; b++) {
      int part = Math.min(bytes.length - from, blockSize - at);
      Held old = model.get(b);
      byte[] before = old != null && old.generation == generation ? old.bytes : new byte[0];
      int end = at + part;
      int length = end % sliceSize == 0 ? Math.max(before.length, end) : end;
      byte[] after = Arrays.copyOf(before, length);
      System.arraycopy(bytes, from, after, at, part);
      model.put(b, new Held(generation, after));
      from += part;
      at = 0;
    }
  }

  private Optional<FsStatus> expected(
      long block, int offset, long generation, int bytes, int blockSize) {
    long last = block + (offset + bytes - 1) / blockSize;
    if (last >= BLOCKS) {
      return Optional.of(FsStatus.EINVAL);
    }
    for (long b = block; b <= last; b++) {
      Held held = model.get(b);
      if (held != null && held.generation > generation) {
        return Optional.of(FsStatus.ESTALEBLOCK);
      }
    }
    Held held = model.get(block);
    int length = held != null && held.generation == generation ? held.bytes.length : 0;
    return offset > length ? Optional.of(FsStatus.EINVAL) : Optional.empty();
  }

  private long generationOf(long block) {
    return Optional.ofNullable(model.get(block)).map(held -> held.generation).orElse(1L);
  }

  private void read(BlockStore store, Random random) throws IOException {
    int blockSize = store.geometry().blockSize();
    int sliceSize = store.geometry().sliceSize();
    long block = random.nextInt(BLOCKS);
    int offset = random.nextInt(blockSize / sliceSize) * sliceSize;
    int length = 1 + random.nextInt(3 * blockSize);
    long last = block + (offset + length - 1) / blockSize;
    Held first = model.get(block);
    long generation = first == null ? 1 : first.generation - (random.nextInt(5) == 0 ? 1 : 0);
    byte[] wanted = new byte[0];
    FsStatus refused = last >= BLOCKS ? FsStatus.EINVAL : FsStatus.OK;
    int left = length;
    int at = offset;
    for (long b = block; refused == FsStatus.OK && left > 0; b++) {
      Held held = model.get(b);
      if (held == null || held.generation != generation) {
        refused = FsStatus.ESTALEBLOCK;
        break;
      }
      int part = Math.min(blockSize - at, Math.ceilDiv(left, sliceSize) * sliceSize);
      int end = Math.min(at + part, held.bytes.length);
      if (end > at) {
        int before = wanted.length;
        wanted = Arrays.copyOf(wanted, before + end - at);
        System.arraycopy(held.bytes, at, wanted, before, end - at);
      }
      left -= Math.min(left, blockSize - at);
      if (end < at + part || end < blockSize) {
        break;
      }
      at = 0;
    }
    try {
      assertThat(Stores.read(store, block, offset, length, generation)).isEqualTo(wanted);
      assertThat(refused).isEqualTo(FsStatus.OK);
    } catch (FsException e) {
      assertThat(e.status()).isEqualTo(refused);
    }
  }
}
