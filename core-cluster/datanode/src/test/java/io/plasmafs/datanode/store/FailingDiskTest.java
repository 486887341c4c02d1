package io.plasmafs.datanode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailingDiskTest {
  @TempDir Path directory;
  private final AtomicBoolean failWrites = new AtomicBoolean();
  private final AtomicBoolean failSyncs = new AtomicBoolean();
  private final AtomicInteger syncs = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);

  /// A real disk that refuses on demand.
  private final Disk disk =
      file -> {
        DiskFile real = Disk.local().open(file);
        return new DiskFile() {
          @Override
          public void read(ByteBuffer target, long position) throws IOException {
            real.read(target, position);
          }

          @Override
          public void write(ByteBuffer source, long position) throws IOException {
            if (failWrites.get()) {
              throw new IOException("Input/output error (write)");
            }
            real.write(source, position);
          }

          @Override
          public void sync() throws IOException {
            try {
              gate.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
            syncs.incrementAndGet();
            if (failSyncs.getAndSet(false)) {
              throw new IOException("Input/output error (sync)");
            }
            real.sync();
          }

          @Override
          public boolean isCached(long position, int bytes) {
            return real.isCached(position, bytes);
          }

          @Override
          public long size() throws IOException {
            return real.size();
          }

          @Override
          public FileChannel channel() {
            return real.channel();
          }

          @Override
          public void close() throws IOException {
            real.close();
          }
        };
      };

  @BeforeEach
  void format() throws IOException {
    Stores.format(Stores.ONE_SLICE, 64, directory);
  }

  private static byte[] data() {
    return Stores.bytes(new Random(1), 64 << 10);
  }

  @Test
  void aFailedSyncIsNeverForgotten() throws IOException {
    try (BlockStore store = Stores.open(disk, directory)) {
      Stores.write(store, 1, 0, 5, data());
      store.sync(1, 1).join();
      Stores.write(store, 2, 0, 5, data());
      failSyncs.set(true); // this once: the kernel would report success when asked again
      assertThatThrownBy(() -> store.sync(2, 1).join())
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EIO))
          .hasMessageContaining("cannot sync " + directory);
      int before = syncs.get();
      assertThatThrownBy(() -> store.sync(2, 1).join()).hasMessageContaining("cannot sync");
      assertThatThrownBy(() -> Stores.write(store, 3, 0, 5, data()))
          .isInstanceOf(FsException.class)
          .hasMessageContaining("cannot sync");
      assertThat(syncs.get()).as("syncs after the failure").isEqualTo(before);
      assertThat(store.failure()).hasValueSatisfying(m -> assertThat(m).contains("Input/output"));
      assertThat(Stores.read(store, 1, 0, 64 << 10, 5)).isEqualTo(data());
    }
    assertThatThrownBy(() -> Stores.open(directory))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("says that the disk has failed");
    Files.delete(directory.resolve("failed"));
    Stores.open(directory).close();
  }

  @Test
  void aFailedWritePutsTheVolumeOutOfService() throws IOException {
    try (BlockStore store = Stores.open(disk, directory)) {
      failWrites.set(true);
      assertThatThrownBy(() -> Stores.write(store, 2, 0, 5, data()))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EIO));
      failWrites.set(false);
      assertThatThrownBy(() -> Stores.write(store, 2, 0, 5, data()))
          .isInstanceOf(FsException.class);
      assertThatThrownBy(() -> store.sync(2, 1).join()).isInstanceOf(CompletionException.class);
    }
  }

  @Test
  void syncsOfManyAreServedByOne() throws IOException {
    try (BlockStore store = Stores.open(disk, directory)) {
      gate = new CountDownLatch(1);
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      for (int block = 0; block < 50; block++) {
        Stores.write(store, block, 0, 5, data());
        waiting.add(store.sync(block, 1));
      }
      gate.countDown();
      waiting.forEach(CompletableFuture::join);
      assertThat(syncs.get()).as("syncs of both files").isBetween(2, 4);
      store.sync(0, 64).join();
      assertThat(syncs.get()).as("nothing to do").isBetween(2, 4);
    }
  }

  @Test
  void whatAnEarlierProcessHasWrittenIsSyncedWhenThisOneIsAsked() throws IOException {
    try (BlockStore before = Stores.open(disk, directory)) {
      Stores.write(before, 0, 0, 1, Stores.bytes(new Random(1), 1000));
    }
    try (BlockStore after = Stores.open(disk, directory)) {
      int already = syncs.get();
      after.sync(0, 1).join();
      assertThat(syncs.get()).isGreaterThan(already);
    }
  }
}
