package io.plasmafs.testkit.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.plasmafs.client.PlasmaClient;
import io.plasmafs.client.Transaction;
import io.plasmafs.model.FsPath;
import io.plasmafs.model.Principal;
import io.plasmafs.nio.PlasmaFileAttributes;
import io.plasmafs.nio.PlasmaFileSystem;
import io.plasmafs.nio.PlasmaFileSystemProvider;
import io.plasmafs.testkit.TestCluster;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.ClosedFileSystemException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What [Files] does on a cluster, beyond what the contract says.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesTest {
  private final TestCluster cluster = TestCluster.options().start();
  private final PlasmaClient client = connect();
  private final PlasmaFileSystem files = (PlasmaFileSystem) client.fileSystem();
  private Path here = files.getPath("/");
  private int cases;

  /// A client of the superuser.
  private PlasmaClient connect() {
    return PlasmaClient.connect(
        cluster.config().withPrincipal(new Principal("root", "root", Set.of())));
  }

  @BeforeEach
  void makeDirectory() throws IOException {
    here = Files.createDirectory(files.getPath("/files" + ++cases));
  }

  @AfterAll
  void stop() throws IOException {
    files.close();
    client.close();
    cluster.close();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(here.resolve(name), text);
  }

  // ---- paths

  @ParameterizedTest
  @CsvSource({
    "/a/b/../c/./d, /a/c/d",
    "../a, ../a",
    "/.., /",
    "a/.., ''",
    "./a/b//c/, a/b/c",
    "/, /"
  })
  void pathsAreNormalized(String path, String expected) {
    assertThat(files.getPath(path).normalize()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b, /a/c/d, ../c/d",
    "/a, /a/b, b",
    "/a/b, /a, ..",
    "/, /a, a",
    "a/b, c, ../../c",
    "a, a, ''"
  })
  void relativizeUndoesResolve(String from, String to, String expected) {
    Path base = files.getPath(from);
    Path target = files.getPath(to);
    assertThat(base.relativize(target)).hasToString(expected);
    assertThat(base.resolve(base.relativize(target)).normalize()).isEqualTo(target);
  }

  @ParameterizedTest
  @CsvSource({
    "*.java, a.java, true",
    "*.java, d/a.java, false",
    "**.java, d/a.java, true",
    "'*.{java,class}', a.class, true",
    "'*.{java,class}', a.txt, false",
    "[a-c]?, bx, true",
    "[!a-c]?, bx, false",
    "\\*, *, true",
    "[.]x, .x, true",
    "a.b, axb, false"
  })
  void globsMatch(String glob, String path, boolean expected) {
    assertThat(files.getPathMatcher("glob:" + glob).matches(files.getPath(path)))
        .isEqualTo(expected);
  }

  @Test
  void pathsHaveTheirParts() {
    Path path = files.getPath("/a", "b/c");
    assertThat(path.getNameCount()).isEqualTo(3);
    assertThat(path.getFileName()).hasToString("c");
    assertThat(path.getParent()).hasToString("/a/b");
    assertThat(path.getRoot()).hasToString("/");
    assertThat(path.subpath(1, 3)).hasToString("b/c");
    assertThat(path.startsWith("/a/b")).isTrue();
    assertThat(path.startsWith("/a/bb")).isFalse();
    assertThat(path.endsWith("b/c")).isTrue();
    assertThat(path.endsWith("/b/c")).isFalse();
    assertThat(path).isEqualTo(files.getPath("/a//b/c/")).isNotEqualTo(files.getPath("a/b/c"));
    assertThat(files.getPath("/").getFileName()).isNull();
    assertThat(files.getPath("a").getParent()).isNull();
    assertThat(path.resolveSibling("d")).hasToString("/a/b/d");
    assertThat(path.iterator())
        .toIterable()
        .extracting(Path::toString)
        .containsExactly("a", "b", "c");
  }

  @Test
  void uriKeepsAllBytes() throws IOException {
    Path odd = files.path(files.locate(here)).resolve("100% ü #?");
    Object unused = Files.writeString(odd, "x");
    Path raw = files.path(FsPath.of(new byte[] {'r', (byte) 0xff}));
    assertThat(raw.toUri()).hasToString("plasma://test/r%FF");
    assertThat(odd.toUri().getPath()).endsWith("/100% ü #?");
    try (FileSystem byUri =
        FileSystems.newFileSystem(
            URI.create("plasma://test/"),
            Map.of(PlasmaFileSystemProvider.NAMENODES, cluster.namenodes()))) {
      assertThat(Files.readString(Path.of(odd.toUri()))).isEqualTo("x");
      assertThat(Path.of(odd.toUri()).toUri()).isEqualTo(odd.toUri());
      assertThat(FileSystems.getFileSystem(odd.toUri())).isSameAs(byUri);
      assertThatThrownBy(() -> FileSystems.newFileSystem(URI.create("plasma://test/"), Map.of()))
          .isInstanceOf(FileSystemAlreadyExistsException.class);
    }
  }

  @Test
  void clusterCanBeNamedByItsNamenodes() throws IOException {
    Object unused = write("a", "by address");
    Path path = Path.of(URI.create("plasma://" + cluster.namenodes() + here.resolve("a")));
    try (FileSystem opened = path.getFileSystem()) {
      assertThat(opened.isOpen()).isTrue();
      assertThat(path).hasContent("by address");
    }
    assertThatThrownBy(() -> Files.readString(path)).isInstanceOf(ClosedFileSystemException.class);
  }

  @Test
  void realPathHasNoLinks() throws IOException {
    // real/d/file, link -> real/d, link/up -> ..
    Object unused = Files.createDirectories(here.resolve("real/d"));
    unused = write("real/d/file", "x");
    unused = Files.createSymbolicLink(here.resolve("link"), files.getPath("real/d"));
    unused = Files.createSymbolicLink(here.resolve("real/d/up"), files.getPath(".."));
    assertThat(here.resolve("link/file").toRealPath()).isEqualTo(here.resolve("real/d/file"));
    assertThat(here.resolve("link/up/d/file").toRealPath()).isEqualTo(here.resolve("real/d/file"));
    assertThat(here.resolve("link").toRealPath(LinkOption.NOFOLLOW_LINKS))
        .isEqualTo(here.resolve("link"));
    // The parent of where the link leads to, not of the link.
    assertThat(Files.isSameFile(here.resolve("link/.."), here.resolve("real"))).isTrue();
    assertThatThrownBy(() -> here.resolve("link/none").toRealPath())
        .isInstanceOf(NoSuchFileException.class);
    unused = Files.createSymbolicLink(here.resolve("circle"), files.getPath("circle"));
    assertThatThrownBy(() -> here.resolve("circle").toRealPath())
        .isInstanceOf(FileSystemLoopException.class);
  }

  // ---- trees

  @Test
  void treesAreWalkedCopiedAndRemoved(@TempDir Path local) throws IOException {
    for (String directory : List.of("a", "a/b", "a/b/c", "d")) {
      Object unused = Files.createDirectory(here.resolve(directory));
    }
    for (String file : List.of("a/1", "a/b/2", "a/b/c/3", "d/4", "5")) {
      Object unused = write(file, "content of " + file);
    }
    try (Stream<Path> walk = Files.walk(here)) {
      assertThat(walk.map(here::relativize).map(Path::toString))
          .containsExactly("", "5", "a", "a/1", "a/b", "a/b/2", "a/b/c", "a/b/c/3", "d", "d/4");
    }
    try (Stream<Path> found =
        Files.find(here, 9, (path, attributes) -> attributes.isRegularFile())) {
      assertThat(found).hasSize(5);
    }
    // To the local disk and back, by nothing but Files.
    copyTree(here, local.resolve("copy"));
    assertThat(local.resolve("copy/a/b/c/3")).hasContent("content of a/b/c/3");
    copyTree(local.resolve("copy"), here.resolve("back"));
    assertThat(here.resolve("back/a/b/c/3")).hasContent("content of a/b/c/3");
    List<String> removed = new ArrayList<>();
    Object unused =
        Files.walkFileTree(
            here.resolve("a"),
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                removed.add(file.getFileName() + " " + attributes.size());
                Files.delete(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                  throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
              }
            });
    assertThat(removed).containsExactly("1 14", "2 16", "3 18");
    assertThat(here.resolve("a")).doesNotExist();
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path path : walk.toList()) {
        Object unused = Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  @Test
  void directoryStreamFilters() throws IOException {
    for (String name : List.of("a.txt", "b.txt", "c.log")) {
      Object unused = write(name, name);
    }
    try (var entries = Files.newDirectoryStream(here, "*.txt")) {
      assertThat(entries)
          .extracting(path -> path.getFileName().toString())
          .containsExactly("a.txt", "b.txt");
      assertThatThrownBy(entries::iterator).isInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> Files.newDirectoryStream(here.resolve("a.txt")))
        .isInstanceOf(NotDirectoryException.class);
    assertThatThrownBy(() -> Files.delete(here)).isInstanceOf(DirectoryNotEmptyException.class);
  }

  // ---- copy and move

  @Test
  void copyKeepsAttributesIfAsked() throws IOException {
    Path a = write("a", "content");
    Object unused = Files.setPosixFilePermissions(a, PosixFilePermissions.fromString("rwxr-x---"));
    FileTime time = FileTime.from(Instant.parse("2001-02-03T04:05:06.7Z"));
    unused = Files.setLastModifiedTime(a, time);
    unused = Files.setAttribute(a, "user:colour", ByteBuffer.wrap(new byte[] {1, 2}));
    unused =
        Files.setOwner(a, files.getUserPrincipalLookupService().lookupPrincipalByName("alice"));
    Path b = Files.copy(a, here.resolve("b"), StandardCopyOption.COPY_ATTRIBUTES);
    assertThat(b).hasContent("content");
    assertThat(Files.getLastModifiedTime(b)).isEqualTo(time);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(b)))
        .isEqualTo("rwxr-x---");
    assertThat(Files.getOwner(b)).hasToString("alice");
    assertThat((byte[]) Files.getAttribute(b, "user:colour")).containsExactly(1, 2);
    assertThatThrownBy(() -> Files.copy(a, b)).isInstanceOf(FileAlreadyExistsException.class);
    unused = Files.writeString(a, "newer");
    unused = Files.copy(a, b, StandardCopyOption.REPLACE_EXISTING);
    assertThat(b).hasContent("newer");
  }

  @Test
  void copyOfLinkIsALinkOrItsTarget() throws IOException {
    Object unused = write("target", "x");
    Path link = Files.createSymbolicLink(here.resolve("link"), files.getPath("target"));
    Path followed = Files.copy(link, here.resolve("followed"));
    Path kept = Files.copy(link, here.resolve("kept"), LinkOption.NOFOLLOW_LINKS);
    assertThat(Files.isSymbolicLink(followed)).isFalse();
    assertThat(Files.readSymbolicLink(kept)).hasToString("target");
    assertThatThrownBy(() -> Files.readSymbolicLink(followed)).isInstanceOf(NotLinkException.class);
  }

  @Test
  void movesReplaceWhatTheyMay() throws IOException {
    Path a = write("a", "a");
    Path b = write("b", "b");
    Path empty = Files.createDirectory(here.resolve("empty"));
    assertThatThrownBy(() -> Files.move(a, b)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.move(a, empty, StandardCopyOption.ATOMIC_MOVE))
        .isInstanceOf(IOException.class);
    Object unused = Files.move(a, a);
    unused = Files.move(a, empty, StandardCopyOption.REPLACE_EXISTING);
    assertThat(empty).hasContent("a");
    unused = Files.move(empty, b, StandardCopyOption.ATOMIC_MOVE);
    assertThat(b).hasContent("a");
    Path full = Files.createDirectory(here.resolve("full"));
    unused = write("full/inside", "x");
    assertThatThrownBy(() -> Files.move(b, full, StandardCopyOption.REPLACE_EXISTING))
        .isInstanceOf(DirectoryNotEmptyException.class);
    unused = Files.move(full, here.resolve("moved"));
    assertThat(here.resolve("moved/inside")).hasContent("x");
  }

  @Test
  void filesMoveToTheLocalDiskAndBack(@TempDir Path local) throws IOException {
    Path a = write("a", "travels");
    Path outside = Files.move(a, local.resolve("a"));
    assertThat(a).doesNotExist();
    assertThat(outside).hasContent("travels");
    assertThatThrownBy(() -> Files.move(outside, a, StandardCopyOption.ATOMIC_MOVE))
        .isInstanceOf(AtomicMoveNotSupportedException.class);
    Object unused = Files.move(outside, a);
    assertThat(a).hasContent("travels");
  }

  // ---- attributes

  @Test
  void viewsHaveTheirAttributes() throws IOException {
    Path a = write("a", "12345");
    Object unused = Files.createLink(here.resolve("second"), a);
    assertThat(Files.readAttributes(a, "*"))
        .containsEntry("size", 5L)
        .containsEntry("isRegularFile", true)
        .doesNotContainKey("mode");
    assertThat(Files.readAttributes(a, "posix:permissions,owner"))
        .containsOnlyKeys("permissions", "owner");
    assertThat(Files.readAttributes(a, "unix:*"))
        .containsEntry("mode", 0100644)
        .containsEntry("nlink", 2);
    assertThat(Files.getAttribute(a, "plasma:replication")).isEqualTo(2);
    PlasmaFileAttributes before = Files.readAttributes(a, PlasmaFileAttributes.class);
    unused = Files.setAttribute(a, "unix:mode", 0600);
    PlasmaFileAttributes after = Files.readAttributes(a, PlasmaFileAttributes.class);
    assertThat(after.version()).isGreaterThan(before.version());
    assertThat(after.contentVersion()).isEqualTo(before.contentVersion());
    assertThat(after.fileKey()).isEqualTo(before.fileKey());
    assertThatThrownBy(() -> Files.readAttributes(a, "posix:nothing"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Files.readAttributes(a, "dos:*"))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThat(files.supportedFileAttributeViews())
        .containsExactlyInAnyOrder("basic", "owner", "posix", "unix", "plasma", "user");
  }

  @Test
  void extendedAttributesAreThoseOfUsers() throws IOException {
    Path a = write("a", "x");
    UserDefinedFileAttributeView view =
        Files.getFileAttributeView(a, UserDefinedFileAttributeView.class);
    int unused = view.write("colour", ByteBuffer.wrap(new byte[] {1, 2, 3}));
    client.setXattr(a.toString(), "system.hidden", new byte[1]);
    assertThat(view.list()).containsExactly("colour");
    assertThat(view.size("colour")).isEqualTo(3);
    assertThat(client.getXattr(a.toString(), "user.colour")).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> view.read("colour", ByteBuffer.allocate(2)))
        .isInstanceOf(IOException.class);
    view.delete("colour");
    assertThat(view.list()).isEmpty();
  }

  @Test
  void accessIsThatOfThePrincipal() throws IOException {
    Path secret = write("secret", "x");
    Object unused = Files.setAttribute(secret, "unix:mode", 0640);
    Path shared = write("shared", "x");
    unused = Files.setAttribute(shared, "unix:mode", 0755);
    PlasmaClient carol = client.as(new Principal("carol", "guests", Set.of()));
    FileSystem hers = carol.fileSystem();
    assertThat(Files.isReadable(hers.getPath(secret.toString()))).isFalse();
    assertThat(Files.isWritable(hers.getPath(secret.toString()))).isFalse();
    assertThat(Files.isReadable(hers.getPath(shared.toString()))).isTrue();
    assertThat(Files.isWritable(hers.getPath(shared.toString()))).isFalse();
    assertThat(Files.isExecutable(hers.getPath(shared.toString()))).isTrue();
    assertThat(Files.isExecutable(hers.getPath(secret.toString()))).isFalse();
    assertThat(Files.isExecutable(hers.getPath(here.toString()))).isTrue();
    assertThat(Files.isWritable(secret)).isTrue();
    assertThatThrownBy(() -> Files.readString(hers.getPath(secret.toString())))
        .isInstanceOf(AccessDeniedException.class);
  }

  @Test
  void storeTellsSpace() throws IOException {
    FileStore store = Files.getFileStore(here);
    assertThat(store.name()).isEqualTo("test");
    assertThat(store.type()).isEqualTo("plasmafs");
    assertThat(store.getTotalSpace()).isBetween(50L << 20, 64L << 20);
    assertThat(store.getUsableSpace()).isBetween(1L, store.getTotalSpace());
    assertThat(store.supportsFileAttributeView("posix")).isTrue();
  }

  // ---- channels

  @Test
  void channelCreatesAtOnceAndShowsItsContentWhenForced() throws IOException {
    Path a = here.resolve("a");
    try (FileChannel channel =
        FileChannel.open(a, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      assertThat(a).exists();
      int unused = channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      assertThat(Files.size(a)).isZero();
      channel.force(true);
      assertThat(a).hasBinaryContent(new byte[] {1, 2, 3});
      unused = channel.write(ByteBuffer.wrap(new byte[] {4}));
      assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1)))
          .isInstanceOf(NonReadableChannelException.class);
    }
    assertThat(a).hasBinaryContent(new byte[] {1, 2, 3, 4});
    try (FileChannel channel = FileChannel.open(a)) {
      assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(1)))
          .isInstanceOf(NonWritableChannelException.class);
    }
    try (FileChannel channel = FileChannel.open(a, StandardOpenOption.APPEND)) {
      int unused = channel.write(ByteBuffer.wrap(new byte[] {5}));
      assertThat(channel.position()).isEqualTo(5);
    }
    assertThat(a).hasBinaryContent(new byte[] {1, 2, 3, 4, 5});
  }

  @Test
  void changeOfAnotherIsNotOverwrittenUnnoticed() throws IOException {
    Path a = write("a", "original");
    try (FileChannel channel = FileChannel.open(a, StandardOpenOption.WRITE)) {
      int unused = channel.write(ByteBuffer.wrap(new byte[] {'x'}));
      Object unusedPath = Files.writeString(a, "of another");
      assertThatThrownBy(() -> channel.force(false)).hasMessageContaining("preconditions");
    } catch (IOException e) {
      // The close says it again.
      assertThat(e).hasMessageContaining("preconditions");
    }
    assertThat(a).hasContent("of another");
  }

  @Test
  void fileThatIsDeletedOnCloseIsGone() throws IOException {
    Path a = here.resolve("a");
    try (FileChannel channel =
        FileChannel.open(
            a,
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      int unused = channel.write(ByteBuffer.wrap(new byte[100_000]));
      assertThat(a).exists();
    }
    assertThat(a).doesNotExist();
  }

  @Test
  void lockHoldsInTheWholeCluster() throws IOException {
    Path a = write("a", "x");
    try (PlasmaClient other = connect();
        FileSystem theirs = other.fileSystem();
        FileChannel mine = FileChannel.open(a, StandardOpenOption.WRITE);
        FileChannel again = FileChannel.open(a, StandardOpenOption.WRITE);
        FileChannel hers =
            FileChannel.open(theirs.getPath(a.toString()), StandardOpenOption.WRITE)) {
      FileLock lock = mine.lock();
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(again::tryLock).isInstanceOf(OverlappingFileLockException.class);
      assertThat(hers.tryLock()).isNull();
      int unused = mine.write(ByteBuffer.wrap(new byte[] {'y'}));
      mine.force(true);
      lock.release();
      assertThat(lock.isValid()).isFalse();
      assertThat(hers.tryLock()).isNotNull();
      assertThat(mine.tryLock()).isNull();
    }
    assertThat(a).hasContent("y");
    try (Stream<Path> left = Files.list(here)) {
      assertThat(left).hasSize(1);
    }
  }

  // ---- transactions

  @Test
  void transactionIsAFileSystem() throws IOException {
    Object unused = write("a", "old");
    try (Transaction transaction = client.begin();
        FileSystem within = client.fileSystem(transaction)) {
      Path mine = within.getPath(here.toString());
      unused = Files.writeString(mine.resolve("a"), "new");
      unused = Files.move(mine.resolve("a"), mine.resolve("b"));
      unused = Files.copy(mine.resolve("b"), mine.resolve("c"));
      unused = Files.createDirectories(mine.resolve("d/e"));
      assertThat(mine.resolve("c")).hasContent("new");
      assertThat(here.resolve("a")).hasContent("old");
      assertThat(here.resolve("b")).doesNotExist();
      long unusedNumber = transaction.commit();
    }
    try (Stream<Path> left = Files.walk(here)) {
      assertThat(left.map(here::relativize).map(Path::toString))
          .containsExactly("", "b", "c", "d", "d/e");
    }
    assertThat(here.resolve("b")).hasContent("new");
  }
}
