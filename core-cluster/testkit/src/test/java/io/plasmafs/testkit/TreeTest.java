package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.tree.TransferListener;
import io.plasmafs.client.tree.TreeDownload;
import io.plasmafs.client.tree.TreeOptions;
import io.plasmafs.client.tree.TreeUpload;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A tree goes in and comes back the same.
class TreeTest {
  @TempDir Path directory;

  @Test
  void treeComesBackTheSame() throws IOException, InterruptedException {
    Path source = Files.createDirectory(directory.resolve("source"));
    Random random = new Random(11);
    for (int d = 0; d < 5; d++) {
      Path sub = Files.createDirectories(source.resolve("a" + d + "/b/c"));
      for (int f = 0; f < 60; f++) {
        byte[] content = new byte[f % 10 == 0 ? random.nextInt(300_000) : random.nextInt(6000)];
        random.nextBytes(content);
        Path file = Files.write(sub.resolve("file" + f), content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_000_000_000 + f, f)));
      }
    }
    byte[] large = new byte[3_500_000];
    random.nextBytes(large);
    Path first = Files.write(source.resolve("large"), large);
    Path small = Files.write(source.resolve("small"), new byte[] {1, 2, 3});
    Files.createLink(source.resolve("a0/second name"), small);
    Files.createLink(source.resolve("a1/large too"), first);
    Files.createFile(source.resolve("empty"));
    Files.createDirectory(source.resolve("empty directory"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("a0/b"));
    Files.createSymbolicLink(source.resolve("dangling"), Path.of("../no such"));
    String odd = source.toUri().getRawPath() + "/odd%ff%fe%0aname%20%c3%bc";
    Files.write(Path.of(URI.create("file://" + odd)), new byte[] {7});
    Files.setPosixFilePermissions(
        source.resolve("small"), PosixFilePermissions.fromString("r--r-----"));
    Files.setPosixFilePermissions(
        source.resolve("a2"), PosixFilePermissions.fromString("r-xr-x---"));

    Path target = directory.resolve("target");
    try (TestCluster cluster = TestCluster.options().start();
        PlasmaClient client = cluster.connect()) {
      TreeUpload.Summary up =
          client.transactResult(tx ->
              new TreeUpload(tx, TreeOptions.DEFAULT, TransferListener.SILENT)
                  .copy(source, FsPath.of("/tree")));
      assertThat(up.files()).isEqualTo(5 * 60 + 4);
      assertThat(up.links()).isEqualTo(4);
      TreeUpload.Summary down =
          new TreeDownload(client, TreeOptions.DEFAULT, TransferListener.SILENT)
              .copy(FsPath.of("/tree"), target);
      assertThat(down).isEqualTo(up);
      // A second time, over what is there.
      client.transact(tx ->
          new TreeUpload(tx, TreeOptions.DEFAULT, TransferListener.SILENT)
              .copy(source, FsPath.of("/tree")));
    }
    Process diff =
        new ProcessBuilder("diff", "-r", "--no-dereference", source.toString(), target.toString())
            .redirectErrorStream(true)
            .start();
    String difference =
        new String(diff.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(diff.waitFor()).as(difference).isZero();
    assertThat(Files.getLastModifiedTime(target.resolve("a0/b/c/file7")))
        .isEqualTo(Files.getLastModifiedTime(source.resolve("a0/b/c/file7")));
    assertThat(Files.getAttribute(target.resolve("a0/second name"), "unix:ino"))
        .isEqualTo(Files.getAttribute(target.resolve("small"), "unix:ino"));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("small"))))
        .isEqualTo("r--r-----");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target.resolve("a2"))))
        .isEqualTo("r-xr-x---");
    // So that the temporary directory can be removed by anybody.
    Files.setPosixFilePermissions(
        source.resolve("a2"), PosixFilePermissions.fromString("rwxr-x---"));
    Files.setPosixFilePermissions(
        target.resolve("a2"), PosixFilePermissions.fromString("rwxr-x---"));
  }
}
