package io.plasmafs.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.tree.SyncDownload;
import io.plasmafs.client.tree.SyncListener;
import io.plasmafs.client.tree.SyncOptions;
import io.plasmafs.client.tree.SyncOptions.Comparison;
import io.plasmafs.client.tree.SyncSummary;
import io.plasmafs.client.tree.SyncUpload;
import io.plasmafs.model.FsPath;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A sync that goes by versions finds what lengths and times hide, and reads no file to know that
/// it has not changed.
class SyncByVersionTest {
  private static final int FILES = 40;

  /// More calls than a sync needs that opens no file, and less than one for each file.
  private static final long FEW_CALLS = FILES / 2;

  /// All files have the same length and the same time.
  private static final Instant TIME = Instant.ofEpochSecond(1_000_000);

  private static final SyncSummary NOTHING = new SyncSummary(FILES + 1, 0, 0, 0, 0);

  private static TestCluster cluster;
  private static PlasmaClient client;
  private static int cases;

  @TempDir Path directory;
  private Path local;
  private FsPath tree = FsPath.EMPTY;
  private FsPath copy = FsPath.EMPTY;

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
    tree = FsPath.of("versions" + ++cases);
    copy = FsPath.of(tree.last() + "-copy");
    local = Files.createDirectory(directory.resolve("local"));
    for (int i = 0; i < FILES; i++) {
      write(local.resolve("é" + i), i);
    }
    Files.setLastModifiedTime(local, FileTime.from(TIME));
    SyncSummary unused = up();
    unused = within();
  }

  private static byte[] content(int number) {
    byte[] content = new byte[500];
    content[number] = 1;
    return content;
  }

  private static void write(Path file, int number) throws IOException {
    Path unused = Files.write(file, content(number));
    unused = Files.setLastModifiedTime(file, FileTime.from(TIME));
  }

  private static void write(String path, int number) {
    client.write(path, content(number));
    Object unused = client.setModified(path, TIME);
  }

  private SyncOptions options(String memory) {
    return SyncOptions.DEFAULT.with(new Comparison.ByVersion(directory.resolve(memory)));
  }

  private SyncSummary up() throws IOException {
    return new SyncUpload(client, options("up"), SyncListener.SILENT).run(local, tree);
  }

  private SyncSummary within() throws IOException {
    return new SyncUpload(client, options("within").withAtomic(), SyncListener.SILENT)
        .run(tree, copy);
  }

  private SyncSummary down(Path to) throws IOException {
    return new SyncDownload(client, options("down"), SyncListener.SILENT).run(copy, to);
  }

  private interface Sync {
    SyncSummary run() throws IOException;
  }

  private static void assertThatNothingIsRead(Sync sync) throws IOException {
    long before = client.namenodeCalls();
    assertThat(sync.run()).isEqualTo(NOTHING);
    assertThat(client.namenodeCalls() - before).isLessThan(FEW_CALLS);
  }

  @Test
  void whatHasNotChangedIsNotRead() throws IOException {
    Path back = directory.resolve("back");
    SyncSummary unused = down(back);
    assertThatNothingIsRead(this::up);
    assertThatNothingIsRead(this::within);
    assertThatNothingIsRead(() -> down(back));
  }

  @Test
  void aChangeThatLengthAndTimeHideIsFound() throws IOException {
    SyncUpload byTime = new SyncUpload(client, SyncOptions.DEFAULT, SyncListener.SILENT);
    write(tree + "/é3", 103);
    assertThat(byTime.run(tree, copy)).isEqualTo(NOTHING);
    assertThat(within().copied()).isEqualTo(1);
    assertThat(client.readAll(copy + "/é3")).isEqualTo(content(103));

    write(local.resolve("é4"), 104);
    assertThat(byTime.run(local, tree).copied()).isZero();
    assertThat(up().copied()).isEqualTo(2); // and what the tree had of its own
    assertThat(client.readAll(tree + "/é4")).isEqualTo(content(104));
    assertThat(client.readAll(tree + "/é3")).isEqualTo(content(3));
  }

  @Test
  void aChangeOfTheCopyIsUndone() throws IOException {
    write(copy + "/é5", 105);
    assertThat(within().copied()).isEqualTo(1);
    assertThat(client.readAll(copy + "/é5")).isEqualTo(content(5));

    Path back = directory.resolve("back");
    SyncSummary unused = down(back);
    write(back.resolve("é6"), 106);
    assertThat(down(back).copied()).isEqualTo(1);
    assertThat(Files.readAllBytes(back.resolve("é6"))).isEqualTo(content(6));
  }

  @Test
  void filesThatChangePlacesAreFound() throws IOException {
    client.rename(tree + "/é1", tree + "/é");
    client.rename(tree + "/é2", tree + "/é1");
    client.rename(tree + "/é", tree + "/é2");
    assertThat(within().copied()).isEqualTo(2);
    assertThat(client.readAll(copy + "/é1")).isEqualTo(content(2));
    assertThatNothingIsRead(this::within);
  }

  @Test
  void withoutTheMemoryContentsAreCompared() throws IOException {
    Path memory = directory.resolve("within");
    Files.delete(memory);
    write(tree + "/é7", 107);
    assertThat(within().copied()).isEqualTo(1);
    assertThatNothingIsRead(this::within);
  }

  @Test
  void aMemoryThatCannotBeTrustedSaysNothing() throws IOException {
    Path memory = directory.resolve("within");
    List<String> lines = Files.readAllLines(memory);
    List<String> withoutEnd = lines.subList(0, lines.size() - 1);
    String[] header = lines.getFirst().split(" ");
    header[3] = String.valueOf(Long.parseLong(header[3]) + 1_000_000);
    List<String> ofTheFuture = new ArrayList<>(lines);
    ofTheFuture.set(0, String.join(" ", header));
    List<String> mangled = new ArrayList<>(lines);
    mangled.set(2, lines.get(2) + "%x");
    List<String> ofOthers = Files.readAllLines(directory.resolve("up"));
    for (List<String> bad :
        List.of(withoutEnd, ofTheFuture, mangled, ofOthers, List.<String>of())) {
      Object unused = Files.write(memory, bad);
      long before = client.namenodeCalls();
      assertThat(within()).isEqualTo(NOTHING);
      assertThat(client.namenodeCalls() - before).isGreaterThan(FEW_CALLS);
    }
  }

  @Test
  void aFileThatIsNoMemoryIsLeftAlone() throws IOException {
    Path memory = directory.resolve("within");
    Object unused = Files.writeString(memory, "dear diary");
    assertThatThrownBy(this::within)
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("is not what a sync has remembered");
    assertThat(Files.readString(memory)).isEqualTo("dear diary");
  }
}
