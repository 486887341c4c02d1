package io.plasmafs.webdav;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.testkit.TestCluster;
import io.plasmafs.testkit.TestSize;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The door mounted by the kernel, through davfs2. Needs FUSE, and to be root.
///
/// The large file of full size shows that nothing breaks where 31 bits end; it takes some minutes
/// and 10 GiB of disk. `-Dplasma.test.large.mib` states another size.
class DavfsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int LARGE_MIB = TestSize.of("plasma.test.large.mib", 64, 2048);
  private static final int BEYOND = 12_345;
  private static Doors doors;

  @TempDir Path here;
  private Path mount;

  @BeforeAll
  static void open() throws Exception {
    Program.assumeInstalled("mount.davfs");
    if (!Files.isWritable(Path.of("/dev/fuse"))
        || !System.getProperty("user.name").equals("root")) {
      Program.missing("mount.davfs", "there is no FUSE for this user, so nothing can be mounted");
    }
    doors = Doors.open(TestCluster.options().datanodeBytes((192L + LARGE_MIB * 9L / 8) << 20));
  }

  @AfterAll
  static void close() throws Exception {
    if (doors != null) {
      doors.close();
    }
  }

  @BeforeEach
  void mount() throws IOException {
    mount = Files.createDirectory(here.resolve("mount"));
    Files.writeString(
        here.resolve("davfs2.conf"),
        "ask_auth 0\nuse_locks 1\ndelay_upload 0\ncache_size 400\nbuf_size 64\ngui_optimize 1\n");
    run(
        "mount.davfs",
        doors.url() + "/",
        mount.toString(),
        "-o",
        "conf=" + here.resolve("davfs2.conf"));
  }

  /// Ends when everything is uploaded.
  @AfterEach
  void unmount() {
    if (mount != null && Files.isDirectory(mount) && isMounted()) {
      run("umount", mount.toString());
    }
  }

  private boolean isMounted() {
    return Program.run(here, PATIENCE, "mountpoint", "-q", mount.toString()).status() == 0;
  }

  /// What others see is on the server once the mount is gone, whatever davfs2 had cached.
  private void remount() throws IOException {
    unmount();
    run(
        "mount.davfs",
        doors.url() + "/",
        mount.toString(),
        "-o",
        "conf=" + here.resolve("davfs2.conf"));
  }

  private String run(String... command) {
    return Program.run(here, PATIENCE, command).succeeded();
  }

  @Test
  void treesGoInAndOut() throws IOException {
    Random random = new Random(3);
    for (int i = 0; i < 40; i++) {
      Path directory = Files.createDirectories(here.resolve("tree/d" + i % 5 + "/e " + i % 3));
      byte[] content = new byte[random.nextInt(40_000)];
      random.nextBytes(content);
      Files.write(directory.resolve("file ü%" + i), content);
    }

    run("cp", "-r", "tree", "mount/tree");
    remount();
    run("cp", "-r", "mount/tree", "back");

    run("diff", "-r", "tree", "back");
  }

  @Test
  void largeFileGoesInAndOut() throws IOException {
    Path large = here.resolve("large");
    try (OutputStream out = Files.newOutputStream(large)) {
      byte[] piece = new byte[1 << 20];
      new Random(4).nextBytes(piece);
      for (int i = 0; i < LARGE_MIB; i++) {
        ByteBuffer.wrap(piece).putInt(i);
        out.write(piece);
      }
      out.write(piece, 0, BEYOND);
    }

    run("cp", "large", "mount/large");
    remount();

    assertThat(Files.size(mount.resolve("large"))).isEqualTo(((long) LARGE_MIB << 20) + BEYOND);
    run("cmp", "large", "mount/large");
  }

  @Test
  void editorsSaveByRenaming() throws IOException {
    Path file = mount.resolve("text");
    Files.writeString(file, "one");
    for (String content : new String[] {"two", "three", "four"}) {
      // As editors do: the old one becomes a backup, or a new one takes its place.
      Files.move(file, mount.resolve("text~"), StandardCopyOption.REPLACE_EXISTING);
      Files.writeString(file, content);
      Files.writeString(mount.resolve(".text.swp"), content + "!");
      Files.move(mount.resolve(".text.swp"), file, StandardCopyOption.REPLACE_EXISTING);
    }
    unmount();

    assertThat(doors.client().readAll("/text")).asString().isEqualTo("four!");
    assertThat(doors.client().readAll("/text~")).asString().isEqualTo("three!");
    assertThat(doors.client().find("/.text.swp")).isEmpty();
  }

  @Test
  void gitRepositoryLivesInTheMount() throws IOException {
    Path origin = Files.createDirectory(here.resolve("origin"));
    run("git", "init", "-q", "-b", "main", "origin");
    for (int i = 0; i < 20; i++) {
      Files.writeString(origin.resolve("file" + i), "content of " + i + "\n".repeat(i));
    }
    commit("origin", "first");

    run("git", "clone", "-q", "--no-hardlinks", "origin", "mount/clone");
    Files.writeString(mount.resolve("clone/file3"), "changed");
    commit("mount/clone", "second");
    remount();

    run("git", "-C", "mount/clone", "fsck", "--full", "--strict");
    assertThat(run("git", "-C", "mount/clone", "status", "--porcelain")).isEmpty();
    assertThat(run("git", "-C", "mount/clone", "log", "--format=%s").lines())
        .containsExactly("second", "first");
  }

  private void commit(String repository, String message) {
    run("git", "-C", repository, "add", "-A");
    run(
        "git",
        "-C",
        repository,
        "-c",
        "user.name=Ann",
        "-c",
        "user.email=ann@example.org",
        "commit",
        "-q",
        "-m",
        message);
  }
}
