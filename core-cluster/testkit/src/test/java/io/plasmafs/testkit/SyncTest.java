package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.RetryPolicy;
import io.plasmafs.client.Transaction;
import io.plasmafs.client.tree.SyncDownload;
import io.plasmafs.client.tree.SyncListener;
import io.plasmafs.client.tree.SyncOptions;
import io.plasmafs.client.tree.SyncOptions.Comparison;
import io.plasmafs.client.tree.SyncSummary;
import io.plasmafs.client.tree.SyncUpload;
import io.plasmafs.model.FsException;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.FsStatus;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trees are made like others, and only what differs is copied.
class SyncTest {
  private static final SyncOptions EXACT = SyncOptions.DEFAULT.withDelete();
  private static final SyncOptions BY_CONTENT = EXACT.with(new Comparison.ByContent());
  private static final SyncOptions ATOMIC = EXACT.withAtomic();

  private static TestCluster cluster;
  private static PlasmaClient client;
  private static int cases;

  @TempDir Path directory;
  private Path source;
  private FsPath target = FsPath.EMPTY;

  @BeforeAll
  static void start() {
    cluster = TestCluster.options().start();
    client = cluster.connect();
  }

  @AfterAll
  static void stop() {
    client.close();
    cluster.close();
  }

  @BeforeEach
  void makeTree() throws IOException {
    target = FsPath.of("sync" + ++cases);
    source = Files.createDirectory(directory.resolve("source"));
    Random random = new Random(5);
    for (String sub : new String[] {"a", "a/b", "c"}) {
      Path at = Files.createDirectory(source.resolve(sub));
      for (int i = 0; i < 10; i++) {
        byte[] content = new byte[i == 0 ? 150_000 : random.nextInt(5000)];
        random.nextBytes(content);
        Files.write(at.resolve("file" + i), content);
      }
    }
    Files.createSymbolicLink(source.resolve("link"), Path.of("a/file1"));
  }

  private SyncSummary up(SyncOptions options) throws IOException {
    return new SyncUpload(client, options, SyncListener.SILENT).run(source, target);
  }

  private SyncSummary down(Path local) throws IOException {
    return new SyncDownload(client, EXACT, SyncListener.SILENT).run(target, local);
  }

  /// What there is below a local directory, with modes, times and contents.
  private static TreeMap<String, String> tree(Path root) throws IOException {
    TreeMap<String, String> tree = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(root)) {
      for (Path path : walk.toList()) {
        String what =
            Files.isSymbolicLink(path)
                ? Files.readSymbolicLink(path).toString()
                : Files.getAttribute(path, "unix:mode")
                    + " "
                    + Files.getLastModifiedTime(path)
                    + " "
                    + (Files.isDirectory(path)
                        ? ""
                        : java.util.Arrays.hashCode(Files.readAllBytes(path)));
        tree.put(root.relativize(path).toString(), what);
      }
    }
    return tree;
  }

  private void assertThatTargetIsLikeSource() throws IOException {
    Path copy = directory.resolve("copy" + System.nanoTime());
    down(copy);
    assertThat(tree(copy)).isEqualTo(tree(source));
    assertThat(down(copy).copied()).isZero();
    assertThat(tree(copy)).isEqualTo(tree(source));
  }

  @Test
  void secondTimeNothingIsCopied() throws IOException {
    SyncSummary first = up(EXACT);
    assertThat(first.copied()).isEqualTo(4 + 30 + 1);
    SyncSummary second = up(EXACT);
    assertThat(second).isEqualTo(new SyncSummary(35, 0, 0, 0, 0));
    assertThatTargetIsLikeSource();
  }

  @Test
  void changedFileCostsOneFile() throws IOException {
    up(EXACT);
    Files.writeString(source.resolve("a/b/file5"), "changed");
    SyncSummary second = up(EXACT);
    assertThat(second.copied()).isEqualTo(1);
    assertThat(second.bytes()).isEqualTo(7);
    assertThatTargetIsLikeSource();
  }

  @Test
  void changesOfEachKindAreFollowed() throws IOException {
    up(EXACT);
    Files.delete(source.resolve("c/file3"));
    Files.write(source.resolve("c/new"), new byte[100_000]);
    Files.createDirectories(source.resolve("d/e"));
    Files.writeString(source.resolve("d/e/f"), "deep");
    // A file becomes a directory, a directory a file, a link another one.
    Files.delete(source.resolve("a/file1"));
    Files.createDirectory(source.resolve("a/file1"));
    for (int i = 0; i < 10; i++) {
      Files.delete(source.resolve("a/b/file" + i));
    }
    Files.delete(source.resolve("a/b"));
    Files.writeString(source.resolve("a/b"), "a file now");
    Files.delete(source.resolve("link"));
    Files.createSymbolicLink(source.resolve("link"), Path.of("elsewhere"));
    Files.setPosixFilePermissions(
        source.resolve("c/file4"), PosixFilePermissions.fromString("r--------"));
    Files.setLastModifiedTime(source.resolve("c"), FileTime.from(Instant.ofEpochSecond(77)));
    up(ATOMIC);
    assertThatTargetIsLikeSource();
  }

  @Test
  void withoutDeleteOthersStay() throws IOException {
    up(EXACT);
    client.write(target + "/other", new byte[1]);
    up(SyncOptions.DEFAULT);
    assertThat(client.exists(target + "/other")).isTrue();
    up(EXACT);
    assertThat(client.exists(target + "/other")).isFalse();
    assertThatTargetIsLikeSource();
  }

  @Test
  void checksumsFindWhatTimesHide() throws IOException {
    up(EXACT);
    Path file = source.resolve("c/file0");
    FileTime time = Files.getLastModifiedTime(file);
    byte[] content = Files.readAllBytes(file);
    content[100_000]++;
    Files.write(file, content);
    Files.setLastModifiedTime(file, time);
    // The same content at another time needs no copy.
    Files.setLastModifiedTime(source.resolve("c/file1"), FileTime.from(Instant.ofEpochSecond(5)));
    assertThat(up(BY_CONTENT)).isEqualTo(new SyncSummary(33, 1, 1, 0, 150_000));
    assertThatTargetIsLikeSource();
  }

  @Test
  void atomicSyncIsAllOrNothing() throws IOException {
    up(EXACT);
    Files.writeString(source.resolve("a/file2"), "changed");
    Files.writeString(source.resolve("c/file2"), "changed too");
    byte[] before = client.readAll(target + "/a/file2");
    // Somebody else is at a file that is to be replaced, and stays.
    try (PlasmaClient impatient =
            PlasmaClient.connect(cluster.config().withRetry(RetryPolicy.NONE));
        Transaction other = client.begin()) {
      other.unlink(target + "/c/file2");
      assertThatThrownBy(
              () -> new SyncUpload(impatient, ATOMIC, SyncListener.SILENT).run(source, target))
          .isInstanceOfSatisfying(
              FsException.class, e -> assertThat(e.status()).isEqualTo(FsStatus.ECONFLICT));
      assertThat(client.readAll(target + "/a/file2")).isEqualTo(before);
    }
    up(ATOMIC);
    assertThatTargetIsLikeSource();
  }

  @Test
  void conflictIsMetByAnotherAttempt() throws IOException {
    up(EXACT);
    Files.writeString(source.resolve("c/file2"), "changed");
    AtomicInteger attempts = new AtomicInteger();
    try (Transaction other = client.begin()) {
      SyncListener rival =
          new SyncListener() {
            @Override
            public void planned(long objects, long bytes) {
              if (attempts.incrementAndGet() == 1) {
                other.unlink(target + "/c/file2");
              } else {
                other.close();
              }
            }
          };
      new SyncUpload(client, ATOMIC, rival).run(source, target);
    }
    assertThat(attempts).hasValue(2);
    assertThatTargetIsLikeSource();
  }

  @Test
  void whatOthersRemoveMeanwhileIsNoFailure() throws IOException {
    up(EXACT);
    client.write(target + "/surplus", new byte[1]);
    SyncListener rival =
        new SyncListener() {
          @Override
          public void planned(long objects, long bytes) {
            client.unlink(target + "/surplus");
          }
        };
    SyncSummary summary = new SyncUpload(client, EXACT, rival).run(source, target);
    assertThat(summary.removed()).isEqualTo(1);
    assertThatTargetIsLikeSource();
  }

  @Test
  void stoppedSyncIsTakenUpAgain() throws IOException {
    Path many = Files.createDirectory(source.resolve("many"));
    for (int i = 0; i < 1500; i++) {
      Files.write(many.resolve("f" + i), new byte[i % 100]);
    }
    AtomicInteger done = new AtomicInteger();
    SyncListener failing =
        new SyncListener() {
          @Override
          public void done() {
            if (done.incrementAndGet() > 1200) {
              throw new IllegalStateException("stopped");
            }
          }
        };
    assertThatThrownBy(() -> new SyncUpload(client, EXACT, failing).run(source, target))
        .hasMessageContaining("stopped");
    SyncSummary second = up(EXACT);
    assertThat(second.copied()).isBetween(1L, 1000L);
    assertThat(second.same()).isGreaterThan(500);
    assertThatTargetIsLikeSource();
  }

  @Test
  void dryRunTellsAndChangesNothing() throws IOException {
    up(EXACT);
    Files.writeString(source.resolve("c/file2"), "changed");
    Files.delete(source.resolve("a/file3"));
    Files.setPosixFilePermissions(
        source.resolve("c/file4"), PosixFilePermissions.fromString("r--------"));
    TreeMap<String, String> told = new TreeMap<>();
    SyncListener listener =
        new SyncListener() {
          @Override
          public void differs(Difference difference, FsPath place) {
            told.put(place.toString(), difference.name());
          }

          @Override
          public void differs(Difference difference, Path place) {
            told.put(place.getFileName().toString(), difference.name());
          }
        };
    long before = client.statFilesystem().sequence();
    SyncSummary summary = new SyncUpload(client, EXACT.withDryRun(), listener).run(source, target);
    assertThat(summary.removed()).isEqualTo(1);
    assertThat(told)
        .containsEntry(target + "/c/file2", "COPY")
        .containsEntry(target + "/c/file4", "TOUCH")
        .containsEntry(target + "/a/file3", "REMOVE");
    assertThat(client.statFilesystem().sequence()).isEqualTo(before);

    told.clear();
    TreeMap<String, String> local = tree(source);
    new SyncDownload(client, EXACT.withDryRun(), listener).run(target, source);
    assertThat(told)
        .containsEntry("file2", "COPY")
        .containsEntry("file4", "TOUCH")
        .containsEntry("file3", "COPY");
    assertThat(tree(source)).isEqualTo(local);
  }

  @Test
  void treesOfTheClusterAreMadeAlike() throws IOException {
    up(EXACT);
    FsPath copy = FsPath.of(target + "-copy/below");
    SyncUpload upload = new SyncUpload(client, EXACT, SyncListener.SILENT);
    assertThat(upload.run(target, copy).copied()).isEqualTo(35);
    client.write(target + "/c/new", new byte[3_000_000]);
    client.unlink(target + "/a/b/file1");
    assertThat(upload.run(target, copy).copied()).isEqualTo(1);
    SyncSummary last = new SyncUpload(client, BY_CONTENT, SyncListener.SILENT).run(target, copy);
    assertThat(last).isEqualTo(new SyncSummary(35, 0, 0, 0, 0));
    Path ofCopy = directory.resolve("copy");
    new SyncDownload(client, EXACT, SyncListener.SILENT).run(copy, ofCopy);
    Path ofTarget = directory.resolve("target");
    down(ofTarget);
    assertThat(tree(ofCopy)).isEqualTo(tree(ofTarget));
  }

  @Test
  void whatMakesNoSenseIsRefusedBeforeAnythingIsChanged() throws IOException {
    up(EXACT);
    SyncUpload upload = new SyncUpload(client, EXACT, SyncListener.SILENT);
    SyncDownload download = new SyncDownload(client, EXACT, SyncListener.SILENT);
    FsPath file = FsPath.of(target + "/c/file2");
    TreeMap<String, String> local = tree(source);
    assertRefused(FsStatus.EHIER, () -> upload.run(target, FsPath.of(target + "/c/inside")));
    assertRefused(FsStatus.EHIER, () -> upload.run(FsPath.of(target + "/c"), target));
    assertRefused(FsStatus.ENOENT, () -> upload.run(FsPath.of(target + "/none"), FsPath.of("x")));
    assertRefused(FsStatus.ENOENT, () -> download.run(FsPath.of(target + "/none"), source));
    assertRefused(FsStatus.ENOTDIR, () -> upload.run(source, file));
    assertRefused(FsStatus.EISDIR, () -> upload.run(source.resolve("c/file2"), target));
    assertThatThrownBy(() -> upload.run(source.resolve("none"), target))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> download.run(target, source.resolve("c/file2")))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> download.run(file, source))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("is a directory");
    assertThat(tree(source)).isEqualTo(local);
    assertThatTargetIsLikeSource();
  }

  @Test
  void directoryInTheWayOfFileStaysWithoutDelete() throws IOException {
    up(EXACT);
    Files.delete(source.resolve("c/file2"));
    Files.createDirectory(source.resolve("c/file2"));
    FsPath copy = FsPath.of(target + "-old");
    long unused = client.copyTree(target, copy, true);
    up(EXACT);
    // Now /…/c/file2 is a directory, and in the older copy a file.
    SyncOptions keeping = SyncOptions.DEFAULT;
    assertRefused(
        FsStatus.EISDIR,
        () -> new SyncUpload(client, keeping, SyncListener.SILENT).run(copy, target));
    Path local = directory.resolve("local");
    down(local);
    assertThatThrownBy(
            () -> new SyncDownload(client, keeping, SyncListener.SILENT).run(copy, local))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("in the way of a file");
  }

  private static void assertRefused(FsStatus status, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FsException.class, e -> assertThat(e.status()).isEqualTo(status));
  }
}
