package io.plasmafs.datanode.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreRefusalTest {
  private static final String OTHER = "ffeeddccbbaa99887766554433221100";

  @TempDir Path directory;
  private Path volume;

  @BeforeEach
  void format() throws IOException {
    volume = directory.resolve("volume-0");
    Stores.format(Stores.ONE_SLICE, 8, volume);
  }

  private void assertRefused(String... words) {
    assertThatThrownBy(() -> Stores.open(volume).close())
        .isInstanceOf(StoreException.class)
        .message()
        .contains(words)
        .doesNotContain("\n");
  }

  private static void edit(Path file, long position, int value) throws IOException {
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.seek(position);
      out.write(value);
    }
  }

  private Path other(String cluster, String identity) throws IOException {
    Path other = directory.resolve("other");
    StoreFormatter.format(
        new StoreOptions(List.of(other), cluster, identity, Stores.ONE_SLICE, 8), (d, t) -> {});
    return other;
  }

  private void take(Path other, String file) throws IOException {
    Files.copy(other.resolve(file), volume.resolve(file), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aStoreOfAnotherClusterIsRefused() {
    assertThatThrownBy(
            () -> BlockStore.open(List.of(volume), "production", Optional.empty(), Disk.local()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to cluster \"test\"")
        .hasMessageContaining("is of cluster \"production\"");
  }

  @Test
  void aStoreOfAnotherIdentityIsRefused() {
    assertThatThrownBy(
            () -> BlockStore.open(List.of(volume), "test", Optional.of(OTHER), Disk.local()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("identity " + Stores.IDENTITY)
        .hasMessageContaining("this one has " + OTHER);
  }

  @Test
  void filesOfAnotherStoreAreRefused() throws IOException {
    Path other = other("test", OTHER);
    take(other, "data");
    assertRefused("data has been swapped", OTHER, Stores.IDENTITY);
  }

  @Test
  void recordsOfAnotherStoreAreRefused() throws IOException {
    Path other = other("elsewhere", Stores.IDENTITY);
    take(other, "records");
    assertRefused("records has been swapped", "elsewhere");
  }

  @Test
  void headerOfAnotherStoreIsRefused() throws IOException {
    Path other = other("test", OTHER);
    take(other, "volume");
    assertRefused("swapped");
  }

  @Test
  void dataAndRecordsExchangedAreRefused() throws IOException {
    Files.copy(
        volume.resolve("volume"), volume.resolve("data"), StandardCopyOption.REPLACE_EXISTING);
    assertRefused("data", "cut or grown");
  }

  @Test
  void cutFilesAreRefused() throws IOException {
    try (RandomAccessFile data = new RandomAccessFile(volume.resolve("data").toFile(), "rw")) {
      data.setLength(data.length() - 1);
    }
    assertRefused("data has been cut", "expected " + Stores.ONE_SLICE.dataBytes(8));
  }

  @Test
  void cutHeaderIsRefused() throws IOException {
    try (RandomAccessFile header = new RandomAccessFile(volume.resolve("volume").toFile(), "rw")) {
      header.setLength(100);
    }
    assertRefused("volume has been cut", "100 bytes");
  }

  @Test
  void everyEditedByteOfAHeaderIsNoticed() throws IOException {
    for (String file : List.of("volume", "data", "records")) {
      byte[] good = new byte[512];
      try (RandomAccessFile in = new RandomAccessFile(volume.resolve(file).toFile(), "r")) {
        in.readFully(good);
      }
      for (int i = 0; i < good.length; i++) {
        edit(volume.resolve(file), i, good[i] ^ (1 << i % 8));
        assertRefused(file);
        edit(volume.resolve(file), i, good[i]);
      }
    }
    Stores.open(volume).close();
  }

  @Test
  void missingFilesAreNamed() throws IOException {
    Files.delete(volume.resolve("records"));
    assertRefused("records is missing");
  }

  @Test
  void anEmptyDirectoryIsRefused() throws IOException {
    Files.delete(volume.resolve("volume"));
    assertRefused("holds no volume");
  }

  @Test
  void twoProcessesCannotOpenOneStore() throws IOException {
    try (BlockStore open = Stores.open(volume)) {
      assertThat(open.blocks()).isEqualTo(8);
      assertRefused("in use by another datanode");
    }
    Stores.open(volume).close();
  }

  @Test
  void aVolumeLeftOutIsNoticed() throws IOException {
    Path a = directory.resolve("a");
    Path b = directory.resolve("b");
    Stores.format(Stores.ONE_SLICE, 8, a, b);
    assertThatThrownBy(() -> Stores.open(a))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("has 2 volumes, 1 directories are given");
  }

  @Test
  void aStoreIsNeverFormattedAgain() {
    assertThatThrownBy(() -> Stores.format(Stores.ONE_SLICE, 8, volume))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("holds a volume already");
  }

  @Test
  void moreThanTheDiskHasIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path large = directory.resolve("large");
    assertThatThrownBy(() -> Stores.format(Stores.ONE_SLICE, 1L << 31, large))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("MiB of free disk space")
        .hasMessageContaining("needs 13");
    try (var files = Files.list(large)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void spaceIsReallyAllocated() throws Exception {
    Process du = new ProcessBuilder("du", "-B1", "-s", volume.resolve("data").toString()).start();
    long allocated =
        Long.parseLong(new String(du.getInputStream().readAllBytes(), UTF_8).split("\\s")[0]);
    assertThat(allocated).isGreaterThanOrEqualTo(8 * (64L << 10));
  }
}
