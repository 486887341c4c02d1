package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The last question before anything is written.
class AdmissionTest {
  private static final int BLOCK = 64 << 10;

  @TempDir Path directory;
  private final Random random = new Random(1);

  private static FsException withdrawn() {
    return new FsException(FsStatus.ETICKET, "withdrawn");
  }

  private static void copy(BlockStore store, Runnable admission, long block, byte[] bytes) {
    int[] checksums = Stores.checksums(store.geometry(), bytes);
    ByteBuffer[] data = {ByteBuffer.wrap(bytes)};
    store.write(admission, block, 0, 4, true, 7, checksums, data);
  }

  @Test
  void aPieceThatIsNotAdmittedAnyMoreChangesNothing() throws IOException {
    Stores.format(Stores.SIXTEEN_SLICES, 64, directory);
    byte[] before = Stores.bytes(random, BLOCK);
    try (BlockStore store = Stores.open(directory)) {
      Stores.write(store, 3, 0, 5, before);
      assertThatThrownBy(() ->
              copy(
                  store,
                  () -> {
                    throw withdrawn();
                  },
                  3,
                  Stores.bytes(random, 2 * BLOCK)))
          .isInstanceOf(FsException.class)
          .hasMessage("withdrawn");
      assertThat(Stores.read(store, 3, 0, BLOCK, 5)).isEqualTo(before);
    }
    try (BlockStore store = Stores.open(directory)) {
      assertThat(Stores.read(store, 3, 0, BLOCK, 5)).isEqualTo(before);
      List<BlockRecord> records = new ArrayList<>();
      store.inventory(4, 1, records::add);
      assertThat(records).containsExactly(BlockRecord.empty(4));
    }
  }

  /// Blocks 0 to 31 are on the first volume, 32 to 63 on the second.
  @Test
  void aPieceOverTwoVolumesIsJudgedOnEach() throws IOException {
    Stores.format(Stores.ONE_SLICE, 32, directory.resolve("a"), directory.resolve("b"));
    byte[] before = Stores.bytes(random, BLOCK);
    byte[] after = Stores.bytes(random, 2 * BLOCK);
    int[] asked = new int[1];
    try (BlockStore store = Stores.open(directory.resolve("a"), directory.resolve("b"))) {
      Stores.write(store, 32, 0, 5, before);
      assertThatThrownBy(() ->
              copy(
                  store,
                  () -> {
                    if (++asked[0] == 2) {
                      throw withdrawn();
                    }
                  },
                  31,
                  after))
          .hasMessage("withdrawn");
      assertThat(asked[0]).isEqualTo(2);
      assertThat(Stores.read(store, 32, 0, BLOCK, 5)).isEqualTo(before);
    }
  }
}
