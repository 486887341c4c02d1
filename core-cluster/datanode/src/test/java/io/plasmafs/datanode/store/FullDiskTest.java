package io.plasmafs.datanode.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.model.FsException;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real filesystems that are full. Needs the right to mount; skipped without.
class FullDiskTest {
  private static final int BLOCKS = 64;

  @TempDir Path directory;
  private final Deque<Path> mounted = new ArrayDeque<>();

  @AfterEach
  void unmount() throws Exception {
    for (Path each : mounted) {
      run("umount", "--lazy", each.toString());
    }
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0 ? "" : String.join(" ", command) + ": " + said.strip();
  }

  /// Skips the test, and says why, if that is not allowed here.
  private static void require(String... command) throws InterruptedException {
    String refusal;
    try {
      refusal = run(command);
    } catch (IOException e) {
      refusal = String.valueOf(e.getMessage());
    }
    if (!refusal.isEmpty()) {
      System.out.println("FullDiskTest is skipped: " + refusal);
    }
    Assumptions.assumeTrue(refusal.isEmpty(), refusal);
  }

  private Path mounted(String name, String... options) throws Exception {
    Path at = Files.createDirectory(directory.resolve(name));
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(List.of(options));
    command.add(at.toString());
    require(command.toArray(String[]::new));
    mounted.push(at);
    return at;
  }

  /// Writes until nothing fits any more.
  private static void fill(Path filesystem) throws IOException {
    for (int size = 1 << 20; size > 0; size = size == 1 ? 0 : size >> 4) {
      try (FileChannel out =
          FileChannel.open(
              filesystem.resolve("filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          ByteBuffer zeros = ByteBuffer.allocate(size);
          while (zeros.hasRemaining()) {
            out.write(zeros);
          }
        }
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("No space left");
      }
    }
  }

  @Test
  void aStoreThatWasMadeInTimeDoesNotMindThatTheDiskIsFull() throws Exception {
    Path disk = mounted("small", "-t", "tmpfs", "-o", "size=48m", "tmpfs");
    Path volume = disk.resolve("volume");
    Stores.format(Stores.ONE_SLICE, BLOCKS, volume);
    fill(disk);
    byte[] content = Stores.bytes(new Random(3), BLOCKS * (64 << 10));
    try (BlockStore store = Stores.open(volume)) {
      Stores.write(store, 0, 0, 5, content);
      store.sync(0, BLOCKS).join();
      assertThat(store.failure()).isEmpty();
    }
    try (BlockStore store = Stores.open(volume)) {
      assertThat(Stores.read(store, 0, 0, content.length, 5)).isEqualTo(content);
    }
  }

  @Test
  void aStoreThatDoesNotFitIsNotMade() throws Exception {
    Path disk = mounted("small", "-t", "tmpfs", "-o", "size=32m", "tmpfs");
    Path volume = disk.resolve("volume");
    fill(disk);
    assertThatThrownBy(() -> Stores.format(Stores.ONE_SLICE, BLOCKS, volume))
        .isInstanceOf(StoreException.class);
    Files.delete(disk.resolve("filler"));
    Stores.format(Stores.ONE_SLICE, BLOCKS, volume);
    Stores.open(volume).close();
  }

  /// The filesystem believes that it has space, and what it lies on is full: the kernel takes every
  /// write, and finds out when it is asked to make them stable. Asked again it would say that all
  /// is well.
  @Test
  void whatTheKernelLosesBetweenWriteAndSyncIsNeverCalledStable() throws Exception {
    Path disk = mounted("outer", "-t", "tmpfs", "-o", "size=24m", "tmpfs");
    Path image = disk.resolve("image");
    try (FileChannel out =
        FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      out.write(ByteBuffer.allocate(1), (64 << 20) - 1);
    }
    require("mkfs.ext4", "-q", "-F", image.toString());
    Path inner = mounted("inner", "-o", "loop", image.toString());
    Path volume = inner.resolve("volume");
    Stores.format(Stores.ONE_SLICE, BLOCKS, volume);
    fill(disk);
    byte[] content = Stores.bytes(new Random(4), BLOCKS * (64 << 10));
    try (BlockStore store = Stores.open(volume)) {
      Stores.write(store, 0, 0, 5, content);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> store.sync(0, BLOCKS).join())
            .isInstanceOf(CompletionException.class)
            .cause()
            .isInstanceOfSatisfying(
                FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.EIO));
      }
      assertThat(store.failure()).isPresent();
      assertThatThrownBy(() -> Stores.write(store, 0, 0, 6, content))
          .isInstanceOf(FsException.class);
    }
  }
}
