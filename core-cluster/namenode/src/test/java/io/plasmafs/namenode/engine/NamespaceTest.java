package io.plasmafs.namenode.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.plasmafs.model.Attributes;
import io.plasmafs.model.Bytes;
import io.plasmafs.model.FsStatus;
import io.plasmafs.model.InodeId;
import io.plasmafs.model.LinkTarget;
import io.plasmafs.model.Name;
import io.plasmafs.model.XattrName;
import io.plasmafs.model.operation.Location;
import io.plasmafs.model.operation.Operation;
import io.plasmafs.model.operation.Operation.CreateMode;
import io.plasmafs.model.operation.Operation.RenameMode;
import io.plasmafs.model.operation.Outcome;
import io.plasmafs.namenode.simulation.World;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What single operations do, each its own transaction.
final class NamespaceTest {
  private final World world = World.quiet();
  private final Session root = world.root();

  static Operation createFile(String path) {
    return createFile(path, CreateMode.EXCLUSIVE);
  }

  static Operation createFile(String path, CreateMode how) {
    return new Operation.Create(Location.of(path), how, 0644, 0);
  }

  static Operation mkdir(String path) {
    return new Operation.MakeDirectory(Location.of(path), 0755, false);
  }

  static Operation mkdirs(String path) {
    return new Operation.MakeDirectory(Location.of(path), 0755, true);
  }

  static Operation stat(String path) {
    return new Operation.Stat(Location.of(path), true);
  }

  static Operation write(String path, String content) {
    return new Operation.WriteInline(
        Location.of(path), Bytes.wrap(content.getBytes(StandardCharsets.UTF_8)));
  }

  static Operation read(String path) {
    return new Operation.Read(Location.of(path), true, 0, 16);
  }

  static Operation symlink(String path, String target) {
    return new Operation.MakeSymlink(Location.of(path), LinkTarget.of(target));
  }

  static Operation link(String existing, String path) {
    return new Operation.Link(Location.of(existing), Location.of(path));
  }

  static Operation unlink(String path) {
    return new Operation.Unlink(Location.of(path));
  }

  static Operation rmdir(String path) {
    return new Operation.RemoveDirectory(Location.of(path));
  }

  static Operation removeTree(String path) {
    return new Operation.RemoveTree(Location.of(path));
  }

  static Operation rename(String from, String to) {
    return rename(from, to, RenameMode.REPLACE);
  }

  static Operation rename(String from, String to, RenameMode how) {
    return new Operation.Rename(Location.of(from), Location.of(to), how);
  }

  static Operation list(String path) {
    return new Operation.ListDirectory(Location.of(path), Optional.empty(), 1000, true);
  }

  static Operation chmod(String path, int mode) {
    return new Operation.SetAttributes(
        Location.of(path), true, Operation.AttributeChanges.NONE.withMode(mode));
  }

  static Operation resize(String path, long size) {
    return new Operation.SetAttributes(
        Location.of(path), true, Operation.AttributeChanges.NONE.withSize(size));
  }

  static List<String> names(Outcome listing) {
    return ((Outcome.Listing) listing).entries().stream().map(e -> e.name().text()).toList();
  }

  private Attributes attributes(String path) {
    return ((Outcome.Inode) world.ok(root, stat(path))).attributes();
  }

  private String content(String path) {
    Outcome.Body body = ((Outcome.Content) world.ok(root, read(path))).body();
    return body instanceof Outcome.Body.Inline(Bytes bytes)
        ? new String(bytes.toArray(), StandardCharsets.UTF_8)
        : "";
  }

  @Test
  void createdFileIsThereWithItsAttributes() {
    Outcome made = world.ok(root, createFile("/a"));
    assertThat(((Outcome.Inode) made).created()).isTrue();
    Attributes a = attributes("/a");
    assertThat(a.nlink()).isEqualTo(1);
    assertThat(a.mode()).isEqualTo(0644);
    assertThat(a.owner()).isEqualTo("root");
    assertThat(a.replication()).isEqualTo(2);
    assertThat(a.version()).isEqualTo(world.engine.sequence());
    assertThat(attributes("/").size()).isEqualTo(1);
    assertThat(world.status(root, createFile("/a"))).isEqualTo(FsStatus.EEXIST);
  }

  @Test
  void whatWasNamedByItsNumberIsNotCalledTheRoot() {
    InodeId file = ((Outcome.Inode) world.ok(root, createFile("/f"))).attributes().inode();
    Operation.AttributeChanges huge = Operation.AttributeChanges.NONE.withSize(Long.MAX_VALUE);
    Operation.AttributeChanges open = Operation.AttributeChanges.NONE.withMode(0777);

    assertThat(world.fails(root, 0, new Operation.SetAttributes(Location.of(file), false, huge)))
        .hasMessageStartingWith(file + ": a size of ");
    assertThat(
            world.fails(
                world.session("ann"),
                0,
                new Operation.SetAttributes(Location.of(file), false, open)))
        .hasMessageStartingWith(file + " belongs to root");
    assertThat(world.fails(world.session("ann"), 0, chmod("/", 0777)))
        .hasMessageStartingWith("/ belongs to root");

    world.begin(root, 1);
    world.ok(root, 1, new Operation.SetAttributes(Location.of(file), false, open));
    assertThat(world.fails(root, 0, new Operation.SetAttributes(Location.of(file), false, open)))
        .hasMessageStartingWith(file + " is being changed by");
  }

  @Test
  void createModesDoWhatTheySay() {
    world.ok(root, createFile("/f"), write("/f", "hello"));
    InodeId first = attributes("/f").inode();
    world.ok(root, createFile("/f", CreateMode.OPEN));
    assertThat(content("/f")).isEqualTo("hello");
    world.ok(root, createFile("/f", CreateMode.TRUNCATE));
    assertThat(attributes("/f").size()).isZero();
    assertThat(attributes("/f").inode()).isEqualTo(first);
    world.ok(root, createFile("/f", CreateMode.REPLACE), write("/f", "new"));
    assertThat(attributes("/f").inode()).isNotEqualTo(first);
    assertThat(content("/f")).isEqualTo("new");
    assertThat(world.disk.inodes).doesNotContainKey(first);
    world.ok(root, mkdir("/d"));
    for (CreateMode how : List.of(CreateMode.OPEN, CreateMode.TRUNCATE, CreateMode.REPLACE)) {
      assertThat(world.status(root, createFile("/d", how))).isEqualTo(FsStatus.EISDIR);
    }
  }

  @Test
  void directoriesCountTheirSubdirectories() {
    world.ok(root, mkdir("/d"), mkdir("/d/e"), mkdir("/d/f"), createFile("/d/g"));
    assertThat(attributes("/d").nlink()).isEqualTo(4);
    assertThat(attributes("/d").size()).isEqualTo(3);
    world.ok(root, rmdir("/d/e"));
    assertThat(attributes("/d").nlink()).isEqualTo(3);
    assertThat(world.status(root, rmdir("/d"))).isEqualTo(FsStatus.ENOTEMPTY);
    assertThat(world.status(root, rmdir("/d/g"))).isEqualTo(FsStatus.ENOTDIR);
    assertThat(world.status(root, unlink("/d"))).isEqualTo(FsStatus.EISDIR);
  }

  @Test
  void missingParentsAreMadeIfWished() {
    assertThat(world.status(root, mkdir("/x/y"))).isEqualTo(FsStatus.ENOENT);
    world.ok(root, mkdirs("/x/y/z"));
    assertThat(((Outcome.Inode) world.ok(root, mkdirs("/x/y/z"))).created()).isFalse();
    world.ok(root, createFile("/x/f"));
    assertThat(world.status(root, mkdirs("/x/f"))).isEqualTo(FsStatus.EEXIST);
    assertThat(world.status(root, mkdirs("/x/f/g"))).isEqualTo(FsStatus.ENOTDIR);
  }

  @Test
  void symbolicLinksAreFollowedOnTheWay() {
    world.ok(
        root,
        mkdirs("/a/b"),
        createFile("/a/b/f"),
        symlink("/abs", "/a/b"),
        symlink("/a/up", "../a/./b/"),
        symlink("/loop", "loop"),
        symlink("/dangling", "nowhere"));
    assertThat(attributes("/abs/f").inode()).isEqualTo(attributes("/a/b/f").inode());
    assertThat(attributes("/a/up/f").inode()).isEqualTo(attributes("/a/b/f").inode());
    assertThat(world.status(root, stat("/loop"))).isEqualTo(FsStatus.ELOOP);
    assertThat(world.status(root, stat("/dangling"))).isEqualTo(FsStatus.ENOENT);
    Outcome link = world.ok(root, new Operation.Stat(Location.of("/abs"), false));
    assertThat(((Outcome.Inode) link).attributes().isSymlink()).isTrue();
    assertThat(((Outcome.Inode) link).attributes().size()).isEqualTo(4);
    Outcome target = world.ok(root, new Operation.ReadLink(Location.of("/abs")));
    assertThat(new String(((Outcome.Value) target).bytes().toArray(), StandardCharsets.UTF_8))
        .isEqualTo("/a/b");
  }

  @Test
  void linkCountsAreTrue() {
    world.ok(root, createFile("/f"), write("/f", "x"), link("/f", "/g"), link("/g", "/h"));
    InodeId inode = attributes("/f").inode();
    assertThat(attributes("/h").nlink()).isEqualTo(3);
    world.ok(root, unlink("/f"));
    assertThat(attributes("/h").nlink()).isEqualTo(2);
    world.ok(root, unlink("/g"), unlink("/h"));
    assertThat(world.disk.inodes).doesNotContainKey(inode);
    assertThat(world.disk.inline).doesNotContainKey(inode);
    world.ok(root, mkdir("/d"));
    assertThat(world.status(root, link("/d", "/e"))).isEqualTo(FsStatus.EPERM);
  }

  @Test
  void renameReplacesOrNotOrSwaps() {
    world.ok(root, createFile("/a"), createFile("/b"), mkdir("/d"), createFile("/d/x"));
    InodeId a = attributes("/a").inode();
    InodeId b = attributes("/b").inode();
    assertThat(world.status(root, rename("/a", "/b", RenameMode.NO_REPLACE)))
        .isEqualTo(FsStatus.EEXIST);
    world.ok(root, rename("/a", "/b", RenameMode.EXCHANGE));
    assertThat(attributes("/a").inode()).isEqualTo(b);
    assertThat(attributes("/b").inode()).isEqualTo(a);
    world.ok(root, rename("/a", "/b"));
    assertThat(attributes("/b").inode()).isEqualTo(b);
    assertThat(world.status(root, stat("/a"))).isEqualTo(FsStatus.ENOENT);
    assertThat(world.disk.inodes).doesNotContainKey(a);
    assertThat(world.status(root, rename("/b", "/d"))).isEqualTo(FsStatus.EISDIR);
    assertThat(world.status(root, rename("/d", "/b"))).isEqualTo(FsStatus.ENOTDIR);
    world.ok(root, mkdir("/e"));
    assertThat(world.status(root, rename("/e", "/d"))).isEqualTo(FsStatus.ENOTEMPTY);
    world.ok(root, rename("/d", "/e"));
    assertThat(attributes("/e/x").nlink()).isEqualTo(1);
  }

  @Test
  void exchangeOfDirectoryAndFileKeepsLinkCounts() {
    world.ok(root, mkdirs("/p/d"), mkdir("/q"), createFile("/q/f"));
    world.ok(root, rename("/p/d", "/q/f", RenameMode.EXCHANGE));
    assertThat(attributes("/p").nlink()).isEqualTo(2);
    assertThat(attributes("/q").nlink()).isEqualTo(3);
    assertThat(attributes("/q/f").isDirectory()).isTrue();
    assertThat(world.disk.inodes.get(attributes("/q/f").inode()))
        .extracting(io.plasmafs.namenode.metadata.InodeRecord::parent)
        .isEqualTo(attributes("/q").inode());
  }

  @Test
  void directoryNeverMovesIntoItself() {
    world.ok(root, mkdirs("/a/b/c"));
    assertThat(world.status(root, rename("/a", "/a/b/c/d"))).isEqualTo(FsStatus.EHIER);
    assertThat(world.status(root, rename("/a", "/a/b"))).isIn(FsStatus.EHIER, FsStatus.ENOTEMPTY);
    assertThat(world.status(root, rename("/a/b", "/a", RenameMode.EXCHANGE)))
        .isEqualTo(FsStatus.EHIER);
    InodeId c = attributes("/a/b/c").inode();
    Operation byNumber =
        new Operation.Rename(Location.of("/a"), Location.of(c, Name.of("x")), RenameMode.REPLACE);
    assertThat(world.status(root, byNumber)).isEqualTo(FsStatus.EHIER);
  }

  @Test
  void treeIsRemovedInOneStepAndCleanedUpBehind() {
    world.ok(root, mkdirs("/t/u/v"), createFile("/t/f"), createFile("/t/u/g"), createFile("/keep"));
    world.ok(root, link("/keep", "/t/u/v/again"));
    for (int i = 0; i < 3000; i++) {
      world.ok(root, createFile("/t/u/v/n" + i));
    }
    Outcome removed = world.ok(root, removeTree("/t"));
    assertThat(((Outcome.Removed) removed).entries()).isEqualTo(3006);
    world.settle();
    assertThat(world.disk.inodes).hasSize(2);
    assertThat(attributes("/keep").nlink()).isEqualTo(1);
    assertThat(((Outcome.Filesystem) world.ok(root, new Operation.StatFilesystem())).inodes())
        .isEqualTo(2);
  }

  @Test
  void listingIsSortedPagedAndComplete() {
    for (String name : List.of("c", "a", "e", "b", "d")) {
      world.ok(root, createFile("/" + name));
    }
    assertThat(names(world.ok(root, list("/")))).containsExactly("a", "b", "c", "d", "e");
    Outcome.Listing page =
        (Outcome.Listing)
            world.ok(
                root,
                new Operation.ListDirectory(Location.of("/"), Optional.of(Name.of("b")), 2, false));
    assertThat(names(page)).containsExactly("c", "d");
    assertThat(page.complete()).isFalse();
    Outcome.Listing last =
        (Outcome.Listing)
            world.ok(
                root,
                new Operation.ListDirectory(Location.of("/"), Optional.of(Name.of("c")), 2, false));
    assertThat(last.complete()).isTrue();
  }

  @Test
  void inlineContentIsCutAndExtended() {
    world.ok(root, createFile("/f"), write("/f", "hello world"));
    world.ok(root, resize("/f", 5));
    assertThat(content("/f")).isEqualTo("hello");
    world.ok(root, resize("/f", 100));
    assertThat(attributes("/f").size()).isEqualTo(100);
    assertThat(content("/f")).isEqualTo("hello");
    world.ok(root, resize("/f", 0));
    assertThat(attributes("/f").size()).isZero();
  }

  @Test
  void extendedAttributesAreKept() {
    world.ok(root, createFile("/f"));
    XattrName name = XattrName.of("user.x");
    Location f = Location.of("/f");
    Bytes value = Bytes.wrap(new byte[] {1, 2});
    assertThat(
            world.status(
                root, new Operation.SetXattr(f, true, Operation.XattrMode.REPLACE, name, value)))
        .isEqualTo(FsStatus.ENOATTR);
    world.ok(root, new Operation.SetXattr(f, true, Operation.XattrMode.CREATE, name, value));
    assertThat(
            world.status(
                root, new Operation.SetXattr(f, true, Operation.XattrMode.CREATE, name, value)))
        .isEqualTo(FsStatus.EEXIST);
    assertThat(((Outcome.Value) world.ok(root, new Operation.GetXattr(f, true, name))).bytes())
        .isEqualTo(value);
    assertThat(((Outcome.Names) world.ok(root, new Operation.ListXattrs(f, true))).names())
        .containsExactly(name);
    world.ok(root, new Operation.RemoveXattr(f, true, name));
    assertThat(world.status(root, new Operation.GetXattr(f, true, name)))
        .isEqualTo(FsStatus.ENOATTR);
  }

  @Test
  void permissionsAreChecked() {
    Session alice = world.session("alice", "staff");
    Session bob = world.session("bob", "staff");
    assertThat(world.status(alice, createFile("/f"))).isEqualTo(FsStatus.EACCES);
    world.ok(root, mkdir("/tmp"), chmod("/tmp", 01777), mkdir("/secret"), chmod("/secret", 0700));
    world.ok(alice, createFile("/tmp/a"), chmod("/tmp/a", 0600));
    assertThat(world.status(bob, read("/tmp/a"))).isEqualTo(FsStatus.EACCES);
    assertThat(world.status(bob, write("/tmp/a", "x"))).isEqualTo(FsStatus.EACCES);
    assertThat(world.status(bob, unlink("/tmp/a"))).isEqualTo(FsStatus.EPERM);
    assertThat(world.status(bob, rename("/tmp/a", "/tmp/b"))).isEqualTo(FsStatus.EPERM);
    assertThat(world.status(bob, chmod("/tmp/a", 0666))).isEqualTo(FsStatus.EPERM);
    assertThat(world.status(bob, stat("/secret/x"))).isEqualTo(FsStatus.EACCES);
    assertThat(world.status(bob, list("/secret"))).isEqualTo(FsStatus.EACCES);
    Operation give =
        new Operation.SetAttributes(
            Location.of("/tmp/a"), true, Operation.AttributeChanges.NONE.withOwner("bob"));
    assertThat(world.status(alice, give)).isEqualTo(FsStatus.EPERM);
    world.ok(root, give);
    world.ok(bob, unlink("/tmp/a"));
  }

  @Test
  void fileCreatedReadOnlyCanBeWrittenByItsMaker() {
    world.ok(root, mkdir("/tmp"), chmod("/tmp", 0777));
    Session alice = world.session("alice");
    world.ok(
        alice,
        new Operation.Create(Location.of("/tmp/r"), CreateMode.EXCLUSIVE, 0444, 0),
        write("/tmp/r", "once"));
    assertThat(world.status(alice, write("/tmp/r", "twice"))).isEqualTo(FsStatus.EACCES);
  }

  @Test
  void resultOfAnEarlierOperationCanBeNamed() {
    world.ok(
        root,
        createFile("/f"),
        new Operation.WriteInline(Location.ofResult(0), Bytes.wrap(new byte[] {'h', 'i'})));
    assertThat(content("/f")).isEqualTo("hi");
    assertThat(world.status(root, mkdir("/d"), new Operation.Stat(Location.ofResult(7), true)))
        .isEqualTo(FsStatus.EINVAL);
    assertThat(world.status(root, stat("/d"))).isEqualTo(FsStatus.ENOENT);
  }

  @Test
  void everythingIsStillThereAfterARestart() {
    world.ok(root, mkdirs("/a/b"), createFile("/a/b/f"), write("/a/b/f", "kept"));
    long sequence = world.engine.sequence();
    InodeId last = attributes("/a/b/f").inode();
    world.store.crash();
    World again = World.quiet(world.disk, EngineLimits.DEFAULT);
    Session session = again.root();
    assertThat(again.engine.sequence()).isEqualTo(sequence);
    Outcome.Body body = ((Outcome.Content) again.ok(session, read("/a/b/f"))).body();
    assertThat(body).isInstanceOf(Outcome.Body.Inline.class);
    InodeId next = ((Outcome.Inode) again.ok(session, createFile("/new"))).attributes().inode();
    assertThat(next).isGreaterThan(last);
  }
}
