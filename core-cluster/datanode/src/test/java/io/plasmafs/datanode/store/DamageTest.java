package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that change behind the store's back: never a wrong byte without a wrong checksum.
class DamageTest {
  private static final int BLOCKS = 16;
  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  @TempDir Path directory;

  @BeforeEach
  void tellSeed() {
    System.out.println("DamageTest seed " + seed);
  }

  private void flip(String file, long position, int mask) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(directory.resolve(file).toFile(), "rw")) {
      out.seek(position);
      int value = out.read();
      out.seek(position);
      out.write(value ^ mask);
    }
  }

  private List<byte[]> fill(BlockStore store) {
    List<byte[]> contents = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      byte[] bytes = Stores.bytes(random, 1 + random.nextInt(64 << 10));
      Stores.write(store, block, 0, 5, bytes);
      contents.add(bytes);
    }
    store.sync(0, BLOCKS).join();
    return contents;
  }

  private static FsStatus refusal(Runnable action) {
    try {
      action.run();
      return FsStatus.OK;
    } catch (FsException e) {
      return e.status();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void aCopyReplacesWhatIsOfALaterGeneration(int sliceSize) throws IOException {
    Geometry geometry = new Geometry(64 << 10, sliceSize);
    Stores.format(geometry, BLOCKS, directory);
    byte[] bytes = Stores.bytes(random, 50_000);
    ByteBuffer[] data = {ByteBuffer.wrap(bytes)};
    int[] checksums = Stores.checksums(geometry, bytes);
    try (BlockStore store = Stores.open(directory)) {
      fill(store);
      assertThat(refusal(() -> store.write(3, 0, 4, 7, checksums, data)))
          .isEqualTo(FsStatus.ESTALEBLOCK);
      store.write(() -> {}, 3, 0, 4, true, 7, checksums, data);
      assertThat(Stores.read(store, 3, 0, 64 << 10, 4)).isEqualTo(bytes);
      assertThat(refusal(() -> store.range(3, 0, 64 << 10, 5))).isEqualTo(FsStatus.ESTALEBLOCK);
      store.sync(3, 1).join();
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThat(Stores.read(store, 3, 0, 64 << 10, 4)).isEqualTo(bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void flippedBitsAreFoundByTheScrubberAndThenRefused(int sliceSize) throws IOException {
    Stores.format(new Geometry(64 << 10, sliceSize), BLOCKS, directory);
    try (BlockStore store = Stores.open(directory)) {
      List<byte[]> contents = fill(store);
      long at = random.nextInt(contents.get(3).length);
      flip("data", VolumeHeader.BYTES + 3 * (64L << 10) + at, 1 << random.nextInt(8));
      assertThatThrownBy(() -> Stores.read(store, 3, 0, 64 << 10, 5))
          .hasMessageContaining("wrong checksum");
      Scrubber.scrubOnce(store);
      assertThat(store.checksumErrors()).isEqualTo(1);
      assertThat(refusal(() -> store.range(3, 0, 64 << 10, 5))).isEqualTo(FsStatus.ECHECKSUM);
      assertThat(refusal(() -> store.range(3, 0, 64 << 10, 4))).isEqualTo(FsStatus.ESTALEBLOCK);
      assertThat(Stores.read(store, 2, 0, 64 << 10, 5)).isEqualTo(contents.get(2));
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThat(refusal(() -> store.range(3, 0, 64 << 10, 5))).isEqualTo(FsStatus.ECHECKSUM);
      byte[] again = Stores.bytes(random, 64 << 10);
      Stores.write(store, 3, 0, 5, again);
      assertThat(Stores.read(store, 3, 0, 64 << 10, 5)).isEqualTo(again);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void everyFlippedBitOfARecordIsNoticed(int sliceSize) throws IOException {
    Geometry geometry = new Geometry(64 << 10, sliceSize);
    Stores.format(geometry, BLOCKS, directory);
    byte[] bytes = Stores.bytes(random, 64 << 10);
    try (BlockStore store = Stores.open(directory)) {
      Stores.write(store, 4, 0, 5, bytes);
    }
    int covered = RecordFormat.FIXED_BYTES + 4 * geometry.slicesPerBlock();
    long record = VolumeHeader.BYTES + 4L * geometry.recordBytes();
    for (int bit = 0; bit < covered * 8; bit += 1 + random.nextInt(5)) {
      flip("records", record + bit / 8, 1 << bit % 8);
      try (BlockStore store = Stores.open(directory)) {
        assertThat(refusal(() -> store.range(4, 0, 64 << 10, 5)))
            .as("bit %d", bit)
            .isEqualTo(FsStatus.ECHECKSUM);
        assertThat(store.checksumErrors()).isEqualTo(1);
      }
      flip("records", record + bit / 8, 1 << bit % 8);
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThat(Stores.read(store, 4, 0, 64 << 10, 5)).isEqualTo(bytes);
    }
  }

  @Test
  void aRecordMovedToAnotherBlockIsNoRecordOfThatBlock() throws IOException {
    Stores.format(Stores.ONE_SLICE, BLOCKS, directory);
    try (BlockStore store = Stores.open(directory)) {
      fill(store);
    }
    int size = Stores.ONE_SLICE.recordBytes();
    try (RandomAccessFile out = new RandomAccessFile(directory.resolve("records").toFile(), "rw")) {
      byte[] record = new byte[size];
      out.seek(VolumeHeader.BYTES + 2L * size);
      out.readFully(record);
      out.seek(VolumeHeader.BYTES + 9L * size);
      out.write(record);
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThat(refusal(() -> store.range(9, 0, 1, 5))).isEqualTo(FsStatus.ECHECKSUM);
    }
  }

  @Test
  void aTornRecordCostsItsBlockAndNoOther() throws IOException {
    Stores.format(Stores.SIXTEEN_SLICES, BLOCKS, directory);
    List<byte[]> contents;
    try (BlockStore store = Stores.open(directory)) {
      contents = fill(store);
    }
    int size = Stores.SIXTEEN_SLICES.recordBytes();
    int torn = 1 + random.nextInt(31);
    try (RandomAccessFile out = new RandomAccessFile(directory.resolve("records").toFile(), "rw")) {
      out.seek(VolumeHeader.BYTES + 6L * size);
      out.write(Stores.bytes(random, torn));
    }
    try (BlockStore store = Stores.open(directory)) {
      for (int block = 0; block < BLOCKS; block++) {
        int b = block;
        if (block == 6) {
          assertThat(refusal(() -> store.range(b, 0, 1, 5))).isEqualTo(FsStatus.ECHECKSUM);
        } else {
          assertThat(Stores.read(store, block, 0, 64 << 10, 5)).isEqualTo(contents.get(block));
        }
      }
      Stores.write(store, 6, 0, 1, contents.get(6));
      assertThat(Stores.read(store, 6, 0, 64 << 10, 1)).isEqualTo(contents.get(6));
    }
  }

  /// The last block of the volume was being written when the machine died: its record is on the
  /// disk, and of its data a part.
  @ParameterizedTest
  @ValueSource(ints = {4096, 65536})
  void aTornWriteAtTheEndOfTheVolumeIsNoticed(int sliceSize) throws IOException {
    Stores.format(new Geometry(64 << 10, sliceSize), BLOCKS, directory);
    int last = BLOCKS - 1;
    byte[] before = Stores.bytes(random, 64 << 10);
    byte[] after = Stores.bytes(random, 64 << 10);
    int torn = 512 * (1 + random.nextInt(127));
    List<byte[]> contents;
    try (BlockStore store = Stores.open(directory)) {
      contents = fill(store);
      Stores.write(store, last, 0, 6, after);
      store.sync(last, 1).join();
    }
    try (RandomAccessFile out = new RandomAccessFile(directory.resolve("data").toFile(), "rw")) {
      out.seek(VolumeHeader.BYTES + last * (64L << 10) + torn);
      out.write(before, torn, before.length - torn);
      assertThat(out.length()).isEqualTo(out.getFilePointer());
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThatThrownBy(() -> Stores.read(store, last, 0, 64 << 10, 6))
          .hasMessageContaining("wrong checksum");
      Scrubber.scrubOnce(store);
      assertThat(store.checksumErrors()).isEqualTo(1);
      assertThat(refusal(() -> store.range(last, 0, 1, 6))).isEqualTo(FsStatus.ECHECKSUM);
      assertThat(Stores.read(store, last - 1, 0, 64 << 10, 5)).isEqualTo(contents.get(last - 1));
      Stores.write(store, last, 0, 7, after);
      assertThat(Stores.read(store, last, 0, 64 << 10, 7)).isEqualTo(after);
    }
  }

  @Test
  void recordsBehindTheStoresBackAreNoticedByReadsOfSlices() throws IOException {
    Stores.format(Stores.SIXTEEN_SLICES, BLOCKS, directory);
    try (BlockStore store = Stores.open(directory)) {
      fill(store);
      flip("records", VolumeHeader.BYTES + 5L * Stores.SIXTEEN_SLICES.recordBytes() + 33, 4);
      assertThat(refusal(() -> store.range(5, 0, 1, 5))).isEqualTo(FsStatus.ECHECKSUM);
    }
  }
}
